#include "storage/doctor.h"

#include <doctest/doctest.h>

#include <fstream>
#include <random>

#include "storage/file_copy.h"
#include "storage/mend.h"
#include "storage/pages.h"
#include "storage/salvage.h"
#include "tests/disposable.h"
#include "tests/storage/staff.h"

using namespace staffroom;
namespace fs = std::filesystem;

namespace {

using Tables = MemoryStore::Tables;

// One teacher's replica on a real disk, taken over from a computer of the stories, and a colleague who has it all.
struct Kept {
    Kept() {
        school = amina.founds("Hill School");
        amina.lets_in(brian, school);
        for (int i = 0; i < 6; ++i) notes.push_back(amina.notes(school, "Note " + std::to_string(i)));
        amina.types(school, notes[0], {0, 0, "Cut an orange."});
        amina.types(school, notes[0], {14, 0, " Then a pear."});
        amina.titles(school, notes[1], "Second title");
        amina.gives(brian, school);

        auto taken = OwnerLock::take(root(), {true, std::nullopt});
        REQUIRE(taken.ok());
        lock.emplace(std::move(*taken));
        auto made = Profile::create(*lock, std::nullopt);
        REQUIRE(made.ok());
        REQUIRE(made->store()
                    .write([&](WriteTxn& txn) -> Result<> {
                        for (std::size_t i = 0; i < tables_count; ++i) {
                            for (const auto& [key, value] : amina.store.tables[i]) txn.put(Table(i), key, value);
                        }
                        return Done{};
                    })
                    .ok());
        REQUIRE(made->close().ok());
    }

    fs::path root() const { return folder / "me"; }
    fs::path file() const { return root() / "store/data.mdb"; }

    void open() {
        auto opened = Profile::open(*lock, std::nullopt);
        if (!opened) FAIL(opened.error().say);
        profile.emplace(std::move(*opened));
    }
    void close() { profile.reset(); }
    // Needs open().
    void open_replica() {
        auto opened = Replica::open(profile->store(), profile->chunks(), amina.identity, {});
        if (!opened) FAIL(opened.error().say);
        replica = std::move(*opened);
    }
    void mends() {
        const auto done = mend(profile->store(), profile->chunks());
        if (!done) FAIL(done.error().say);
        mended = *done;
        open_replica();
        REQUIRE(replica->rebuild().ok());
        REQUIRE(profile->store().write([](WriteTxn& txn) -> Result<> { return set_rebuilt(txn), Done{}; }).ok());
    }
    void brian_gives() {
        for (const auto kind : all_kinds) REQUIRE(replica->ingest(school, brian.frames(school, kind)).ok());
        std::vector<std::pair<PartName, Bytes>> parts;
        for (const auto& name : replica->log().wanted_parts(school, 1000)) {
            if (auto part = brian.replica->log().read_part(school, name)) parts.emplace_back(name, std::move(*part));
        }
        REQUIRE(replica->ingest_parts(school, parts).ok());
    }
    bool is_as_before() {
        for (const auto kind : all_kinds) {
            if (replica->root(school, kind) != brian.replica->root(school, kind)) return false;
        }
        const auto state = replica->record(school, notes[1]);
        const auto* title = state ? state->shown("title") : nullptr;
        return replica->text(school, notes[0], "body")->text() == "Cut an orange. Then a pear." && title &&
               *title->value.get<std::string>() == "Second title" && replica->log().missing(school, 10).empty() &&
               replica->log().waiting(school, 10).empty() && replica->log().wanted_parts(school, 10).empty();
    }
    // A resource with a file; gives what the record names. Needs open_replica().
    FileRef attaches(const Bytes& content) {
        const auto source = folder / "worksheet.pdf";
        std::ofstream(source, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), std::streamsize(content.size()));
        auto intake = FileIntake::open(source, replica->group(school)->keys.file, "worksheet.pdf", "application/pdf");
        REQUIRE(intake.ok());
        while (!intake->is_done()) REQUIRE(intake->step(profile->store(), profile->chunks()).ok());
        CreateOp create{"resource", random_id<Nonce16>(), {}};
        AssignOp file{"file", std::nullopt, Value(intake->file()), {}};
        const auto record = id_of_record(school, amina.person(), create);
        REQUIRE(replica->write(school, {{record, {make_op(create), make_op(file)}}}).ok());
        return intake->file();
    }
    Bytes content_of(const FileRef& file) {
        Bytes all;
        CHECK(read_out(profile->store(), profile->chunks(), file, [&](ByteView plain) -> Result<> {
                  append(all, plain);
                  return Done{};
              }).ok());
        return all;
    }

    Health health() {
        Scrub scrub(profile->store(), profile->chunks());
        auto health = scrub.finish();
        REQUIRE(health.ok());
        return *health;
    }
    void change(const Store::Write& step) { REQUIRE(profile->store().write(step).ok()); }
    void spoil(Table table, ByteView key) {
        change([&](WriteTxn& txn) -> Result<> {
            REQUIRE(txn.has(table, key));
            txn.put(table, key, view_of("spoiled"));
            return Done{};
        });
    }
    std::vector<CommitId> commits(CommitKind kind) {
        std::vector<CommitId> ids;
        for (const auto& frame : amina.frames(school, kind)) ids.push_back(read_commit(frame.commit)->id);
        return ids;
    }
    void spoil(CommitKind kind, const CommitId& id) {
        std::optional<commit_log::Place> place;
        const auto number = amina.replica->group(school)->number;
        change([&](WriteTxn& txn) -> Result<> { return place = commit_log::find(txn, number, id), Done{}; });
        REQUIRE(place.has_value());
        spoil(Table::log, keys::in_set(number, kind, place->key.view()));
    }
    // Its first part lies beside it, as when it came later.
    void part_came_late(const CommitId& id) {
        const auto local = amina.replica->group(school)->local();
        change([&](WriteTxn& txn) -> Result<> {
            const auto kept = commit_log::read(txn, local, id);
            const auto key = key_of(kept->commit.header.depth, id);
            auto parts = kept->parts;
            txn.put(Table::late_parts, keys::part(id, 0), *parts[0]);
            parts[0].reset();
            txn.put(Table::log, keys::in_set(local.number, CommitKind::content, key.view()),
                    commit_log::row_of(kept->commit, parts));
            return Done{};
        });
    }

    Bytes bytes() const { return *read_file(file(), std::size_t{1} << 30); }
    void replace(const Bytes& content) {
        std::ofstream(file(), std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), std::streamsize(content.size()));
    }
    Tables contents() {
        Tables tables;
        CHECK(profile->store()
                  .read([&](ReadTxn& txn) -> Result<> {
                      for (std::size_t i = 0; i < tables_count; ++i) {
                          txn.scan(Table(i), {}, [&](ByteView key, ByteView value) {
                              tables[i][copy_of(key)] = copy_of(value);
                              return true;
                          });
                      }
                      return Done{};
                  })
                  .ok());
        return tables;
    }

    Disposable folder;
    Computer amina{"Amina"}, brian{"Brian"};
    GroupId school;
    std::vector<RecordId> notes;
    std::optional<OwnerLock> lock;
    std::optional<Profile> profile;
    std::unique_ptr<Replica> replica;
    Mended mended;
};

}  // namespace

TEST_CASE("a sound store is found sound, and mending it changes nothing that can be seen") {
    Kept kept;
    const auto survey = pages::walk(kept.file(), [](std::string_view, ByteView, ByteView) {});
    REQUIRE(survey.ok());
    CHECK(survey->is_sound());
    kept.open();
    const auto health = kept.health();
    CHECK(health.is_sound());
    CHECK(health.commits == 10 + 1);
    kept.mends();
    CHECK(kept.mended.commits_lost + kept.mended.parts_lost + kept.mended.commits_waiting == 0);
    CHECK(kept.is_as_before());
    CHECK(kept.health().is_sound());
}

TEST_CASE("a spoiled content commit is set aside, asked for by its id, and comes back to its place") {
    Kept kept;
    kept.open();
    const auto content = kept.commits(CommitKind::content);
    SUBCASE("the first") { kept.spoil(CommitKind::content, content.front()); }
    SUBCASE("one in the middle") { kept.spoil(CommitKind::content, content[3]); }
    SUBCASE("the last") { kept.spoil(CommitKind::content, content.back()); }
    CHECK(kept.health().commits_bad.size() == 1);
    kept.mends();
    CHECK(kept.mended.commits_lost == 1);
    CHECK(kept.health().is_sound());
    REQUIRE(kept.replica->log().missing(kept.school, 10).size() == 1);
    // The others stay readable, and one can go on writing.
    CHECK(kept.replica->record(kept.school, kept.notes[5]).has_value());
    kept.open_replica();
    kept.brian_gives();
    CHECK(kept.is_as_before());
    CHECK(kept.health().is_sound());
}

TEST_CASE("a spoiled control or key commit makes those after it wait until it is fetched again") {
    Kept kept;
    kept.open();
    SUBCASE("control") { kept.spoil(CommitKind::control, kept.commits(CommitKind::control).front()); }
    SUBCASE("key") { kept.spoil(CommitKind::key, kept.commits(CommitKind::key).front()); }
    CHECK(!kept.health().is_sound());
    kept.mends();
    kept.brian_gives();
    kept.open_replica();
    REQUIRE(kept.replica->rebuild().ok());
    CHECK(kept.is_as_before());
    CHECK(kept.health().is_sound());
}

TEST_CASE("spoiled parts and wrong rows are found, and mended from a colleague or from the commits themselves") {
    Kept kept;
    kept.open();
    const auto content = kept.commits(CommitKind::content);
    kept.part_came_late(content[2]);
    CHECK(kept.health().is_sound());
    kept.spoil(Table::late_parts, keys::part(content[2], 0));
    const auto number = kept.amina.replica->group(kept.school)->number;
    kept.change([&](WriteTxn& txn) -> Result<> {
        CommitId nobody;
        nobody.bytes.fill(7);
        const auto place = key_of(3, nobody);
        txn.put(Table::log, keys::in_set(number, CommitKind::content, place.view()), {});
        txn.put(Table::heads, keys::in_set(number, CommitKind::content, key_of(4, nobody).view()), {});
        txn.put(Table::places, keys::place(number, CommitKind::content, key_of(4, nobody)), {});
        txn.put(Table::mentions, keys::mention(number, kept.notes[0], key_of(4, nobody), 0), {});
        txn.erase(Table::places, keys::place(number, CommitKind::content, key_of(1, content[0])));
        return Done{};
    });
    const auto health = kept.health();
    CHECK(health.parts_bad == std::vector<PartName>{{content[2], 0}});
    CHECK(health.commits_bad.size() == 1);
    CHECK(health.rows_bad == 5);
    kept.mends();
    CHECK(kept.mended.parts_lost == 1);
    kept.brian_gives();
    CHECK(kept.is_as_before());
    CHECK(kept.health().is_sound());
}

TEST_CASE("a spoiled chunk is found and wanted again") {
    Kept kept;
    kept.open();
    const auto chunk = seal_chunk({}, Bytes(40'000, 'x'));
    REQUIRE(store_chunks(kept.profile->store(), kept.profile->chunks(), {{chunk.ref.id, chunk.bytes}}).ok());
    CHECK(kept.health().is_sound());
    std::ofstream(kept.profile->chunks().file_of(chunk.ref.id)) << "spoiled";
    CHECK(kept.health().chunks_bad == std::vector<ChunkId>{chunk.ref.id});
    kept.mends();
    CHECK(kept.mended.chunks_lost == 1);
    CHECK(kept.health().is_sound());
}

TEST_CASE("a chunk's file whose row has gone is taken back when its bytes are right") {
    Kept kept;
    kept.open();
    const auto chunk = seal_chunk({}, Bytes(40'000, 'x')), other = seal_chunk({}, Bytes(40'000, 'y'));
    std::vector<GivenChunk> both{{chunk.ref.id, chunk.bytes}, {other.ref.id, other.bytes}};
    REQUIRE(store_chunks(kept.profile->store(), kept.profile->chunks(), std::move(both)).ok());
    kept.change([&](WriteTxn& txn) -> Result<> { return txn.erase_all(Table::chunks, {}), Done{}; });
    std::ofstream(kept.profile->chunks().file_of(other.ref.id)) << "spoiled";
    kept.mends();
    CHECK(kept.mended.chunks_adopted == 1);
    CHECK(kept.health().chunks == 1);
}

TEST_CASE("after a repair the chunks that are here are not wanted, and the sweep takes none of them") {
    Kept kept;
    kept.open();
    kept.open_replica();
    Bytes content(3 * limits::chunk_bytes);
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = std::uint8_t((i >> 7) ^ (i / limits::chunk_bytes));
    const auto file = kept.attaches(content);
    const auto orphan = seal_chunk({}, Bytes(40'000, 'x'));
    const auto place = kept.profile->chunks().file_of(orphan.ref.id);
    fs::create_directories(place.parent_path());
    std::ofstream(place) << "half of it";
    const auto wanted = [&] { return kept.replica->chunks().wanted(100).size(); };
    SUBCASE("nothing was lost") { kept.mends(); }
    SUBCASE("every row was lost") {
        // The manifest is small, so it lies in its row; the rest are files.
        Bytes manifest;
        REQUIRE(kept.replica->chunks().read(file.manifest[0].id, manifest));
        kept.change([&](WriteTxn& txn) -> Result<> { return txn.erase_all(Table::chunks, {}), Done{}; });
        kept.mends();
        CHECK(kept.mended.chunks_adopted == 3);
        CHECK(wanted() == 1);
        REQUIRE(store_chunks(kept.profile->store(), kept.profile->chunks(), {{file.manifest[0].id, manifest}}).ok());
    }
    CHECK(wanted() == 0);
    const auto swept = kept.profile->chunks().sweep(kept.profile->store());
    REQUIRE(swept.ok());
    CHECK(*swept == 1);
    CHECK(!fs::exists(place));
    CHECK(kept.content_of(file) == content);
    CHECK(kept.health().is_sound());
}

TEST_CASE("a rebuild that a crash prevented is remembered") {
    Kept kept;
    kept.open();
    const auto remembered = [&] {
        bool needed = false;
        CHECK(kept.profile->store()
                  .read([&](ReadTxn& txn) -> Result<> { return needed = needs_rebuild(txn), Done{}; })
                  .ok());
        return needed;
    };
    CHECK(!remembered());
    REQUIRE(mend(kept.profile->store(), kept.profile->chunks()).ok());
    kept.close();
    kept.open();
    CHECK(remembered());
    kept.mends();
    CHECK(!remembered());
}

TEST_CASE("D07 from a file that was cut anywhere what is left is saved, and colleagues give the rest") {
    Kept kept;
    const auto keys = open_keyfile(kept.root() / "keys", std::nullopt);
    const auto whole = kept.bytes();
    std::uint64_t saved_at_most = 0;
    for (std::size_t size = 0; size < whole.size(); size += 4096) {
        CAPTURE(size);
        kept.replace(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size)));
        const auto refused = Profile::open(*kept.lock, std::nullopt);
        REQUIRE(!refused.ok());
        CHECK(refused.error().advice.find("staffroom re") != std::string::npos);
        const auto done = salvage(*kept.lock, *keys);
        if (!done) {
            CHECK(done.code() == Code::io);
            continue;
        }
        CHECK(fs::exists(done->kept));
        saved_at_most = std::max(saved_at_most, done->saved + done->found_again);
        kept.open();
        const auto mended = mend(kept.profile->store(), kept.profile->chunks());
        CHECK(mended.ok());
        kept.open_replica();
        REQUIRE(kept.replica->rebuild().ok());
        if (!kept.replica->group(kept.school)) {
            REQUIRE(kept.replica->adopt(kept.brian.replica->welcome_to(kept.school).value()).ok());
        }
        kept.brian_gives();
        kept.open_replica();
        REQUIRE(kept.replica->rebuild().ok());
        CHECK(kept.is_as_before());
        CHECK(kept.health().is_sound());
        kept.replica.reset();
        kept.close();
    }
    CHECK(saved_at_most > 30);
}

TEST_CASE("D08 three hundred flipped bits are each found, or have changed nothing") {
    Kept kept;
    const auto sound = kept.bytes();
    kept.open();
    const auto contents = kept.contents();
    kept.close();
    const auto keys = open_keyfile(kept.root() / "keys", std::nullopt);
    constexpr std::size_t behind_metas = 2 * 4096;
    std::mt19937_64 random(11);
    int found = 0;
    for (int flip = 0; flip < 300; ++flip) {
        CAPTURE(flip);
        auto content = sound;
        const auto bit = behind_metas * 8 + random() % ((content.size() - behind_metas) * 8);
        content[bit / 8] ^= std::uint8_t(1u << bit % 8);
        kept.replace(content);
        const auto survey = pages::walk(kept.file(), [](std::string_view, ByteView, ByteView) {});
        if (!survey || !survey->is_sound()) {
            ++found;
            continue;
        }
        auto opened = Profile::open(*kept.lock, std::nullopt);
        if (!opened) {
            ++found;
            continue;
        }
        kept.profile.emplace(std::move(*opened));
        if (!kept.health().is_sound()) {
            ++found;
        } else {
            const auto now = kept.contents();
            for (std::size_t i = 0; i < tables_count; ++i) {
                CAPTURE(i);
                // Of these nothing but a folding of all content could tell.
                if (Table(i) != Table::views && Table(i) != Table::mentions) CHECK(now[i] == contents[i]);
            }
        }
        kept.close();
    }
    CHECK(found > 20);
}
