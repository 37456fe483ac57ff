// One file is erased and its record stays: hidden at once, gone from the disks in its time, fetched by nobody any more.
#include "storage/erased_files.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "storage/file_copy.h"
#include "storage/file_refs.h"
#include "storage/file_words.h"
#include "tests/storage/staff.h"

using namespace staffroom;

namespace {

struct MadeFile {
    FileRef file;
    std::vector<GivenChunk> chunks;  // those of the manifest last
};

MadeFile make_file(Computer& who, const GroupId& group, const std::string& name, ByteView plain) {
    MadeFile made;
    FileMaker maker(who.replica->group(group)->keys.file, name, "video/mp4");
    const auto take = [&](SealedChunk&& chunk) { made.chunks.push_back({chunk.ref.id, std::move(chunk.bytes)}); };
    for (std::size_t from = 0; from < plain.size(); from += staffroom::limits::chunk_bytes) {
        take(maker.add(plain.subspan(from, std::min(staffroom::limits::chunk_bytes, plain.size() - from))).value());
    }
    auto finished = maker.finish();
    for (auto& chunk : finished.manifest) take(std::move(chunk));
    made.file = finished.file;
    return made;
}

// Brian has a resource with two films that begin alike; Amina organises, Carla is a member.
struct Story {
    Story() {
        science = amina.founds("Science");
        amina.lets_in(brian, science);
        amina.lets_in(carla, science);
        amina.gives(brian, science);
        amina.gives(carla, science);
        Bytes plain(2 * staffroom::limits::chunk_bytes);
        random_bytes(plain);
        old_film = make_file(brian, science, "film.mp4", plain);
        plain.back() ^= 1;
        new_film = make_file(brian, science, "film 2.mp4", plain);
        for (const auto* each : {&old_film, &new_film}) {
            REQUIRE(store_chunks(brian.store, brian.chunks, each->chunks).ok());
        }
        films = makes(brian, "Films", {old_film.file, new_film.file});
        brian.gives(amina, science);
        brian.gives(carla, science);
    }
    RecordId makes(Computer& who, const std::string& title, const std::vector<FileRef>& files) {
        CreateOp create{"resource", random_id<Nonce16>(), {}};
        const auto record = id_of_record(science, who.person(), create);
        std::vector<Op> ops{make_op(create), make_op(AssignOp{"title", std::nullopt, Value(title), {}})};
        for (const auto& file : files) ops.push_back(make_op(AssignOp{"files", std::nullopt, Value(file), {}}));
        REQUIRE(who.replica->write(science, {{record, ops}}).ok());
        return record;
    }
    void erases(Computer& who, const MadeFile& film, const std::string& why = "It shows a pupil") {
        const EraseOp erase{{}, {film.file.manifest.front().id}, why};
        REQUIRE(who.replica->write(science, {{RecordId{}, {make_op(erase)}}}).ok());
    }
    // As they come: the manifest is opened when it is here, and the rest is wanted then.
    static void takes(Computer& who, const MadeFile& film) {
        for (int round = 0; round < 2; ++round) REQUIRE(who.replica->keep_chunks(film.chunks).ok());
    }
    static void runs(Computer& who, std::uint64_t ms) { REQUIRE(who.replica->age_erasures(ms).ok()); }
    static std::size_t here(Computer& who, const MadeFile& film) {
        std::size_t count = 0;
        REQUIRE(who.store
                    .read([&](ReadTxn& txn) -> Result<> {
                        count = 0;
                        for (const auto& chunk : film.chunks) count += Chunks::has(txn, chunk.id);
                        return Done{};
                    })
                    .ok());
        return count;
    }
    std::vector<std::string> names(const Computer& who, const RecordId& record) const {
        std::vector<std::string> names;
        const auto state = who.replica->record(science, record);
        REQUIRE(state.has_value());
        for (const auto& cell : state->cells) {
            for (const auto& entry : cell.values) {
                if (const auto* file = entry.value.get<FileRef>()) names.push_back(file->name);
            }
        }
        std::sort(names.begin(), names.end());
        return names;
    }
    bool shows(const Computer& who, const std::string& name) const {
        const auto all = names(who, films);
        return std::find(all.begin(), all.end(), name) != all.end();
    }
    std::uint64_t carried_out(const Computer& who) const { return who.replica->log().own_have(science).erasures; }

    Computer amina{"Amina"}, brian{"Brian"}, carla{"Carla"};
    GroupId science;
    MadeFile old_film, new_film;
    RecordId films;
};

}  // namespace

TEST_CASE("one's own file goes at once, a colleague hides it and keeps it for a week; what it shares stays") {
    Story at;
    Story::takes(at.amina, at.old_film);
    Story::takes(at.amina, at.new_film);
    REQUIRE(Story::here(at.amina, at.old_film) == 3);
    const auto number = at.brian.replica->group(at.science)->number;
    const auto& new_manifest = at.new_film.file.manifest.front().id;
    REQUIRE(at.brian.store
                .write([&](WriteTxn& txn) -> Result<> {
                    return file_words::keep(txn, number, new_manifest, "what it says"), Done{};
                })
                .ok());
    at.erases(at.brian, at.old_film);
    at.brian.titles(at.science, at.films, "All films");
    REQUIRE(at.brian.store
                .read([&](ReadTxn& txn) -> Result<> {
                    CHECK(file_words::read(txn, number, new_manifest) == "what it says");
                    return Done{};
                })
                .ok());
    CHECK(at.names(at.brian, at.films) == std::vector<std::string>{"film 2.mp4"});
    CHECK(Story::here(at.brian, at.old_film) == 1);  // the first chunk is the other's too
    CHECK(Story::here(at.brian, at.new_film) == 3);
    CHECK(at.carried_out(at.brian) == 1);

    at.brian.gives(at.amina, at.science);
    CHECK_FALSE(at.shows(at.amina, "film.mp4"));
    CHECK(Story::here(at.amina, at.old_film) == 3);
    CHECK(at.carried_out(at.amina) == 0);
    const auto told = at.amina.replica->erased_files(at.science, at.films);
    REQUIRE(told.size() == 1);
    CHECK(told[0].name == "film.mp4");
    CHECK(told[0].erased.why == "It shows a pupil");
    CHECK_FALSE(told[0].erased.here);
    Story::runs(at.amina, erasing::grace_ms - 1);
    CHECK(Story::here(at.amina, at.old_film) == 3);
    Story::runs(at.amina, 1);
    CHECK(Story::here(at.amina, at.old_film) == 1);
    CHECK(Story::here(at.amina, at.new_film) == 3);
    CHECK(at.carried_out(at.amina) == 1);
    for (auto* who : {&at.amina, &at.brian}) {
        REQUIRE(who->replica->rebuild().ok());
        CHECK(at.names(*who, at.films) == std::vector<std::string>{"film 2.mp4"});
        CHECK(who->replica->chunks().wanted(10).empty());
        CHECK(at.carried_out(*who) == 1);
    }
}

TEST_CASE("who has nothing of an erased file fetches nothing of it, the one beside it all the same") {
    Story at;
    REQUIRE_FALSE(at.carla.replica->chunks().wanted(10).empty());
    at.erases(at.brian, at.old_film);
    at.brian.gives(at.carla, at.science);
    CHECK(at.carried_out(at.carla) == 1);
    Story::takes(at.carla, at.new_film);
    CHECK(Story::here(at.carla, at.new_film) == 3);
    CHECK(at.carla.replica->chunks().wanted(10).empty());

    Computer dora{"Dora"};
    at.amina.lets_in(dora, at.science);
    at.brian.gives(at.amina, at.science);
    at.amina.gives(dora, at.science);
    CHECK_FALSE(at.shows(dora, "film.mp4"));
    CHECK(at.carried_out(dora) == 1);
    Story::takes(dora, at.new_film);
    CHECK(dora.replica->chunks().wanted(10).empty());
}

TEST_CASE("a colleague erases a file in their own records only, an organiser in all, and nobody puts it back") {
    Story at;
    const auto copies = at.makes(at.carla, "My copy", {at.old_film.file});
    at.erases(at.carla, at.old_film);
    for (auto* who : {&at.amina, &at.brian}) at.carla.gives(*who, at.science);
    for (const auto* who : {&at.amina, &at.brian, &at.carla}) {
        CHECK(at.shows(*who, "film.mp4"));
        CHECK(at.names(*who, copies).empty());
    }
    CHECK(Story::here(at.brian, at.old_film) == 3);
    CHECK(at.brian.replica->is_erased(at.science, at.carla.person(), at.old_film.file));
    CHECK_FALSE(at.brian.replica->is_erased(at.science, at.brian.person(), at.old_film.file));

    at.erases(at.amina, at.old_film);
    at.amina.gives(at.brian, at.science);
    CHECK_FALSE(at.shows(at.brian, "film.mp4"));
    CHECK(at.brian.replica->is_erased(at.science, at.brian.person(), at.old_film.file));
    const auto again = at.makes(at.brian, "Once more", {at.old_film.file});
    CHECK(at.names(at.brian, again).empty());
    Story::runs(at.brian, erasing::grace_ms);
    CHECK(Story::here(at.brian, at.old_film) == 1);
}

TEST_CASE("a file that was erased by somebody who is cut for it comes back, and what had gone is wanted again") {
    Story at;
    AppointOp appoint;
    appoint.who = at.carla.person();
    REQUIRE(at.amina.replica->write_control(at.science, {make_op(appoint)}).ok());
    at.amina.gives(at.carla, at.science);
    at.amina.gives(at.brian, at.science);
    at.erases(at.carla, at.old_film);
    at.carla.gives(at.brian, at.science);
    Story::runs(at.brian, erasing::grace_ms);
    REQUIRE(Story::here(at.brian, at.old_film) == 1);
    // Amina has not heard of the erasure: what Carla wrote then is set aside.
    RemoveOp remove;
    remove.who = at.carla.person();
    REQUIRE(at.amina.replica->write_control(at.science, {make_op(remove)}).ok());
    REQUIRE(at.brian.replica->ingest(at.science, at.amina.frames(at.science, CommitKind::control)).ok());
    CHECK(at.shows(at.brian, "film.mp4"));
    CHECK_FALSE(at.brian.replica->chunks().wanted(10).empty());
    Story::takes(at.brian, at.old_film);
    CHECK(Story::here(at.brian, at.old_film) == 3);
    CHECK(at.brian.replica->chunks().wanted(10).empty());
    CHECK(at.carried_out(at.brian) == 0);
}
