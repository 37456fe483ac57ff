#include "storage/clustering.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <fstream>

#include "storage/commit_log.h"
#include "storage/doctor.h"
#include "storage/mend.h"
#include "storage/pages.h"
#include "storage/profile.h"
#include "storage/replica.h"
#include "storage/salvage.h"
#include "tests/disposable.h"
#include "tests/page.h"
#include "tests/storage/false_disk.h"

using namespace staffroom;
namespace fs = std::filesystem;

namespace {

template <class I>
I id(std::string_view text) {
    return *id_from_text<I>(text);
}

// What a program of version 1 left: a school with diaries of three colleagues, a note with a text, twelve tasks that came
// in one commit; a part that came late, one that is still to come, a commit that waits for another, one that the disk
// spoiled; and a team.
struct Kept {
    Kept() {
        for (const auto* name : {"me", "me/store"}) {
            fs::create_directory(folder / name);
            fs::permissions(folder / name, fs::perms::owner_all);
        }
        for (const auto* name : {"keys", "store/data.mdb"}) {
            const auto from = fs::path(STAFFROOM_SOURCES) / "tests/golden/store-1" / fs::path(name).filename();
            fs::copy_file(from, folder / "me" / name);
            fs::permissions(folder / "me" / name, fs::perms::owner_read | fs::perms::owner_write);
        }
        auto taken = OwnerLock::take(folder / "me", {true, std::nullopt});
        REQUIRE(taken.ok());
        lock.emplace(std::move(*taken));
    }
    fs::path file() const { return folder / "me/store/data.mdb"; }
    StorageKeys keys() const { return *open_keyfile(folder / "me/keys", std::nullopt); }
    // So few rows a transaction that there are many of them.
    LmdbOptions in_small_steps() const {
        return {.folder = folder / "me/store", .keys = keys(), .may_create = false, .upgrades = {cluster_commits(3)}};
    }

    void open_profile() {
        auto opened = Profile::open(*lock, std::nullopt);
        if (!opened) FAIL(opened.error().say);
        profile.emplace(std::move(*opened));
    }
    // False when the device's own secrets are lost.
    bool open_replica() {
        std::optional<DeviceSecrets> secrets;
        const auto read =
            profile->store().read([&](ReadTxn& txn) { return secrets = read_device(txn), Result<>(Done{}); });
        if (!read || !secrets) return false;
        Identity identity{*secrets, {}, make_device_record(*secrets, "Amina"), profile->run()};
        identity.card = {make_person(*secrets, std::nullopt), identity.record, {}};
        auto made = Replica::open(profile->store(), profile->chunks(), identity, {});
        if (!made) FAIL(made.error().say);
        replica = std::move(*made);
        return true;
    }
    void open() {
        open_profile();
        REQUIRE(open_replica());
    }
    Health health() {
        const auto health = Scrub(profile->store(), profile->chunks()).finish();
        REQUIRE(health.ok());
        return *health;
    }

    void shows_all() {
        const auto root = [&](CommitKind kind) { return to_hex(replica->root(school, kind).view()); };
        CHECK_EQ(root(CommitKind::control), "7132f3dbb85d279998f0eeae6c0cd80d6472ca8fea973f233447e1235510685a");
        CHECK_EQ(root(CommitKind::key), "c88abf346f765cbf6df4496ac350ea7454c9b7c76c4afb1a4f13186c595e9b36");
        CHECK_EQ(root(CommitKind::content), "6bfdc535cea8ba0d4398b0e4c6caf7e27e8b34fbd12ee43278213fe82965c066");
        CHECK_EQ(replica->log().heads(school, CommitKind::content).size(), 1);
        CHECK_EQ(replica->text(school, note, "body")->text(), "Bring the microscopes. Slides are in the cupboard.");
        CHECK_EQ(replica->history(school, note).size(), 3);
        std::size_t records = 0;
        replica->each_record(school, [&](RecordState&&) { return ++records, true; });
        CHECK_EQ(records, 19);
        records = 0;
        replica->each_record(team, [&](RecordState&& state) {
            CHECK_EQ(*state.shown("title")->value.get<std::string>(), "Order goggles");
            return ++records, true;
        });
        CHECK_EQ(records, 1);
    }
    void lacks_what_it_lacked() {
        const auto& log = replica->log();
        CHECK(log.read_part(school, {late, 0}).has_value());
        CHECK(log.wanted_parts(school, 10) == std::vector<PartName>{{wanted, 0}});
        const auto missing = log.missing(school, 10);
        CHECK_EQ(missing.size(), 2);
        CHECK(std::find(missing.begin(), missing.end(), spoiled) != missing.end());
        CHECK(log.waiting(school, 10) == std::vector<CommitId>{waits});
        CHECK(!log.read(school, spoiled).has_value());
        CHECK(health().is_sound());
        CHECK_EQ(health().commits, 1 + 2 + 36 + 1 + 1 + 1 - 1);
    }

    const GroupId school = id<GroupId>("nn7f4xxvjd5zb2vbevaysnluczjvsyclvw57roz5mzvwpp3rotjq");
    const GroupId team = id<GroupId>("pk75vhryls7fvdwfu4jo6sw6axglmnvqwx3n2ywhy5csknm53alq");
    const RecordId note = id<RecordId>("me4tapjot6rsutelqpz7drg23i");
    const CommitId late = id<CommitId>("jzwfifzdzwkyxhxeucnezms2qxmzxcl7n4wmljoirhhjclkjftoq");
    const CommitId wanted = id<CommitId>("dxmydt2hhyeglfaaob5y7skqhd3i3ry5im4bpvz3zpyezmqmol4q");
    const CommitId spoiled = id<CommitId>("ayo67ccwod2v6zynycxwevpyskvoxrh5tspy4jqzk2oj6jkfltzq");
    const CommitId waits = id<CommitId>("c2g4alzl6nezkp5icoz4wys23ruuclgrgjnd7vztvzdd3y5xymia");
    Disposable folder;
    std::optional<OwnerLock> lock;
    std::optional<Profile> profile;
    std::unique_ptr<Replica> replica;
};

}  // namespace

TEST_CASE("D17 a profile of version 1 opens, and shows and lacks what it did") {
    Kept kept;
    kept.open();
    kept.shows_all();
    kept.lacks_what_it_lacked();
    const auto stats = kept.profile->store().stats();
    REQUIRE(stats.ok());
    for (const auto table : {Table::commits, Table::parts, Table::order, Table::record_commits})
        CHECK_EQ(stats->entries[std::size_t(table)], 0);
    // One goes on writing, and opens it again.
    AssignOp title{"title", std::nullopt, Value("Monday"), {}};
    REQUIRE(kept.replica->write(kept.school, {{kept.note, {make_op(title)}}}).ok());
    CHECK_EQ(kept.replica->history(kept.school, kept.note).size(), 4);
    REQUIRE(kept.replica->rebuild().ok());
    kept.profile.reset();
    kept.open();
    CHECK_EQ(kept.replica->count(kept.school, CommitKind::content), 38);
}

TEST_CASE("D17 a move that is told how far it is comes to its end in small steps") {
    Kept kept;
    std::vector<Moved> told;
    {
        auto options = kept.in_small_steps();
        options.on_upgrade = [&](const Moved& moved) { told.push_back(moved); };
        REQUIRE(LmdbStore::open(options).ok());
    }
    CHECK(told.size() > 20);
    for (std::size_t i = 0; i < told.size(); ++i) {
        CHECK(told[i].all == told[0].all);
        CHECK((told[i].done == told[i].all) == (i + 1 == told.size()));
        if (i > 0) CHECK(told[i].done >= told[i - 1].done);
    }
    kept.open();
    kept.shows_all();
    kept.lacks_what_it_lacked();
}

TEST_CASE("D17 a move that dies at any write goes on at the next opening, and older programs stay away") {
    for (long steps = 0, dead = true; dead != 0; steps += 7) {
        CAPTURE(steps);
        Kept kept;
        const auto options = kept.in_small_steps();
        const pid_t child = ::fork();
        if (child == 0) {
            faults.steps_left = steps;
            ::_exit(LmdbStore::open(options).ok() ? 0 : 1);
        }
        int status = 0;
        REQUIRE_EQ(::waitpid(child, &status, 0), child);
        dead = WEXITSTATUS(status) == 9;
        REQUIRE(WEXITSTATUS(status) != 1);
        if (dead != 0 && steps > 20) {
            auto older = options;
            older.version = 1;
            CHECK_EQ(LmdbStore::open(older).code(), Code::refused);
        }
        kept.open();
        kept.shows_all();
        kept.lacks_what_it_lacked();
    }
}

TEST_CASE("D17 a damaged store of version 1 is saved into one of this version, and what is left is shown") {
    Kept kept;
    const auto bytes = *read_file(kept.file(), std::size_t{1} << 30);
    std::uint64_t shown = 0;
    for (std::size_t page = 2; (page + 1) * 4096 <= bytes.size(); ++page) {
        CAPTURE(page);
        auto spoiled = bytes;
        std::fill_n(spoiled.begin() + std::ptrdiff_t(page * 4096), 4096, std::uint8_t(0));
        std::ofstream(kept.file(), std::ios::binary)
            .write(reinterpret_cast<const char*>(spoiled.data()), std::streamsize(spoiled.size()));
        if (!salvage(*kept.lock, kept.keys())) continue;
        kept.open_profile();
        REQUIRE(mend(kept.profile->store(), kept.profile->chunks()).ok());
        if (kept.open_replica()) {
            REQUIRE(kept.replica->rebuild().ok());
            CHECK(kept.health().is_sound());
            shown = std::max(shown, kept.health().commits);
        }
        kept.replica.reset();
        kept.profile.reset();
    }
    CHECK(shown == 41);
}

TEST_CASE("a commit's row lies on the disk as storage/FORMAT.md shows it") {
    const auto commit = read_commit(page_example("core/MODEL.md", "commit"));
    REQUIRE(commit.ok());
    const auto& header = commit->header;
    const commit_log::Place place{header.kind, key_of(header.depth, commit->id)};
    const auto row = commit_log::row_of(*commit, {Bytes{0}});
    CHECK_EQ(to_hex(page_example("storage/FORMAT.md", "row")), to_hex(row));
    CHECK_EQ(to_hex(page_example("storage/FORMAT.md", "row key")),
             to_hex(keys::in_set(1, place.kind, place.key.view())));
    CHECK_EQ(to_hex(page_example("storage/FORMAT.md", "place")), to_hex(keys::place(1, place.kind, place.key)));
    const auto read = commit_log::read_row({1, header.group}, place, row);
    REQUIRE(read.has_value());
    CHECK(read->commit.bytes == commit->bytes);
    CHECK(read->parts == commit_log::Parts{Bytes{0}});
    // Under any other place, of any other group, or cut short it is nothing.
    CHECK(!commit_log::read_row({1, GroupId{}}, place, row));
    CHECK(!commit_log::read_row({1, header.group}, {CommitKind::content, place.key}, row));
    CHECK(!commit_log::read_row({1, header.group}, {place.kind, key_of(2, commit->id)}, row));
    for (std::size_t size = 0; size < row.size(); ++size)
        CHECK(!commit_log::read_row({1, header.group}, place, ByteView(row).first(size)));
}

TEST_CASE("depths in keys order as numbers do, and come back") {
    Bytes before;
    for (unsigned bit = 0; bit < 64; ++bit) {
        for (const auto depth : {(std::uint64_t{1} << bit) - 1, std::uint64_t{1} << bit}) {
            Bytes key;
            keys::append_depth(key, depth);
            CHECK(before <= key);
            before = key;
            ByteView rest = key;
            CHECK(keys::take_depth(rest) == depth);
            CHECK(rest.empty());
        }
    }
    for (const Bytes& none : {Bytes{}, Bytes{2, 1}, Bytes{9, 1, 1, 1, 1, 1, 1, 1, 1, 1}}) {
        ByteView rest = none;
        CHECK(!keys::take_depth(rest));
    }
}
