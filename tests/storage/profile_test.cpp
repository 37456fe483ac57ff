#include "storage/profile.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/decoder_laws.h"
#include "tests/disposable.h"

using namespace staffroom;
namespace fs = std::filesystem;

namespace {

Result<OwnerLock> take(const fs::path& root, bool make = true) { return OwnerLock::take(root, {make, std::nullopt}); }

OwnerLock taken(const fs::path& root) {
    auto lock = take(root);
    if (!lock) FAIL(lock.error().say);
    return std::move(*lock);
}

Profile opened(const OwnerLock& lock) {
    auto profile = has_profile(lock.root()) ? Profile::open(lock, std::nullopt) : Profile::create(lock, std::nullopt);
    if (!profile) FAIL(profile.error().say);
    return std::move(*profile);
}

void write_something(Profile& profile) {
    CHECK(profile.store()
              .write([](WriteTxn& txn) -> Result<> {
                  txn.put(Table::log, view_of("key"), view_of("value"));
                  return Done{};
              })
              .ok());
}

// Opens, perhaps writes, closes; returns the run.
RunId session(const fs::path& root, bool writes = true) {
    const auto lock = taken(root);
    auto profile = opened(lock);
    if (writes) write_something(profile);
    const auto run = profile.run();
    CHECK(profile.close().ok());
    return run;
}

FolderFacts good_facts() { return {.owner = 7, .user = 7, .mode = 0700, .writable = true, .magic = 0xEF53}; }

}  // namespace

TEST_CASE("D10 a second start is told that it is already running, and by which process") {
    Disposable folder;
    auto lock = std::make_unique<OwnerLock>(taken(folder / "me"));
    const pid_t child = ::fork();
    if (child == 0) {
        const auto second = take(folder / "me");
        ::_exit(!second.ok() && second.code() == Code::busy &&
                        second.error().say.find("already running") != std::string::npos &&
                        second.error().say.find(std::to_string(::getppid())) != std::string::npos
                    ? 0
                    : 1);
    }
    int status = 0;
    REQUIRE_EQ(::waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    lock.reset();
    CHECK(take(folder / "me").ok());
}

TEST_CASE("D09 deleting the files of locks lets nobody in") {
    Disposable folder;
    const auto lock = taken(folder / "me");
    auto profile = opened(lock);
    fs::remove(folder / "me/owner");
    fs::remove(folder / "me/store/lock.mdb");
    const pid_t child = ::fork();
    if (child == 0) ::_exit(take(folder / "me").ok() ? 1 : 0);
    int status = 0;
    REQUIRE_EQ(::waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    write_something(profile);
}

TEST_CASE("D12 a profile on a network folder or a stick is refused with advice") {
    Disposable folder;
    CHECK(judge_folder(good_facts(), "x").ok());
    for (const std::uint32_t magic : {0x6969u, 0x517Bu, 0xFF534D42u, 0xFE534D42u, 0x65735546u, 0x4D44u, 0x2011BAB0u}) {
        CAPTURE(magic);
        const auto refused = OwnerLock::take(folder / "me", {true, magic});
        REQUIRE(!refused.ok());
        CHECK_EQ(refused.code(), Code::refused);
        CHECK(!refused.error().advice.empty());
    }
    CHECK(take(folder / "me").ok());
}

TEST_CASE("D13 a folder of another user, one open to others and a read-only one are refused with advice") {
    Disposable folder;
    fs::create_directory(folder / "me");
    for (const mode_t mode : {0777, 0750, 0701, 0500}) {
        CAPTURE(mode);
        REQUIRE_EQ(::chmod((folder / "me").c_str(), mode), 0);
        const auto refused = take(folder / "me");
        REQUIRE(!refused.ok());
        CHECK_EQ(refused.code(), Code::refused);
        CHECK(refused.error().advice.find("chmod 700") != std::string::npos);
    }
    REQUIRE_EQ(::chmod((folder / "me").c_str(), 0700), 0);
    CHECK(take(folder / "me").ok());

    auto facts = good_facts();
    facts.owner = 8;
    CHECK(judge_folder(facts, "x").error().say.find("another user") != std::string::npos);
    facts = good_facts();
    facts.writable = false;
    CHECK_EQ(judge_folder(facts, "x").code(), Code::refused);

    std::ofstream(folder / "file") << "x";
    CHECK_EQ(take(folder / "file", false).code(), Code::refused);
    CHECK_EQ(take(folder / "nothing", false).code(), Code::not_found);
}

TEST_CASE("a profile is made once, private, and opens again with what was in it") {
    Disposable folder;
    DeviceSecrets secrets = new_device();
    {
        const auto lock = taken(folder / "me");
        CHECK_EQ(Profile::open(lock, std::nullopt).code(), Code::not_found);
        auto profile = opened(lock);
        CHECK(profile.store().write([&](WriteTxn& txn) -> Result<> { return keep_device(txn, secrets), Done{}; }).ok());
        CHECK(profile.close().ok());
        CHECK_EQ(Profile::create(lock, std::nullopt).code(), Code::refused);
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder / "me")) {
        CAPTURE(entry.path().string());
        struct stat status {};
        REQUIRE_EQ(::stat(entry.path().c_str(), &status), 0);
        CHECK_EQ(status.st_mode & 077, 0);
    }
    const auto lock = taken(folder / "me");
    auto profile = opened(lock);
    CHECK(profile.store()
              .read([&](ReadTxn& txn) -> Result<> {
                  const auto kept = read_device(txn);
                  REQUIRE(kept.has_value());
                  CHECK(kept->signing == secrets.signing);
                  CHECK(kept->box.key == secrets.box.key);
                  CHECK(kept->box.secret == secrets.box.secret);
                  CHECK(kept->link.key == secrets.link.key);
                  CHECK(kept->link.secret == secrets.link.secret);
                  return Done{};
              })
              .ok());
}

TEST_CASE("D07 a profile whose store has gone is not taken for a new one") {
    Disposable folder;
    session(folder / "me");
    fs::remove_all(folder / "me/store");
    const auto lock = taken(folder / "me");
    CHECK_EQ(Profile::open(lock, std::nullopt).code(), Code::io);
}

TEST_CASE("D20 a wrong passphrase is refused and wipes nothing; lock hides, unlock shows") {
    Disposable folder;
    const auto lock = taken(folder / "me");
    {
        auto profile = Profile::create(lock, "correct horse");
        REQUIRE(profile.ok());
        write_something(*profile);
        CHECK(profile->close().ok());
    }
    CHECK_EQ(Profile::open(lock, std::nullopt).code(), Code::refused);
    for (const auto* wrong : {"", "Correct horse", "correct horse "}) {
        CHECK_EQ(Profile::open(lock, wrong).code(), Code::refused);
    }
    auto profile = Profile::open(lock, "correct horse");
    REQUIRE(profile.ok());
    profile->lock();
    CHECK(profile->store().is_locked());
    CHECK(!profile->unlock("battery staple").ok());
    CHECK(profile->store().is_locked());
    CHECK(profile->unlock("correct horse").ok());
    CHECK(!profile->store().is_locked());
}

TEST_CASE("a key file with any bit flipped or any end cut is refused") {
    Disposable folder;
    const auto file = folder / "keys";
    REQUIRE(create_keyfile(file, std::nullopt).ok());
    const auto content = *read_file(file, 4096);
    CHECK_EQ(content.size(), 14 + 2 + 64 + 8);
    const auto refused = [&](const Bytes& bytes) {
        REQUIRE(replace_file(file, bytes).ok());
        return !open_keyfile(file, std::nullopt).ok();
    };
    for (std::size_t bit = 0; bit < content.size() * 8; ++bit) {
        Bytes flipped = content;
        flipped[bit / 8] ^= std::uint8_t(1u << bit % 8);
        CHECK(refused(flipped));
    }
    for (std::size_t size = 0; size < content.size(); ++size) {
        CHECK(refused(Bytes(content.begin(), content.begin() + std::ptrdiff_t(size))));
    }
    CHECK(!refused(content));
    REQUIRE_EQ(::chmod(file.c_str(), 0644), 0);
    CHECK_EQ(open_keyfile(file, std::nullopt).code(), Code::refused);
}

TEST_CASE("a run goes on in the same place and ends wherever there is doubt") {
    const RunId drawn{{1}}, old{{2}};
    const Place place{Hash{{3}}, Nonce16{{4}}, 5, 6, 7, 8};
    const auto decide = [&](const Place& now) { return decide_run(RunStamp{1, old, place}, now, drawn); };
    CHECK_EQ(decide(place).run, old);
    CHECK(decide(place).continues);
    CHECK_EQ(decide_run(std::nullopt, place, drawn).run, drawn);

    auto now = place;
    SUBCASE("rebooted") { now.boot.bytes[0] ^= 1; }
    SUBCASE("copied to another disk") { now.folder_device ^= 1; }
    SUBCASE("copied to another folder") { now.folder_inode ^= 1; }
    SUBCASE("crashed, or an old store put back") { now.store_writes ^= 1; }
    SUBCASE("another file put back") { now.store_changed_ns ^= 1; }
    SUBCASE("on another computer") { now.computer.bytes[0] ^= 1; }
    CHECK_EQ(decide(now).run, drawn);
    CHECK(!decide(now).continues);
    CHECK_EQ(decide(now).elsewhere, now.computer != place.computer || now.folder_inode != place.folder_inode);

    auto unknown = place;
    unknown.boot = {};
    CHECK(!decide_run(RunStamp{1, old, unknown}, unknown, drawn).continues);
}

TEST_CASE("S12 S13 a cloned, restored or crashed profile never continues a run that wrote on") {
    Disposable folder;
    const auto me = folder / "me";
    const auto first = session(me);
    CHECK_EQ(session(me), first);
    CHECK_EQ(session(me, false), first);

    fs::copy(me, folder / "clone", fs::copy_options::recursive);
    REQUIRE_EQ(::chmod((folder / "clone").c_str(), 0700), 0);
    CHECK_NE(session(folder / "clone"), first);
    CHECK_EQ(session(me), first);

    fs::copy(me, folder / "backup", fs::copy_options::recursive);
    CHECK_EQ(session(me), first);
    fs::copy(folder / "backup", me, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    const auto restored = session(me);
    CHECK_NE(restored, first);
    CHECK_EQ(session(me), restored);

    {
        const auto lock = taken(me);
        auto profile = opened(lock);
        CHECK_EQ(profile.run(), restored);
        write_something(profile);  // and no close()
    }
    CHECK_NE(session(me), restored);

    fs::rename(me, folder / "moved");
    CHECK_EQ(session(folder / "moved"), session(folder / "moved"));
}

TEST_CASE("O01 O02 O03 a run stamp is decoded exactly or not at all") {
    laws::check_decoder(RunStamp{1, RunId{{1}}, Place{Hash{{3}}, Nonce16{{4}}, 500, 6, 7, 8}});
}
