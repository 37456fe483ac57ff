// Disks that fail: here stand the replaced calls of tests/storage/false_disk.h. (A program's own definition of a C library
// function goes before the library's.)
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <cstdarg>
#include <mutex>
#include <set>

#include "storage/disk.h"
#include "storage/keyfile.h"
#include "tests/disposable.h"
#include "tests/storage/false_disk.h"

staffroom::Faults staffroom::faults;
staffroom::Recording staffroom::recording;

using namespace staffroom;

namespace {

ssize_t fail() { return errno = faults.error, -1; }

// Which descriptors make each write durable by themselves. Any thread may open a file.
class SyncedByThemselves {
  public:
    void opened(int file, bool synced) {
        const std::lock_guard lock(mutex_);
        files_.erase(file);
        if (synced) files_.insert(file);
    }
    bool contains(int file) const {
        const std::lock_guard lock(mutex_);
        return files_.contains(file);
    }

  private:
    mutable std::mutex mutex_;
    std::set<int> files_;
};
SyncedByThemselves& synced_by_themselves() {
    static SyncedByThemselves files;
    return files;
}

void record(int file, off_t at, const void* bytes, std::size_t size) {
    struct stat status {};
    if (recording.inode == 0 || ::fstat(file, &status) != 0 || status.st_ino != recording.inode) return;
    const auto* first = static_cast<const std::uint8_t*>(bytes);
    recording.steps.push_back({std::size_t(at), Bytes(first, first + size)});
    if (synced_by_themselves().contains(file)) recording.steps.push_back({});
}
void record_sync() {
    if (recording.inode != 0) recording.steps.push_back({});
}

}  // namespace

extern "C" {
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    if (faults.write_fails()) return fail();
    record(file, at, bytes, size);
    return ::syscall(SYS_pwrite64, file, bytes, size, at);
}
ssize_t writev(int file, const struct iovec* list, int count) {
    if (faults.write_fails()) return fail();
    auto at = off_t(::syscall(SYS_lseek, file, 0, SEEK_CUR));
    for (int i = 0; i < count; at += off_t(list[i++].iov_len)) record(file, at, list[i].iov_base, list[i].iov_len);
    return ::syscall(SYS_writev, file, list, count);
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
    const int file = int(::syscall(SYS_openat, AT_FDCWD, path, flags & ~O_DSYNC, mode));
    synced_by_themselves().opened(file, (flags & O_DSYNC) != 0);
    return file;
}
int fdatasync(int) { return int(faults.sync_fails() ? fail() : (record_sync(), 0)); }
int rename(const char* from, const char* to) noexcept {
    faults.step();
    return int(::syscall(SYS_rename, from, to));
}
int unlink(const char* path) noexcept {
    const int gone = int(::syscall(SYS_unlink, path));
    if (gone == 0 && std::string_view(path).ends_with("/reserve")) faults.full_but_for_reserve = false;
    return gone;
}
int syncfs(int) noexcept { return int(faults.sync_fails() ? fail() : 0); }
int fsync(int) { return int(faults.sync_fails() ? fail() : (record_sync(), 0)); }
int statvfs(const char* path, struct statvfs* facts) noexcept {
    *facts = {};
    facts->f_frsize = 4096;
    facts->f_bavail = faults.disk_looks_full || faults.full_but_for_reserve ? 0 : 1 << 20;
    struct statfs real {};
    if (!faults.real_disk) return 0;
    if (::syscall(SYS_statfs, path, &real) != 0) return -1;
    facts->f_frsize = std::uint64_t(real.f_bsize);
    facts->f_bavail = real.f_bavail;
    return 0;
}
}

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
        const auto entries = store->stats()->entries[std::size_t(Table::log)];
        CHECK((entries == acknowledged || entries == acknowledged + 1));
        CHECK_EQ(holds(*store, acknowledged), acknowledged);
        CHECK(put(*store, 99).ok());
    }
}

TEST_CASE("D07 a storage file that shrinks while it is read ends the program with a sentence and exit code 74") {
    Disposable folder;
    int words[2];
    REQUIRE_EQ(::pipe(words), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(words[1], STDERR_FILENO);
        explain_bus_errors();
        auto store = opened(folder / "store");
        for (std::uint32_t i = 0; i < 200; ++i) (void)put(*store, i);
        if (::truncate((folder / "store/data.mdb").c_str(), 2 * 4096) != 0) ::_exit(1);
        (void)holds(*store, 200);
        ::_exit(0);
    }
    ::close(words[1]);
    std::string said(400, ' ');
    const auto size = ::read(words[0], said.data(), said.size());
    said.resize(std::size_t(std::max<ssize_t>(size, 0)));
    ::close(words[0]);
    int status = 0;
    REQUIRE_EQ(::waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 74);
    CHECK_EQ(said, "The storage file is damaged, or its disk was taken away.\nRun: staffroom repair\n");
}
