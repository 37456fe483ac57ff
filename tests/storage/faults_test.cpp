// Disks that are full or fail: the calls by which LMDB and we write are replaced for this program by ones that can be
// told to fail. (A program's own definition of a C library function goes before the library's.)
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <fstream>

#include "core/crypto.h"
#include "storage/file_copy.h"
#include "storage/profile.h"
#include "tests/disposable.h"

namespace {

struct Faults {
    long writes_left = -1;  // then every write fails; -1: never
    long syncs_left = -1;   // then every fsync fails
    int error = ENOSPC;
    bool disk_looks_full = false;
    bool full_but_for_reserve = false;  // every write fails until the reserve is deleted
    bool real_disk = false;             // free space is what the system says
    long steps_left = -1;               // then the process dies before the next write, sync or rename; -1: never

    void step() {
        if (steps_left >= 0 && steps_left-- == 0) ::_exit(9);
    }
    bool write_fails() { return step(), full_but_for_reserve || runs_out(); }
    bool runs_out() { return writes_left >= 0 && writes_left-- == 0 && (writes_left = 0, true); }
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
int unlink(const char* path) noexcept {
    if (std::string_view(path).ends_with("/reserve")) faults.full_but_for_reserve = false;
    return int(::syscall(SYS_unlink, path));
}
int syncfs(int) noexcept { return int(faults.sync_fails() ? fail() : 0); }
int fsync(int) { return int(faults.sync_fails() ? fail() : 0); }
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

// A disk of its own, so small that a test can fill it. Only root may make one.
class SmallDisk {
  public:
    explicit SmallDisk(const char* options) {
        mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options) == 0;
        faults = {};
        faults.real_disk = mounted_;
        if (!mounted_) MESSAGE("skipped: only root may mount a small disk to fill");
    }
    ~SmallDisk() {
        faults = {};
        if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool is_there() const { return mounted_; }
    std::filesystem::path operator/(const char* name) const { return folder_ / name; }
    void fill() const {
        std::ofstream filler(*this / "filler", std::ios::binary | std::ios::app);
        for (const std::string block(4096, 'x'); filler.write(block.data(), 4096).flush();) {
        }
    }
    void make_room() const { std::filesystem::remove(*this / "filler"); }

  private:
    Disposable folder_;
    bool mounted_ = false;
};

}  // namespace

TEST_CASE("D04 a full disk gives up its reserve for what must not be put off, and only once") {
    Disposable folder;
    auto owner = OwnerLock::take(folder / "me", {true, std::nullopt});
    REQUIRE(owner.ok());
    auto profile = Profile::create(*owner, std::nullopt);
    REQUIRE(profile.ok());
    CHECK(std::filesystem::exists(profile->layout().reserve));
    for (const int error : {ENOSPC, EIO, EDQUOT}) {
        CAPTURE(error);
        faults = {.error = error, .full_but_for_reserve = true};
        CHECK(put(profile->store(), 0).ok());
        CHECK(!std::filesystem::exists(profile->layout().reserve));
        faults = {.error = error, .full_but_for_reserve = true};
        const auto again = put(profile->store(), 1);
        REQUIRE(!again.ok());
        CHECK_EQ(again.error().say, "Disk full.");
        CHECK_EQ(holds(profile->store(), 1), 1);
        profile->tend();
        CHECK(!std::filesystem::exists(profile->layout().reserve));
        faults = {};
        profile->tend();
        CHECK(std::filesystem::exists(profile->layout().reserve));
    }
}

TEST_CASE("D04 on a disk that is really full what was saved is read, the reserve is used, and freeing space helps") {
    const SmallDisk disk("size=128m,mode=700");
    if (!disk.is_there()) return;
    auto owner = OwnerLock::take(disk / "me", {true, std::nullopt});
    REQUIRE(owner.ok());
    auto profile = Profile::create(*owner, std::nullopt);
    REQUIRE(profile.ok());
    const auto reserve = profile->layout().reserve;
    CHECK(std::filesystem::exists(reserve));
    std::uint32_t saved = 0;
    while (saved < 100) REQUIRE(put(profile->store(), saved++).ok());
    disk.fill();
    CHECK_EQ(profile->room(), Room::none);
    CHECK_EQ(holds(profile->store(), saved), saved);
    while (std::filesystem::exists(reserve)) REQUIRE(put(profile->store(), saved++).ok());
    disk.fill();
    for (;;) {  // pages that were freed before are used up first
        const auto done = put(profile->store(), saved);
        if (!done) {
            CHECK_EQ(done.error().say, "Disk full.");
            break;
        }
        ++saved;
    }
    CHECK_EQ(holds(profile->store(), saved), saved);
    (void)profile->close();
    disk.make_room();
    auto again = Profile::open(*owner, std::nullopt);
    REQUIRE(again.ok());
    CHECK(std::filesystem::exists(reserve));
    CHECK(put(again->store(), saved++).ok());
    CHECK_EQ(holds(again->store(), saved), saved);
}

TEST_CASE("D05 a file that the disk has no room for is refused at once; cut short by a full disk it is added again") {
    init_crypto();
    const SmallDisk disk("size=160m,mode=700");
    if (!disk.is_there()) return;
    const Disposable folder;
    const auto source = folder / "film.mp4";
    std::string content(48 << 20, 'x');
    for (std::size_t i = 0; i < content.size(); i += 1000) content[i] = char('a' + i / 1000 % 26);
    std::ofstream(source, std::ios::binary) << content;
    auto owner = OwnerLock::take(disk / "me", {true, std::nullopt});
    REQUIRE(owner.ok());
    auto profile = Profile::create(*owner, std::nullopt);
    REQUIRE(profile.ok());
    const auto begin = [&] { return std::move(*FileIntake::open(source, SymmetricKey{}, "film.mp4", "video/mp4")); };
    const auto step = [&](FileIntake& intake) { return intake.step(profile->store(), profile->chunks()); };

    auto cut = begin();
    REQUIRE(step(cut).ok());
    disk.fill();
    auto stopped = step(cut);
    while (stopped.ok() && !cut.is_done()) stopped = step(cut);
    REQUIRE(!stopped.ok());
    CHECK_EQ(stopped.error().say, "Disk full.");
    auto refused = begin();
    CHECK_EQ(step(refused).code(), Code::refused);
    CHECK_EQ(refused.bytes_done(), 0);

    disk.make_room();
    auto again = begin();
    while (!again.is_done()) REQUIRE(step(again).ok());
    std::string back;
    REQUIRE(read_out(profile->store(), profile->chunks(), again.file(), [&](ByteView plain) -> Result<> {
                back += text_of(plain);
                return Done{};
            }).ok());
    CHECK(back == content);
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
        const auto entries = store->stats()->entries[std::size_t(Table::commits)];
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
