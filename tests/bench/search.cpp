// The index beside FTS5 alone: the same documents into a contentless table of its own, with its own Unicode tokenizer; then
// the first page of a common and of a rare word. Words are drawn so that few are frequent and many are rare.
//
//     bench_search [DOCUMENTS] [RUNS]      default 50,000 documents of about 60 words, 5 runs
#include <sqlite3.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <random>

#include "app/search/index.h"
#include "core/crypto.h"
#include "tests/bench/report.h"

using namespace staffroom;
using namespace staffroom::bench;
using namespace staffroom::search;

namespace {

struct Page {
    RecordId record;
    std::string title, words;
};

std::vector<Page> library(std::size_t count) {
    std::mt19937_64 random(1);
    constexpr double vocabulary = 50'000;
    const auto word = [&] {
        // The n-th word about 1/n as often as the first.
        auto rank =
            static_cast<std::uint64_t>(std::exp(std::generate_canonical<double, 53>(random) * std::log(vocabulary)));
        std::string letters(rank % 7 == 0 ? "é" : "");
        for (rank += 26; rank > 0; rank /= 26) letters += static_cast<char>('a' + rank % 26);
        return letters;
    };
    std::vector<Page> pages(count);
    for (auto& page : pages) {
        page.record = random_id<RecordId>();
        for (int i = 0; i < 4; ++i) page.title += word() + ' ';
        for (int i = 0; i < 56; ++i) page.words += word() + (i % 9 == 8 ? ".\n" : " ");
    }
    return pages;
}

constexpr std::size_t together = 500;

double ours_seconds(const std::filesystem::path& file, const std::vector<Page>& pages) {
    auto opened = Index::open(file);
    if (!opened) std::exit(1);
    const double start = now_seconds();
    (*opened)->begin();
    for (std::size_t i = 0; i < pages.size(); ++i) {
        const Filters about{{}, "note", {}, {}, ""};
        auto change = (*opened)->change_to(1, pages[i].record, about, {{std::nullopt, pages[i].title, pages[i].words}});
        while ((*opened)->step(change)) {
        }
        if (i % together != together - 1) continue;
        if (!(*opened)->commit()) std::exit(1);
        (*opened)->begin();
    }
    if (!(*opened)->commit()) std::exit(1);
    return now_seconds() - start;
}

void run(sqlite3* database, const char* statement) {
    if (sqlite3_exec(database, statement, nullptr, nullptr, nullptr) != SQLITE_OK) std::exit(1);
}

sqlite3* fts5(const std::filesystem::path& file) {
    sqlite3* database = nullptr;
    if (sqlite3_open(file.c_str(), &database) != SQLITE_OK) std::exit(1);
    run(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA locking_mode=EXCLUSIVE");
    return database;
}

double floor_seconds(sqlite3* database, const std::vector<Page>& pages) {
    run(database,
        "CREATE VIRTUAL TABLE found USING fts5(title, words, content='', tokenize='unicode61 remove_diacritics 2')");
    sqlite3_stmt* add = nullptr;
    sqlite3_prepare_v2(database, "INSERT INTO found(rowid, title, words) VALUES(?1, ?2, ?3)", -1, &add, nullptr);
    const double start = now_seconds();
    run(database, "BEGIN");
    for (std::size_t i = 0; i < pages.size(); ++i) {
        sqlite3_bind_int64(add, 1, static_cast<sqlite3_int64>(i + 1));
        sqlite3_bind_text(add, 2, pages[i].title.data(), static_cast<int>(pages[i].title.size()), SQLITE_STATIC);
        sqlite3_bind_text(add, 3, pages[i].words.data(), static_cast<int>(pages[i].words.size()), SQLITE_STATIC);
        sqlite3_step(add);
        sqlite3_reset(add);
        if (i % together == together - 1) run(database, "COMMIT; BEGIN");
    }
    run(database, "COMMIT");
    const double seconds = now_seconds() - start;
    sqlite3_finalize(add);
    return seconds;
}

double floor_page_ms(sqlite3* database, const std::string& word) {
    sqlite3_stmt* find = nullptr;
    sqlite3_prepare_v2(database, "SELECT rowid FROM found WHERE found MATCH ?1 ORDER BY rank LIMIT 20", -1, &find,
                       nullptr);
    const double start = now_seconds();
    sqlite3_bind_text(find, 1, word.c_str(), -1, SQLITE_STATIC);
    while (sqlite3_step(find) == SQLITE_ROW) {
    }
    const double ms = (now_seconds() - start) * 1'000;
    sqlite3_finalize(find);
    return ms;
}

double our_page_ms(Index& index, const std::string& word) {
    const double start = now_seconds();
    const auto query = parse_query(word);
    const auto hits = index.find(*query, {}, 20);
    if (!hits || hits->empty()) std::exit(1);
    return (now_seconds() - start) * 1'000;
}

std::string rare_word(const std::vector<Page>& pages) {
    std::map<std::string, std::size_t> counts;
    for (const auto& page : pages) {
        for (std::size_t at = 0; at < page.words.size();) {
            const auto end = std::min(page.words.find_first_of(" .\n", at), page.words.size());
            if (end > at) ++counts[page.words.substr(at, end - at)];
            at = end + 1;
        }
    }
    return std::min_element(counts.begin(), counts.end(), [](auto& a, auto& b) { return a.second < b.second; })->first;
}

}  // namespace

int main(int argc, char** argv) {
    init_crypto();
    const std::size_t count = argc > 1 ? std::stoul(argv[1]) : 50'000;
    const std::size_t runs = argc > 2 ? std::stoul(argv[2]) : 5;
    const auto pages = library(count);
    std::string name = (std::filesystem::temp_directory_path() / "bench-search-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(name.data());
    std::vector<double> ours, floor;
    std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> asked;
    const std::pair<std::string, std::string> words[] = {{"common", "bb"}, {"rare", rare_word(pages)}};
    for (std::size_t i = 0; i < runs; ++i) {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        ours.push_back(ours_seconds(folder / "ours", pages));
        auto* beside = fts5(folder / "fts5");
        floor.push_back(floor_seconds(beside, pages));
        const auto index = Index::open(folder / "ours");
        if (!index) return 1;
        for (const auto& [which, word] : words) {
            for (int warm = 0; warm < 2; ++warm) {
                const auto a = our_page_ms(**index, word), b = floor_page_ms(beside, word);
                if (warm == 0) continue;
                asked[which].first.push_back(a);
                asked[which].second.push_back(b);
            }
        }
        sqlite3_close(beside);
    }
    std::filesystem::remove_all(folder);
    Report report;
    const auto mine = median(ours), theirs = median(floor);
    report.add({"search: index " + std::to_string(count) + " documents", mine, "s", "FTS5 contentless alone", theirs,
                "<= 1.3 x", mine <= 1.3 * theirs});
    for (const auto& [which, times] : asked) {
        const auto ms = median(times.first);
        report.add({"search: first page of a " + which + " word", ms, "ms", "FTS5 contentless alone",
                    median(times.second), "<= 5 ms", ms <= 5});
    }
    return report.finish();
}
