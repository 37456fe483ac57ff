#include "app/search/index.h"

#include <algorithm>

#include "app/search/words.h"

namespace staffroom::search {
namespace {

// Another one is begun when what is indexed, or how letters fold, changes.
constexpr std::int64_t index_version = 1;
constexpr std::size_t common_passages = 2'000;
constexpr std::size_t passages_max = 32;  // of a document

constexpr const char* tables =
    "CREATE TABLE passages(id INTEGER PRIMARY KEY, place BLOB, file BLOB, start INTEGER, size INTEGER,"
    " title TEXT, words TEXT, facets TEXT);"
    "CREATE INDEX of_record ON passages(place);"
    "CREATE VIRTUAL TABLE found USING fts5(title, words, facets, content='passages', content_rowid='id',"
    " tokenize='ascii');"
    // Merged when there are eight alike, not four: each word is rewritten less often, and a page is found as soon.
    "INSERT INTO found(found, rank) VALUES('automerge', 8);"
    "CREATE TABLE positions(num INTEGER PRIMARY KEY, position INTEGER);"
    "CREATE TABLE unread(place BLOB, manifest BLOB, PRIMARY KEY(place, manifest)) WITHOUT ROWID;"
    "CREATE TABLE purge(due INTEGER)";

// group be32 | record
Bytes place_of(keys::GroupNumber group, const RecordId& record) { return keys::in_group(group, record.view()); }

std::optional<std::pair<keys::GroupNumber, RecordId>> read_place(ByteView place) {
    if (place.size() != keys::group_bytes + RecordId::size) return std::nullopt;
    return std::pair(read_be32(place), *RecordId::from(place.last(RecordId::size)));
}

// A filter as one word; nothing when its words hold no letter.
std::string facet(char what, std::string_view words) {
    std::string word;
    each_word(words, [&](const Word& each) { return word += each.folded, true; });
    return word.empty() ? word : what + word;
}

std::string facet_of_group(keys::GroupNumber group) { return "g" + std::to_string(group); }

std::vector<std::string> facets_of(const Filters& filters) {
    std::vector<std::string> facets;
    if (!filters.type.empty()) facets.push_back(facet('t', filters.type));
    for (const auto& tag : filters.tags) facets.push_back(facet('k', tag));
    for (const auto& grade : filters.grades) facets.push_back(facet('r', grade));
    if (!filters.language.empty()) facets.push_back(facet('l', filters.language));
    std::erase(facets, "");
    return facets;
}

// Where a passage that begins there ends: between words, if there is a space at all.
std::size_t end_of_passage(std::string_view words, std::size_t begin) {
    if (words.size() - begin <= passage_bytes) return words.size();
    const auto most = words.substr(begin, passage_bytes);
    const auto space = most.find_last_of(" \n\t");
    if (space != std::string_view::npos && space > passage_bytes / 2) return begin + space + 1;
    auto end = begin + passage_bytes;
    while (end > begin && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end;
    return end > begin ? end : begin + passage_bytes;
}

}  // namespace

Index::Index(std::unique_ptr<Database> database) : database_(std::move(database)) {}

Result<std::unique_ptr<Index>> Index::open(const std::filesystem::path& file) {
    for (const bool again : {false, true}) {
        if (again) {
            std::error_code ignored;
            for (const auto* ending : {"", "-wal", "-shm", "-journal"}) {
                std::filesystem::remove(file.string() + ending, ignored);
            }
        }
        auto database = Database::open(file);
        if (!database) {
            if (again || file.empty()) return database.error();
            continue;
        }
        std::unique_ptr<Index> index(new Index(std::move(*database)));
        if (!index->make_tables() && !again && !file.empty()) continue;
        if (const auto& failure = index->database_->failure()) return *failure;
        return index;
    }
    return Error{Code::io, "The search on this computer does not work.", "Run: staffroom repair --rebuild"};
}

bool Index::make_tables() {
    auto version = database_->prepare("PRAGMA user_version");
    const auto found = version.step() ? version.number(0) : -1;
    version = {};
    if (found != index_version) {
        auto any = database_->prepare("SELECT count(*) FROM sqlite_schema");
        const bool is_new = any.step() && any.number(0) == 0;
        any = {};
        if (!is_new) return false;
        database_->run("BEGIN");
        database_->run(tables);
        database_->run(("PRAGMA user_version=" + std::to_string(index_version)).c_str());
        database_->run("COMMIT");
    }
    prepare();
    return !database_->failure();
}

void Index::prepare() {
    add_ = database_->prepare(
        "INSERT INTO passages(place, file, start, size, title, words, facets) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    add_words_ =
        database_->prepare("INSERT INTO found(rowid, title, words, facets) VALUES(last_insert_rowid(), ?1, ?2, ?3)");
    of_record_ = database_->prepare(
        "SELECT file, start, size, title, words, facets, id FROM passages WHERE place=?1 ORDER BY id");
    forget_words_ = database_->prepare(
        "INSERT INTO found(found, rowid, title, words, facets)"
        " SELECT 'delete', id, title, words, facets FROM passages WHERE id=?1");
    forget_ = database_->prepare("DELETE FROM passages WHERE id=?1");
}

void Index::begin() { database_->run("BEGIN IMMEDIATE"); }

Result<> Index::commit() {
    database_->run("COMMIT");
    if (const auto& failure = database_->failure()) return *failure;
    return Done{};
}

std::optional<std::uint64_t> Index::position(keys::GroupNumber group) {
    auto row = database_->prepare("SELECT position FROM positions WHERE num=?1");
    row.bind(1, std::int64_t{group});
    if (!row.step()) return std::nullopt;
    return static_cast<std::uint64_t>(row.number(0));
}

void Index::forget_position(keys::GroupNumber group) {
    auto row = database_->prepare("DELETE FROM positions WHERE num=?1");
    row.bind(1, std::int64_t{group}).run();
}

void Index::set_position(keys::GroupNumber group, std::uint64_t position) {
    auto row = database_->prepare("INSERT OR REPLACE INTO positions VALUES(?1, ?2)");
    row.bind(1, std::int64_t{group}).bind(2, static_cast<std::int64_t>(position)).run();
}

std::vector<Index::Passage> Index::passages_of(keys::GroupNumber group, const Filters& about,
                                               const std::vector<Document>& documents) {
    auto facets = facet_of_group(group);
    for (const auto& each : facets_of(about)) facets += ' ' + each;
    std::vector<Passage> passages;
    for (const auto& document : documents) {
        const std::string_view words = document.words;
        const auto title = folded(document.title);
        std::size_t begin = 0;
        for (std::size_t count = 0; count < passages_max; ++count) {
            const auto end = end_of_passage(words, begin);
            passages.push_back(
                {document.file, title, folded(words.substr(begin, end - begin)), facets, begin, end - begin});
            begin = end;
            if (begin == words.size()) break;
        }
    }
    return passages;
}

Index::Change Index::change_to(keys::GroupNumber group, const RecordId& record, const Filters& about,
                               const std::vector<Document>& documents) {
    Change change;
    change.place_ = place_of(group, record);
    change.fresh_ = passages_of(group, about, documents);
    std::vector<Passage> before;
    for (of_record_.bind(1, change.place_); of_record_.step();) {
        before.push_back({ChunkId::from(of_record_.bytes(0)), std::string(of_record_.text(3)),
                          std::string(of_record_.text(4)), std::string(of_record_.text(5)),
                          static_cast<std::size_t>(of_record_.number(1)),
                          static_cast<std::size_t>(of_record_.number(2))});
        change.old_.push_back(of_record_.number(6));
    }
    of_record_.reset();
    if (change.fresh_ == before) {
        change.old_.clear();
        change.fresh_.clear();
    }
    change.removes_ = !change.old_.empty();
    return change;
}

bool Index::step(Change& change) {
    if (!change.old_.empty()) {
        forget_words_.bind(1, change.old_.back()).run();
        forget_.bind(1, change.old_.back()).run();
        change.old_.pop_back();
    } else if (change.next_ < change.fresh_.size()) {
        const auto& each = change.fresh_[change.next_++];
        add_.bind(1, change.place_)
            .bind(3, static_cast<std::int64_t>(each.begin))
            .bind(4, static_cast<std::int64_t>(each.size));
        if (each.file) add_.bind(2, each.file->view());
        add_.bind(5, each.title).bind(6, each.words).bind(7, each.facets).run();
        add_words_.bind(1, each.title).bind(2, each.words).bind(3, each.facets).run();
    }
    return !change.old_.empty() || change.next_ < change.fresh_.size();
}

std::set<RecordId> Index::records_of(keys::GroupNumber group) {
    std::set<RecordId> records;
    const auto first = keys::group(group), last = place_of(group, *RecordId::from(Bytes(RecordId::size, 0xFF)));
    for (const auto* table : {"SELECT place FROM passages WHERE place BETWEEN ?1 AND ?2",
                              "SELECT place FROM unread WHERE place BETWEEN ?1 AND ?2"}) {
        auto row = database_->prepare(table);
        for (row.bind(1, first).bind(2, last); row.step();) {
            if (const auto place = read_place(row.bytes(0))) records.insert(place->second);
        }
    }
    return records;
}

std::set<keys::GroupNumber> Index::groups() {
    std::set<keys::GroupNumber> groups;
    auto row = database_->prepare("SELECT num FROM positions");
    while (row.step()) groups.insert(static_cast<keys::GroupNumber>(row.number(0)));
    return groups;
}

void Index::set_unread(keys::GroupNumber group, const RecordId& record, const std::vector<ChunkId>& manifests) {
    const auto place = place_of(group, record);
    auto forget = database_->prepare("DELETE FROM unread WHERE place=?1");
    forget.bind(1, place).run();
    auto add = database_->prepare("INSERT OR IGNORE INTO unread VALUES(?1, ?2)");
    for (const auto& manifest : manifests) add.bind(1, place).bind(2, manifest.view()).run();
}

std::vector<Index::Unread> Index::unread() {
    std::vector<Unread> all;
    auto row = database_->prepare("SELECT place, manifest FROM unread");
    while (row.step()) {
        const auto place = read_place(row.bytes(0));
        const auto manifest = ChunkId::from(row.bytes(1));
        if (place && manifest) all.push_back({place->first, place->second, *manifest});
    }
    return all;
}

void Index::purge_later() { database_->run("INSERT INTO purge VALUES(0)"); }

bool Index::purge() {
    constexpr int pages = 64;
    auto row = database_->prepare("SELECT due FROM purge ORDER BY due LIMIT 1");
    const bool due = row.step();
    const bool begun = due && row.number(0) != 0;
    row = {};
    if (!due) return false;
    const auto before = database_->changes();
    // All into one, a little at a time; a negative number begins with that.
    database_->run(
        ("INSERT INTO found(found, rank) VALUES('merge', " + std::to_string(begun ? pages : -pages) + ")").c_str());
    const bool over = begun && database_->changes() - before < 2;
    if (!begun) database_->run("UPDATE purge SET due=1");
    if (!over) return !database_->failure();
    database_->run("DELETE FROM purge; PRAGMA wal_checkpoint(TRUNCATE)");
    return false;
}

Result<std::vector<Hit>> Index::find(const Query& query, const Filters& filters, std::size_t most) {
    std::string narrowed;
    std::string groups;
    for (const auto group : filters.groups) groups += (groups.empty() ? "" : " OR ") + facet_of_group(group);
    if (!groups.empty()) narrowed += " AND facets : (" + groups + ")";
    for (const auto& each : facets_of(filters)) narrowed += " AND facets : \"" + each + "\"";
    const auto words = expression_of(query);
    const auto anywhere = "({title words} : (" + words + "))" + narrowed;
    const auto in_title = "(title : (" + words + "))" + narrowed;

    std::vector<Hit> hits;
    std::set<Bytes> seen;
    auto at = database_->prepare("SELECT place, file, start, size FROM passages WHERE id=?1");
    const auto take = [&](std::string_view statement, const std::string& expression) {
        auto row = database_->prepare(statement);
        for (row.bind(1, expression); hits.size() < most && row.step(); at.reset()) {
            if (!at.bind(1, row.number(0)).step()) continue;
            const auto place = read_place(at.bytes(0));
            if (!place || !seen.insert(copy_of(at.bytes(0))).second) continue;
            hits.push_back({place->first, place->second, ChunkId::from(at.bytes(1)),
                            static_cast<std::size_t>(at.number(2)), static_cast<std::size_t>(at.number(3))});
        }
    };
    auto count = database_->prepare("SELECT count(*) FROM (SELECT 1 FROM found WHERE found MATCH ?1 LIMIT ?2)");
    count.bind(1, anywhere).bind(2, std::int64_t{common_passages} + 1);
    const bool common = count.step() && count.number(0) > static_cast<std::int64_t>(common_passages);
    count = {};
    constexpr std::string_view ranked =
        "SELECT rowid FROM found WHERE found MATCH ?1 AND rank MATCH 'bm25(10.0, 1.0, 0.0)' ORDER BY rank";
    constexpr std::string_view latest = "SELECT rowid FROM found WHERE found MATCH ?1 ORDER BY rowid DESC";
    if (common) take(latest, in_title);
    take(common ? latest : ranked, anywhere);
    if (const auto& failure = database_->failure()) return *failure;
    return hits;
}

}  // namespace staffroom::search
