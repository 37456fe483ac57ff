// Honest deletion: what is erased is hidden at once, goes from the disks in its time, and is waited for by nobody.
#include "storage/erasing.h"

#include <doctest/doctest.h>

#include "core/records/decide.h"
#include "storage/file_copy.h"
#include "storage/file_refs.h"
#include "tests/storage/staff.h"

using namespace staffroom;

namespace {

// Amina organises, Brian is a member and has written a note that she has edited too.
struct Story {
    Story() {
        science = amina.founds("Science");
        amina.lets_in(brian, science);
        amina.gives(brian, science);
        note = brian.notes(science, "Names of pupils");
        brian.gives(amina, science);
        amina.types(science, note, {0, 0, "Secret words"});
        amina.gives(brian, science);
    }
    void erases(Computer& who) {
        REQUIRE(who.replica->write(science, {{RecordId{}, {make_op(EraseOp{{note}, {}, "Privacy"})}}}).ok());
        REQUIRE(who.replica->list_gone(science).ok());
    }
    static void runs(Computer& who, std::uint64_t ms) { REQUIRE(who.replica->age_erasures(ms).ok()); }
    bool shows(const Computer& who) const { return who.replica->record(science, note).has_value(); }
    bool is_gone(const Computer& who) const {
        const auto erased = who.replica->erased(science, note);
        return erased && erased->here;
    }
    bool waits(const Computer& who) const { return !who.replica->log().wanted_parts(science, 100).empty(); }

    Computer amina{"Amina"}, brian{"Brian"}, carla{"Carla"};
    GroupId science;
    RecordId note;
};

}  // namespace

TEST_CASE("who erases a record of their own has it no more; a colleague hides it at once and keeps it for a week") {
    Story at;
    at.erases(at.brian);
    CHECK_FALSE(at.shows(at.brian));
    CHECK(at.is_gone(at.brian));
    CHECK(at.brian.body(at.science, at.note).empty());
    CHECK(at.brian.replica->log().own_have(at.science).erasures == 1);

    at.brian.gives(at.amina, at.science);
    CHECK(at.amina.equals(at.brian, at.science));
    CHECK_FALSE(at.shows(at.amina));
    CHECK_FALSE(at.is_gone(at.amina));
    CHECK(at.amina.replica->erased(at.science, at.note)->why == "Privacy");
    CHECK(at.amina.replica->log().own_have(at.science).erasures == 0);
    Story::runs(at.amina, erasing::grace_ms - 1);
    CHECK_FALSE(at.is_gone(at.amina));
    Story::runs(at.amina, 1);
    CHECK(at.is_gone(at.amina));
    CHECK(at.amina.replica->log().own_have(at.science).erasures == 1);
    at.amina.start();
    CHECK_FALSE(at.shows(at.amina));
    REQUIRE(at.amina.replica->rebuild().ok());
    CHECK_FALSE(at.shows(at.amina));
    CHECK_FALSE(at.waits(at.amina));
    CHECK(at.is_gone(at.amina));
}

TEST_CASE("what is written in it elsewhere meanwhile goes too, and the sets stay the same") {
    Story at;
    at.erases(at.brian);
    at.amina.titles(at.science, at.note, "Names of all pupils");
    at.amina.gives(at.brian, at.science);
    at.brian.gives(at.amina, at.science);
    CHECK(at.amina.equals(at.brian, at.science));
    CHECK_FALSE(at.shows(at.brian));
    CHECK_FALSE(at.shows(at.amina));
    CHECK(at.brian.replica->log().wanted_parts(at.science, 100).empty());
    Story::runs(at.amina, erasing::grace_ms);
    at.amina.gives(at.brian, at.science);
    CHECK(at.amina.equals(at.brian, at.science));
    CHECK_FALSE(at.waits(at.brian));
    CHECK_FALSE(at.waits(at.amina));
}

TEST_CASE("a newcomer waits for no part that was erased everywhere") {
    Story at;
    at.erases(at.brian);
    at.brian.gives(at.amina, at.science);
    Story::runs(at.amina, erasing::grace_ms);
    at.amina.lets_in(at.carla, at.science);
    at.amina.gives(at.carla, at.science);
    CHECK(at.carla.equals(at.amina, at.science));
    CHECK_FALSE(at.shows(at.carla));
    CHECK_FALSE(at.waits(at.carla));
}

TEST_CASE("neither a colleague nor a reader erases what is another's") {
    Story at;
    at.amina.lets_in(at.carla, at.science);
    at.amina.gives(at.carla, at.science);
    REQUIRE(at.carla.replica->write(at.science, {{RecordId{}, {make_op(EraseOp{{at.note}, {}, ""})}}}).ok());
    at.carla.gives(at.amina, at.science);
    at.carla.gives(at.brian, at.science);
    CHECK(at.shows(at.amina));
    CHECK(at.shows(at.brian));
    CHECK(at.shows(at.carla));
    const auto decided =
        decide_erase(*at.carla.replica->record(at.science, at.note), {at.carla.person(), Role::member}, "");
    CHECK(decided.code() == Code::refused);
}

TEST_CASE("an erasure whose author is cut for it comes back, and what had gone is wanted again") {
    Story at;
    at.amina.lets_in(at.carla, at.science);
    AppointOp appoint;
    appoint.who = at.carla.person();
    REQUIRE(at.amina.replica->write_control(at.science, {make_op(appoint)}).ok());
    at.amina.gives(at.carla, at.science);
    at.erases(at.carla);
    at.carla.gives(at.brian, at.science);
    Story::runs(at.brian, erasing::grace_ms);
    CHECK(at.is_gone(at.brian));
    // Amina has not heard of the erasure: what Carla wrote then is set aside.
    RemoveOp remove;
    remove.who = at.carla.person();
    REQUIRE(at.amina.replica->write_control(at.science, {make_op(remove)}).ok());
    REQUIRE(at.brian.replica->ingest(at.science, at.amina.frames(at.science, CommitKind::control)).ok());
    CHECK(at.waits(at.brian));
    std::vector<std::pair<PartName, Bytes>> parts;
    for (const auto& name : at.brian.replica->log().wanted_parts(at.science, 100)) {
        if (auto part = at.amina.replica->log().read_part(at.science, name)) parts.emplace_back(name, *part);
    }
    REQUIRE(at.brian.replica->ingest_parts(at.science, parts).ok());
    CHECK_FALSE(at.waits(at.brian));
    CHECK(at.brian.title(at.science, at.note) == "Names of pupils");
    CHECK(at.brian.body(at.science, at.note) == "Secret words");
}

TEST_CASE("an erasure that comes while the profile is locked is carried out after the unlock") {
    Story at;
    at.brian.store.locked = true;
    at.amina.store.locked = false;
    const auto of_amina = at.amina.notes(at.science, "Plan");
    at.amina.gives(at.brian, at.science);
    at.note = of_amina;
    at.erases(at.amina);
    at.amina.gives(at.brian, at.science);
    at.brian.store.locked = false;
    REQUIRE(at.brian.replica->catch_up().ok());
    CHECK_FALSE(at.shows(at.brian));
    Story::runs(at.brian, erasing::grace_ms);
    CHECK(at.is_gone(at.brian));
    CHECK(at.amina.equals(at.brian, at.science));
}

TEST_CASE("the chunks of an erased resource go from each disk, and only when nothing else holds the same file") {
    Story at;
    FileMaker maker(at.brian.replica->group(at.science)->keys.file, "film", "video/mp4");
    Bytes plain(3 * staffroom::limits::chunk_bytes / 2);
    random_bytes(plain);
    std::vector<GivenChunk> chunks;
    const auto take = [&](SealedChunk&& chunk) { chunks.push_back({chunk.ref.id, std::move(chunk.bytes)}); };
    for (std::size_t from = 0; from < plain.size(); from += staffroom::limits::chunk_bytes) {
        const auto size = std::min(staffroom::limits::chunk_bytes, plain.size() - from);
        take(maker.add(ByteView(plain).subspan(from, size)).value());
    }
    auto finished = maker.finish();
    for (auto& chunk : finished.manifest) take(std::move(chunk));
    const auto adds = [&](const std::string& title) {
        CreateOp create{"resource", random_id<Nonce16>(), {}};
        const auto record = id_of_record(at.science, at.brian.person(), create);
        AssignOp name{"title", std::nullopt, Value(title), {}}, file{"files", std::nullopt, Value(finished.file), {}};
        REQUIRE(at.brian.replica->write(at.science, {{record, {make_op(create), make_op(name), make_op(file)}}}).ok());
        return record;
    };
    REQUIRE(store_chunks(at.brian.store, at.brian.chunks, chunks).ok());
    const auto one = adds("Film"), other = adds("The same film");
    at.brian.gives(at.amina, at.science);
    // As they come: the manifest is opened when it is here, and the rest is wanted then.
    for (int round = 0; round < 2; ++round) REQUIRE(at.amina.replica->keep_chunks(chunks).ok());
    const auto here = [&](Computer& who) {
        std::size_t count = 0;
        REQUIRE(who.store
                    .read([&](ReadTxn& txn) -> Result<> {
                        count = 0;
                        for (const auto& chunk : chunks) count += Chunks::has(txn, chunk.id);
                        return Done{};
                    })
                    .ok());
        return count;
    };
    REQUIRE(here(at.brian) == chunks.size());
    REQUIRE(here(at.amina) == chunks.size());

    at.note = one;
    at.erases(at.brian);
    at.brian.gives(at.amina, at.science);
    Story::runs(at.amina, erasing::grace_ms);
    CHECK(at.is_gone(at.amina));
    CHECK(here(at.brian) == chunks.size());
    CHECK(here(at.amina) == chunks.size());

    at.note = other;
    at.erases(at.brian);
    CHECK(here(at.brian) == 0);
    at.brian.gives(at.amina, at.science);
    CHECK(here(at.amina) == chunks.size());  // hidden, for seven days of running
    Story::runs(at.amina, erasing::grace_ms);
    CHECK(here(at.amina) == 0);
    CHECK(at.amina.replica->chunks().wanted(10).empty());
}
