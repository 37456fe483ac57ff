#include "app/search/search.h"

#include <doctest/doctest.h>

#include <fstream>

#include "app/home.h"
#include "app/search/extract.h"
#include "app/search/words.h"
#include "core/records/decide.h"
#include "core/text_rules.h"

#include "tests/disposable.h"

using namespace staffroom;
using namespace staffroom::search;

namespace {

std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> words;
    each_word(text, [&](const Word& word) { return words.emplace_back(word.folded), true; });
    return words;
}

Query query(std::string_view typed) {
    auto parsed = parse_query(typed);
    REQUIRE(parsed.ok());
    return *parsed;
}

// What the index promises, by looking through every document.
bool holds(const std::vector<std::string>& words, const Term& term) {
    for (std::size_t first = 0; first + term.words.size() <= words.size(); ++first) {
        bool all = true;
        for (std::size_t at = 0; at < term.words.size() && all; ++at) {
            const auto& word = words[first + at];
            const bool begins = term.begins && at + 1 == term.words.size();
            all = begins ? word.starts_with(term.words[at]) : word == term.words[at];
        }
        if (all) return true;
    }
    return false;
}
bool holds(const Document& document, const Query& wanted) {
    const auto title = words_in(document.title), words = words_in(document.words);
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const Term& term) { return holds(title, term) || holds(words, term); });
}

void put(Index& index, keys::GroupNumber group, const RecordId& record, const Filters& about,
         const std::vector<Document>& documents) {
    auto change = index.change_to(group, record, about, documents);
    while (index.step(change)) {
    }
}

struct Folder : Disposable {
    Folder() { init_crypto(); }
};

// A profile with one group, searched without other processes.
struct Person {
    explicit Person(const std::filesystem::path& folder, std::optional<std::string> passphrase = std::nullopt) {
        init_crypto();
        auto made = Home::create(folder / "home", {"Amina", ""}, passphrase);
        REQUIRE(made.ok());
        home = std::move(*made);
        const auto founded = home->replica().found(GroupKind::team, "Science", NewcomersRead::all);
        REQUIRE(founded.ok());
        group = *founded;
        searching = std::make_unique<Search>(home->profile(), home->replica(), "");
    }
    RecordId write(const std::string& type, std::vector<Input> inputs) {
        const auto part = decide_create(group, {home->identity().person(), Role::organiser}, {type, std::move(inputs)},
                                        random_id<Nonce16>());
        REQUIRE(part.ok());
        REQUIRE(home->replica().write(group, {*part}).ok());
        return part->record;
    }
    RecordId note(const std::string& title, const std::string& body) {
        return write("note", {{"title", Value(title), {}}, {"body", Value(body), {}}});
    }
    std::set<RecordId> find(std::string_view typed) {
        REQUIRE(api::at_once(searching->catch_up()).ok());
        REQUIRE(api::at_once(searching->read_documents()).ok());
        const auto page = api::at_once(searching->find(query(typed), {}, 200));
        REQUIRE(page.ok());
        std::set<RecordId> found;
        for (const auto& each : page->results) found.insert(each.record);
        return found;
    }
    std::unique_ptr<Home> home;
    GroupId group;
    std::unique_ptr<Search> searching;
};

std::string read_whole(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a word is the same word however it was typed") {
    const std::pair<const char*, const char*> same[] = {
        {"École", "ecole"},   {"ﬁsh", "FISH"},          {"Straße", "STRASSE"}, {"İstanbul", "istanbul"},
        {"مُدَرِّسَة", "مدرسه"},   {"الأولى", "الاولي"},     {"آخِر", "اخر"},        {"كتـــاب", "کتاب"},
        {"٢٠٢٥", "2025"},     {"क़लम", "कलम"},           {"ɗan", "dan"},        {"é", "e\u0301"},
        {"Ελλάδα", "ΕΛΛΑΔΑ"}, {"naïve\u00AD", "naive"}, {"ŋun", "NUN"},        {"१२", "12"},
    };
    for (const auto& [one, other] : same) {
        CAPTURE(one);
        CHECK(words_in(one) == words_in(other));
        CHECK(words_in(one).size() == 1);
    }
    const std::pair<const char*, const char*> different[] = {{"कल", "काल"},   {"मिल", "मील"}, {"पौधे", "पौधा"},
                                                             {"کتاب", "کتب"}, {"が", "か"},   {"กา", "กี"}};
    for (const auto& [one, other] : different) CHECK(words_in(one) != words_in(other));
    CHECK(words_in("l'eau, 2025-03-09") == std::vector<std::string>{"l", "eau", "2025", "03", "09"});
    CHECK(words_in("学校a") == std::vector<std::string>{"学", "校", "a"});
    CHECK(words_in("a\xFF\xC3(\xE2\x82") == std::vector<std::string>{"a"});
    CHECK(folded("Two  Wörter!") == "two worter");
    CHECK(words_in(std::string(1'000, 'x')).front().size() == word_bytes_max);
}

TEST_CASE("what is typed becomes words, beginnings and phrases, or is refused in words") {
    CHECK(query("Water cycle*") == Query{{{"water"}, false}, {{"cycle"}, true}});
    CHECK(query("\"in a row\" «deux mots»* ") == Query{{{"in", "a", "row"}, false}, {{"deux", "mots"}, true}});
    CHECK(query("2025-03* \"open") == Query{{{"2025", "03"}, true}, {{"open"}, false}});
    CHECK(parse_query(" -!* ").code() == Code::malformed);
    CHECK(parse_query("a*").code() == Code::malformed);
    CHECK(parse_query(std::string(1'001, 'a')).code() == Code::too_large);
    CHECK(expression_of(query("\"AND or\" NEAR* x:y")) == R"("and or" AND "near" * AND "x y")");
}

TEST_CASE("a snippet shows the words around what was looked for, as they were written") {
    std::string text;
    for (int i = 0; i < 200; ++i) text += "filling words\n";
    text += "the Café of the École ";
    for (int i = 0; i < 200; ++i) text += "more words ";
    const auto snippet = snippet_of(text, query("ecole cafe"));
    CHECK(snippet.find("Café of the École") != std::string::npos);
    CHECK(snippet.starts_with("…"));
    CHECK(snippet.ends_with("…"));
    CHECK(snippet.size() < 140);
    CHECK(snippet_of("only this", query("absent")) == "only this");
    CHECK(snippet_of("", query("absent")).empty());
    for (std::size_t letters = 1; letters < 60; ++letters) {
        const auto cut = snippet_of("ααα βββ γγγ δδδ εεε ζζζ ηηη θθθ", query("δδδ"), letters);
        CHECK(shown_name(cut, 400) == cut);
    }
}

TEST_CASE("the index finds what a look through all documents finds") {
    const char* const letters[] = {"water", "Wasser", "eau", "été", "ete", "الماء", "ماء", "कल", "काल",  "पानी", "水",
                                   "学校",  "Wat",    "wax", "a",   "x-y", "ɗan",   "dan", "12", "maji", "मील",  "मिल"};
    std::uint64_t seed = 88172645463325252u;
    const auto random = [&](std::size_t below) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        return static_cast<std::size_t>(seed % below);
    };
    const auto some_words = [&](std::size_t most) {
        std::string text;
        for (auto count = random(most); count > 0; --count)
            text += letters[random(std::size(letters))] + std::string(" ");
        return text;
    };
    auto opened = Index::open({});
    REQUIRE(opened.ok());
    auto& index = **opened;
    std::map<RecordId, std::vector<Document>> all;
    std::vector<RecordId> ids;
    for (int i = 0; i < 60; ++i) ids.push_back(random_id<RecordId>());
    for (int round = 0; round < 400; ++round) {
        const auto record = ids[random(ids.size())];
        std::vector<Document> documents(random(3));
        for (auto& each : documents) each = {std::nullopt, some_words(4), some_words(12)};
        index.begin();
        put(index, 1, record, {}, documents);
        REQUIRE(index.commit().ok());
        all[record] = documents;
        std::string typed = letters[random(std::size(letters))];
        const auto kind = random(4);
        if (kind == 1) typed += std::string(" ") + letters[random(std::size(letters))];
        if (kind == 2) typed = "\"" + typed + " " + letters[random(std::size(letters))] + "\"";
        if (kind == 3 && typed.size() > 1) typed += "*";
        if (!parse_query(typed)) continue;
        CAPTURE(round);
        CAPTURE(typed);
        std::set<RecordId> expected, found;
        for (const auto& [id, each] : all) {
            if (std::any_of(each.begin(), each.end(), [&](const auto& one) { return holds(one, query(typed)); })) {
                expected.insert(id);
            }
        }
        const auto hits = index.find(query(typed), {}, 1'000);
        REQUIRE(hits.ok());
        for (const auto& hit : *hits) CHECK(found.insert(hit.record).second);
        CHECK(found == expected);
    }
}

TEST_CASE("the best comes first, and filters narrow what is found") {
    auto opened = Index::open({});
    REQUIRE(opened.ok());
    auto& index = **opened;
    const auto titled = random_id<RecordId>(), often = random_id<RecordId>(), once = random_id<RecordId>();
    Filters task{{}, "task", {"Mental maths"}, {"7"}, "sw"};
    Filters note{{}, "note", {}, {}, "fr"};
    index.begin();
    put(index, 1, once, note, {{std::nullopt, "One", "fractions among very many other words that tell of rain"}});
    put(index, 2, often, task, {{std::nullopt, "Two", "fractions fractions fractions"}});
    put(index, 1, titled, note, {{std::nullopt, "Fractions", "nothing else"}});
    REQUIRE(index.commit().ok());
    const auto found = [&](const Filters& filters) {
        const auto hits = index.find(query("fractions"), filters, 10);
        REQUIRE(hits.ok());
        std::vector<RecordId> records;
        for (const auto& hit : *hits) records.push_back(hit.record);
        return records;
    };
    CHECK(found({}) == std::vector{titled, often, once});
    CHECK(found({{2}, "", {}, {}, ""}) == std::vector{often});
    CHECK(found({{1, 2}, "task", {"mental MATHS"}, {"7"}, "SW"}) == std::vector{often});
    CHECK(found({{}, "task", {}, {"8"}, ""}).empty());
    CHECK(found({{}, "note", {}, {}, "fr"}) == std::vector{titled, once});
    CHECK(index.find(query("fractions"), {}, 2)->size() == 2);
}

TEST_CASE("what nearly every document holds is found by its title first, then the latest first") {
    auto opened = Index::open({});
    REQUIRE(opened.ok());
    std::vector<RecordId> ids;
    (*opened)->begin();
    for (int i = 0; i < 2'500; ++i) {
        ids.push_back(random_id<RecordId>());
        put(**opened, 1, ids.back(), {}, {{std::nullopt, i == 7 ? "The school" : "Other", "the school"}});
    }
    REQUIRE((*opened)->commit().ok());
    const auto hits = (*opened)->find(query("school"), {}, 3);
    REQUIRE(hits.ok());
    CHECK((*hits)[0].record == ids[7]);
    CHECK((*hits)[1].record == ids[2'499]);
    CHECK((*hits)[2].record == ids[2'498]);
}

TEST_CASE("a long document is found from its first words to its last") {
    auto opened = Index::open({});
    REQUIRE(opened.ok());
    const auto record = random_id<RecordId>();
    std::string words = "alpha ";
    while (words.size() < 3 * passage_bytes) words += "between the two ";
    words += "omega";
    (*opened)->begin();
    put(**opened, 1, record, {}, {{std::nullopt, "Long", words}});
    REQUIRE((*opened)->commit().ok());
    for (const auto* each : {"alpha", "omega", "long", "\"between the two between\""}) {
        const auto hits = (*opened)->find(query(each), {}, 10);
        REQUIRE(hits.ok());
        REQUIRE(hits->size() == 1);
        const auto& hit = hits->front();
        CHECK(hit.record == record);
        const auto passage = std::string_view(words).substr(hit.begin, hit.size);
        if (std::string_view(each) == "omega") CHECK(snippet_of(passage, query(each)).ends_with("omega"));
    }
}

TEST_CASE("an index that is damaged, cut short or of another version is begun anew") {
    const Folder folder;
    const auto file = folder.path() / "index";
    const auto record = random_id<RecordId>();
    const auto write = [&] {
        auto opened = Index::open(file);
        REQUIRE(opened.ok());
        (*opened)->begin();
        put(**opened, 1, record, {}, {{std::nullopt, "Title", "some words"}});
        (*opened)->set_position(1, 7);
        REQUIRE((*opened)->commit().ok());
    };
    write();
    CHECK((*Index::open(file))->position(1) == 7u);
    const auto good = read_whole(file);
    REQUIRE(good.size() > 1'000);
    for (std::size_t i = 0; i < 60; ++i) {
        auto bad = good;
        if (i % 3 == 0)
            bad.resize(bad.size() * i / 60);
        else
            bad[(i * 997) % bad.size()] ^= static_cast<char>(1 << (i % 8));
        std::ofstream(file, std::ios::binary) << bad;
        auto opened = Index::open(file);
        REQUIRE(opened.ok());
        (void)(*opened)->find(query("some"), {}, 10);
        (void)(*opened)->unread();
    }
    std::ofstream(file, std::ios::binary) << "no index at all";
    CHECK(!(*Index::open(file))->position(1));
}

TEST_CASE("after a failure every statement does nothing, one that is prepared later too") {
    auto opened = Database::open({});
    REQUIRE(opened.ok());
    auto& database = **opened;
    database.run("no statement at all");
    REQUIRE(database.failure().has_value());
    auto later = database.prepare("SELECT ?1");
    later.bind(1, 1).run();
    CHECK_FALSE(later.bind(1, 1).step());
    later.reset();
    CHECK(database.changes() == 0);
}

TEST_CASE("the search follows what is written, put away, restored and erased") {
    const Folder folder;
    Person amina(folder.path());
    const auto rain = amina.note("Rain", "Water comes back");
    const auto sand = amina.note("Sand", "Water goes");
    CHECK(amina.find("water") == std::set{rain, sand});
    CHECK(amina.find("water comes") == std::set{rain});
    auto& replica = amina.home->replica();
    const Actor me{amina.home->identity().person(), Role::organiser};
    const auto put_away = decide_presence(*replica.record(amina.group, rain), me, false);
    REQUIRE(put_away.ok());
    REQUIRE(replica.write(amina.group, {{rain, *put_away}}).ok());
    CHECK(amina.find("water") == std::set{sand});
    const auto restored = decide_presence(*replica.record(amina.group, rain), me, true);
    REQUIRE(restored.ok());
    REQUIRE(replica.write(amina.group, {{rain, *restored}}).ok());
    CHECK(amina.find("water") == std::set{rain, sand});
    REQUIRE(replica.write(amina.group, {{RecordId{}, {make_op(EraseOp{{sand}, {}, "mistake"})}}}).ok());
    CHECK(amina.find("water") == std::set{rain});
    CHECK(read_whole(amina.home->folder() / "search" / "index").find("goes") == std::string::npos);
    REQUIRE(replica.rebuild().ok());
    CHECK(amina.find("water") == std::set{rain});
    amina.searching->forget();
    CHECK(amina.find("water") == std::set{rain});
    CHECK(!amina.searching->is_behind());
}

TEST_CASE("a search that was dropped half way, or starts later, catches up from where it was") {
    const Folder folder;
    Person amina(folder.path());
    std::set<RecordId> all;
    for (int i = 0; i < 300; ++i) all.insert(amina.note("Note " + std::to_string(i), "school"));
    {
        auto work = amina.searching->catch_up();
        work.step();
    }
    CHECK(amina.find("school").size() == 200);
    amina.searching = std::make_unique<Search>(amina.home->profile(), amina.home->replica(), "");
    CHECK(!amina.searching->is_behind());
    const auto late = amina.note("Late", "arrival");
    CHECK(amina.searching->is_behind());
    CHECK(amina.find("arrival") == std::set{late});
}

TEST_CASE("what is erased while others are half way with it is put in again by none of them") {
    const Folder folder;
    Person amina(folder.path());
    std::string words;
    while (words.size() < 30'000) words += "planted " + std::to_string(words.size()) + "\n";
    const auto keep = amina.note("Keep", "water");
    CHECK(amina.find("water") == std::set{keep});
    auto& replica = amina.home->replica();
    // Wherever the first one stands when the erasure comes.
    for (int steps = 0; steps < 8; ++steps) {
        std::vector<RecordId> gone;
        for (int i = 0; i < 10; ++i) gone.push_back(amina.note("Gone", words));
        std::sort(gone.begin(), gone.end());
        auto first = amina.searching->catch_up(), second = amina.searching->catch_up();
        for (int i = 0; i < steps && !first.is_done(); ++i) first.step();
        REQUIRE(replica.write(amina.group, {{RecordId{}, {make_op(EraseOp{gone, {}, "mistake"})}}}).ok());
        while (!first.is_done() || !second.is_done()) {
            if (!second.is_done()) second.step();
            if (!first.is_done()) first.step();
        }
        CHECK(first.result().ok());
        CHECK(second.result().ok());
        CHECK(amina.find("water") == std::set{keep});
        CHECK(read_whole(amina.home->folder() / "search" / "index").find("planted") == std::string::npos);
    }
}

TEST_CASE("with a passphrase no word of the index lies on the disk, and locking ends it") {
    const Folder folder;
    Person amina(folder.path(), "open sesame");
    const auto note = amina.note("Secretword", "plantedword");
    CHECK(amina.find("plantedword") == std::set{note});
    CHECK(!std::filesystem::exists(amina.home->folder() / "search"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(amina.home->folder())) {
        if (entry.is_regular_file()) CHECK(read_whole(entry.path()).find("plantedword") == std::string::npos);
    }
    amina.searching->close();
    CHECK(amina.find("plantedword") == std::set{note});
}

TEST_CASE("what HTML and plain text say, in any of their encodings") {
    const auto html = [](std::string_view page) { return words_in_html(view_of(page)); };
    CHECK(html("<p>Un <b>mo</b>t<script>var no;</script><p>deux&nbsp;&eacute;") == "Un mot\ndeux\u00A0é");
    CHECK(html("<p>é ب</p>") == "é ب");
    CHECK(html("<meta charset=windows-1256><p>\xC8</p>") == "ب");
    CHECK(html("plain").find("plain") != std::string::npos);
    CHECK(words_in_text(view_of("\xEF\xBB\xBF a \t b\r\n\r\nc\x01")) == "a b\nc");
    CHECK(words_in_text(view_of("caf\xE9")) == "café");
    CHECK(words_in_text(view_of(std::string_view("\xFF\xFE\x28\x06\x61\0", 6))) == "بa");
    CHECK(words_in_text(Bytes(20 << 20, 'a')).size() == words_bytes_max);
}

TEST_CASE("documents that are broken at any place end with what was readable") {
    // A zip with one stored entry, written by hand: word/document.xml.
    const std::string xml =
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"x\"><w:p><w:r><w:t>inside</w:t></w:r></w:p></w:document>";
    const auto zip = [&](const std::string& content) {
        const auto le = [](std::uint64_t number, int bytes) {
            std::string text;
            for (int i = 0; i < bytes; ++i) text += static_cast<char>(i < 8 ? number >> (8 * i) : 0);
            return text;
        };
        std::uint32_t crc = ~0u;
        for (const unsigned char c : content) {
            crc ^= c;
            for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        }
        const std::string name = "word/document.xml";
        const auto sizes = le(~crc, 4) + le(content.size(), 4) + le(content.size(), 4) + le(name.size(), 2);
        const auto local = "PK\3\4" + le(20, 2) + le(0, 8) + sizes + le(0, 2) + name + content;
        const auto central = "PK\1\2" + le(20, 2) + le(20, 2) + le(0, 8) + sizes + le(0, 16) + name;
        const auto end =
            "PK\5\6" + le(0, 4) + le(1, 2) + le(1, 2) + le(central.size(), 4) + le(local.size(), 4) + le(0, 2);
        return local + central + end;
    };
    const auto good = zip(xml);
    REQUIRE(words_in_office(view_of(good)) == "inside");
    for (std::size_t size = 0; size < good.size(); ++size) (void)words_in_office(view_of(good.substr(0, size)));
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bad = good;
        bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
        (void)words_in_office(view_of(bad));
    }
    for (std::size_t at = 0; at < xml.size(); ++at) {
        auto bad = xml;
        bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
        (void)words_in_office(view_of(zip(bad)));
        (void)words_in_html(view_of(bad));
    }
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<w:p>";
    (void)words_in_office(view_of(zip(deep)));
    (void)words_in_html(view_of(deep));
    CHECK(words_in_office(view_of(zip("<w:document xmlns:w='x'><w:t>" + std::string(8 << 20, 'x')))).size() <=
          words_bytes_max);
}
