// Disks that are full, by injected errors and for real.
#include <doctest/doctest.h>
#include <sys/mount.h>

#include <fstream>

#include "core/crypto.h"
#include "storage/file_copy.h"
#include "storage/profile.h"
#include "tests/disposable.h"
#include "tests/storage/false_disk.h"

using namespace staffroom;

namespace {

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
    std::string content(24 << 20, 'x');
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

TEST_CASE("free space is kept for one's own work, and a little for getting out of it") {
    CHECK_EQ(room_for(std::uint64_t{264} << 20), Room::for_all);
    CHECK_EQ(room_for((std::uint64_t{264} << 20) - 1), Room::for_changes);
    CHECK_EQ(room_for(std::uint64_t{200} << 20), Room::for_changes);
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
