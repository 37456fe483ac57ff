// Disks that are full or fail: the calls by which LMDB and we write are replaced for this program by ones that can be
// told to fail. (A program's own definition of a C library function goes before the library's.)
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "storage/disk.h"
#include "storage/keyfile.h"
#include "storage/lmdb.h"
#include "tests/disposable.h"

namespace {

struct Faults {
    long writes_left = -1;  // then every write fails; -1: never
    long syncs_left = -1;   // then every fsync fails
    int error = ENOSPC;
    bool disk_looks_full = false;
    long steps_left = -1;  // then the process dies before the next write, sync or rename; -1: never

    void step() {
        if (steps_left >= 0 && steps_left-- == 0) ::_exit(9);
    }
    bool write_fails() { return step(), writes_left >= 0 && writes_left-- == 0 && (writes_left = 0, true); }
    bool sync_fails() { return step(), syncs_left >= 0 && syncs_left-- == 0 && (syncs_left = 0, true); }
} faults;

ssize_t fail() { return errno = faults.error, -1; }

}  // namespace

extern "C" {
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    return faults.write_fails() ? fail() : ::syscall(SYS_pwrite64, file, bytes, size, at);
}
ssize_t writev(int file, const struct iovec* list, int count) {
    return faults.write_fails() ? fail() : ::syscall(SYS_writev, file, list, count);
}
ssize_t write(int file, const void* bytes, size_t size) {
    return file > 2 && faults.write_fails() ? fail() : ::syscall(SYS_write, file, bytes, size);
}
// No test here cuts the power, so that syncing for real would only take time.
int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return int(::syscall(SYS_openat, AT_FDCWD, path, flags & ~O_DSYNC, mode));
}
int fdatasync(int) { return int(faults.sync_fails() ? fail() : 0); }
int rename(const char* from, const char* to) noexcept {
    faults.step();
    return int(::syscall(SYS_rename, from, to));
}
int syncfs(int) noexcept { return int(faults.sync_fails() ? fail() : 0); }
int fsync(int) { return int(faults.sync_fails() ? fail() : 0); }
int statvfs(const char* path, struct statvfs* facts) noexcept {
    static_cast<void>(path);
    *facts = {};
    facts->f_frsize = 4096;
    facts->f_bavail = faults.disk_looks_full ? 0 : 1 << 20;
    return 0;
}
}

using namespace staffroom;

namespace {

StorageKeys some_keys() {
    StorageKeys keys;
    keys.sync.bytes.fill(1);
    keys.view.bytes.fill(2);
    return keys;
}

std::unique_ptr<LmdbStore> opened(const std::filesystem::path& folder) {
    auto store = LmdbStore::open({.folder = folder, .keys = some_keys(), .upgrades = {}});
    if (!store) FAIL(store.error().say);
    return std::move(*store);
}

Result<> put(Store& store, std::uint32_t number) {
    return store.write([&](WriteTxn& txn) -> Result<> {
        Bytes key;
        append_be32(key, number);
        txn.put(Table::commits, key, Bytes(number % 7 == 0 ? 9000 : 300, std::uint8_t(number)));
        return Done{};
    });
}

std::uint32_t holds(Store& store, std::uint32_t count) {
    std::uint32_t found = 0;
    CHECK(store
              .read([&](ReadTxn& txn) -> Result<> {
                  for (std::uint32_t i = 0; i < count; ++i) {
                      Bytes key;
                      append_be32(key, i);
                      found += txn.get(Table::commits, key) == Bytes(i % 7 == 0 ? 9000 : 300, std::uint8_t(i));
                  }
                  return Done{};
              })
              .ok());
    return found;
}

}  // namespace

TEST_CASE("D04 a disk that is full at any write says so, loses nothing and is used again once there is room") {
    constexpr std::uint32_t script = 500;
    Disposable folder;
    for (const int error : {ENOSPC, EIO, EDQUOT}) {
        CAPTURE(error);
        auto store = opened(folder.path() / std::to_string(error));
        std::uint32_t saved = 0;
        for (std::uint32_t i = 0; i < script; ++i) {
            CAPTURE(i);
            // Every write of this transaction in turn is the first to fail.
            for (long after = 0;; ++after) {
                faults = {.writes_left = after, .error = error, .disk_looks_full = true};
                const auto done = put(*store, i);
                const bool failed = faults.writes_left == 0 && !done.ok();
                faults = {};
                if (!failed) {
                    REQUIRE(done.ok());
                    break;
                }
                REQUIRE_EQ(done.error().say, "Disk full.");
                if (i % 100 == 0) REQUIRE_EQ(holds(*store, saved), saved);
            }
            ++saved;
        }
        CHECK_EQ(holds(*store, saved), saved);
        store.reset();
        CHECK_EQ(holds(*opened(folder.path() / std::to_string(error)), saved), saved);
    }
}

TEST_CASE("D14 after the disk failed to sync nothing more is written until the store is opened again") {
    Disposable folder;
    auto store = opened(folder / "store");
    REQUIRE(put(*store, 0).ok());
    SUBCASE("the sync of the data") { faults = {.syncs_left = 0, .error = EIO}; }
    SUBCASE("a write of the data") { faults = {.writes_left = 0, .error = EIO}; }
    SUBCASE("the write that makes the transaction count") { faults = {.writes_left = 1, .error = EIO}; }
    const auto failed = put(*store, 1);
    faults = {};
    REQUIRE(!failed.ok());
    CHECK_EQ(failed.code(), Code::io);
    CHECK(failed.error().say.find("nothing more is saved") != std::string::npos);
    CHECK(!put(*store, 2).ok());
    CHECK_EQ(holds(*store, 1), 1);
    store.reset();
    store = opened(folder / "store");
    CHECK(put(*store, 3).ok());
    CHECK_EQ(holds(*store, 1), 1);
}

TEST_CASE("D21 a passphrase change that is interrupted anywhere leaves the old one or the new one") {
    Disposable folder;
    const auto file = folder / "keys";
    const auto keys = create_keyfile(file, std::nullopt);
    REQUIRE(keys.ok());
    bool changed = false;
    for (long steps = 0; !changed; ++steps) {
        CAPTURE(steps);
        REQUIRE(steps < 20);
        const pid_t child = ::fork();
        if (child == 0) {
            faults.steps_left = steps;
            ::_exit(change_passphrase(file, std::nullopt, "correct horse").ok() ? 0 : 1);
        }
        int status = 0;
        REQUIRE_EQ(::waitpid(child, &status, 0), child);
        const auto needs = needs_passphrase(file);
        REQUIRE(needs.ok());
        const auto opened =
            open_keyfile(file, *needs ? std::optional<std::string_view>("correct horse") : std::nullopt);
        REQUIRE(opened.ok());
        CHECK(*opened == *keys);
        changed = WEXITSTATUS(status) == 0;
        CHECK_EQ(changed && !*needs, false);
        if (*needs && !changed) REQUIRE(change_passphrase(file, "correct horse", std::nullopt).ok());
    }
}

TEST_CASE("D01 a process that dies at any write leaves every transaction whole or absent") {
    Disposable folder;
    for (long steps = 0, dead = true; dead != 0; ++steps) {
        CAPTURE(steps);
        const auto place = folder.path() / std::to_string(steps);
        int saved[2];
        REQUIRE_EQ(::pipe(saved), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto store = LmdbStore::open({.folder = place, .keys = some_keys(), .upgrades = {}});
            faults.steps_left = steps;
            for (std::uint32_t i = 0; i < 20; ++i) {
                if (!put(**store, i).ok()) ::_exit(1);
                const long left = std::exchange(faults.steps_left, -1);
                if (::write(saved[1], "+", 1) != 1) ::_exit(1);
                faults.steps_left = left;
            }
            ::_exit(0);
        }
        ::close(saved[1]);
        std::uint32_t acknowledged = 0;
        for (char plus; ::read(saved[0], &plus, 1) == 1;) ++acknowledged;
        ::close(saved[0]);
        int status = 0;
        REQUIRE_EQ(::waitpid(child, &status, 0), child);
        dead = WEXITSTATUS(status) == 9;
        REQUIRE(WEXITSTATUS(status) != 1);
        auto store = opened(place);
        const auto entries = store->stats()->entries[std::size_t(Table::commits)];
        CHECK((entries == acknowledged || entries == acknowledged + 1));
        CHECK_EQ(holds(*store, acknowledged), acknowledged);
        CHECK(put(*store, 99).ok());
    }
}

TEST_CASE("free space is kept for one's own work, and a little for getting out of it") {
    CHECK_EQ(room_for(std::uint64_t{200} << 20), Room::for_all);
    CHECK_EQ(room_for((std::uint64_t{200} << 20) - 1), Room::for_own);
    CHECK_EQ(room_for(std::uint64_t{50} << 20), Room::for_own);
    CHECK_EQ(room_for((std::uint64_t{50} << 20) - 1), Room::none);

    Disposable folder;
    keep_reserve(folder / "reserve");
    CHECK_EQ(std::filesystem::file_size(folder / "reserve"), reserve_bytes);
    release_reserve(folder / "reserve");
    CHECK(!std::filesystem::exists(folder / "reserve"));
    faults.disk_looks_full = true;
    keep_reserve(folder / "reserve");
    faults = {};
    CHECK(!std::filesystem::exists(folder / "reserve"));
}
