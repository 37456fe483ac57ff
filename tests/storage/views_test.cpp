#include "storage/views.h"

#include "core/merge/text_codec.h"
#include "tests/storage/staff.h"

namespace staffroom {
namespace {

// The kept snapshot of a note's words, with a history that its checksum fits and that nobody wrote.
void spoil_history(Computer& computer, const GroupId& group, const RecordId& note) {
    auto key = keys::text(computer.replica->group(group)->number, note, "body");
    append_be32(key, 0);
    REQUIRE(computer.store
                .write([&](WriteTxn& txn) -> Result<> {
                    const auto kept = txn.get(Table::texts, key);
                    REQUIRE(kept.has_value());
                    const auto read = decode_snapshot(*kept);
                    REQUIRE(read.ok());
                    txn.put(Table::texts, key, encode_snapshot(read->shown, read->history.first(20)));
                    return Done{};
                })
                .ok());
}

TEST_CASE("a note whose kept history is damaged is a damaged view, never a note with words missing") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    const auto note = amina.notes(school, "Friday");
    amina.gives(brian, school);
    brian.types(school, note, {0, 0, "from Brian, far away"});
    for (unsigned i = 0; i < 80; ++i) amina.types(school, note, {i, 0, "x"});
    const auto before = amina.body(school, note);
    REQUIRE(before == std::string(80, 'x'));

    SUBCASE("found when a colleague's concurrent words are shown") {
        spoil_history(amina, school, note);
        CHECK(amina.body(school, note) == before);  // what is shown stays
        brian.gives(amina, school);
        const auto text = amina.replica->text(school, note, "body");
        REQUIRE_FALSE(text.ok());
        CHECK(text.code() == Code::io);
    }
    SUBCASE("found when the next snapshot is due") {
        spoil_history(amina, school, note);
        Result<Ingested> written = Ingested{};
        for (unsigned i = 0; i < 400 && written.ok(); ++i) {
            EditOp edit;
            edit.field = "body";
            for (const auto& base : amina.replica->text(school, note, "body")->version())
                edit.base.push_back(Ref::of(base));
            edit.changes = {{0, 0, "z"}};
            written = amina.replica->write(school, {{note, {make_op(edit)}}});
        }
        REQUIRE_FALSE(written.ok());
        CHECK(written.code() == Code::io);
        CHECK(amina.body(school, note).ends_with(before));
    }
    REQUIRE(amina.replica->rebuild().ok());
    CHECK(amina.body(school, note).find(before) != std::string::npos);
    brian.gives(amina, school);
    CHECK(amina.body(school, note).find("from Brian, far away") != std::string::npos);
}

}  // namespace
}  // namespace staffroom
