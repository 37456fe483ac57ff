// What is remembered of watched folders: which file is which resource, whatever it is called meanwhile.
#include "app/watched_folders.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "tests/memory_kv.h"

using namespace staffroom;

namespace {

struct Watched {
    Watched() { init_crypto(); }

    MemoryStore store;
    WatchedFolders watched{store};
    WatchedFolders::Folder folder{{}, "/home/amina/lessons"};
    DeviceId device{};

    Nonce16 nonce(const std::string& name) const { return watched.nonce_of(device, folder, name); }
    void take(const std::string& name) {
        REQUIRE(watched.remember(folder, name, {1, 2, {name, "text/plain", 2, {}}}).ok());
    }
    // The only one that is gone when just `names` are there.
    WatchedFolders::Gone only_gone(const std::vector<std::string>& names) const {
        const auto gone = watched.gone(folder, names);
        REQUIRE(gone.size() == 1);
        return gone.front();
    }
};

}  // namespace

TEST_CASE("a file takes its resource along to its new name, and its old name is free for another") {
    Watched w;
    w.take("tides.txt");
    w.take("moon.txt");
    const auto tides = w.nonce("tides.txt");
    CHECK(w.watched.gone(w.folder, {"moon.txt", "tides.txt"}).empty());
    const auto gone = w.only_gone({"moon.txt", "ebb.txt"});
    CHECK(gone.file.file.name == "tides.txt");
    CHECK(w.watched.nonce_of(w.device, w.folder, gone) == tides);

    REQUIRE(w.watched.moved(w.folder, gone, "ebb.txt").ok());
    CHECK(w.nonce("ebb.txt") == tides);
    CHECK(w.nonce("tides.txt") != tides);
    CHECK_FALSE(w.watched.file(w.folder, "tides.txt"));
    const auto moved = w.watched.file(w.folder, "ebb.txt");
    REQUIRE(moved);
    CHECK(moved->changed_ns == 0);  // read again
    CHECK(moved->file == gone.file.file);
    CHECK(w.watched.gone(w.folder, {"moon.txt", "ebb.txt"}).empty());
}

TEST_CASE("watched anew, a file that was renamed is the same resource still") {
    Watched w;
    REQUIRE(w.watched.watch(w.folder).ok());
    w.take("tides.txt");
    const auto tides = w.nonce("tides.txt");
    REQUIRE(w.watched.moved(w.folder, w.only_gone({}), "ebb.txt").ok());
    REQUIRE(w.watched.forget(w.folder).value());
    CHECK(w.watched.files_count(w.folder) == 0);
    REQUIRE(w.watched.watch(w.folder).ok());
    CHECK(w.nonce("ebb.txt") == tides);
    CHECK(w.nonce("tides.txt") != tides);
}

TEST_CASE("however files are renamed, put in and deleted, each resource belongs to one file, beside a naive twin") {
    Watched w;
    std::mt19937 random(7);
    const auto one_of = [&](int count) { return std::uniform_int_distribution(0, count - 1)(random); };
    std::map<std::string, Nonce16> there, taken;  // the folder; what has been taken in of it, ever
    for (int turn = 0; turn < 2'000; ++turn) {
        const auto name = "lesson " + std::to_string(one_of(6)) + ".txt";
        const auto other = "lesson " + std::to_string(one_of(6)) + ".txt";
        const auto at = there.find(name);
        if (at == there.end()) {  // a new file, or one of that name again
            const auto nonce = w.nonce(name);
            const auto before = taken.find(name);
            if (before != taken.end()) CHECK(nonce == before->second);
            for (const auto& [taken_name, theirs] : taken) CHECK((theirs == nonce) == (taken_name == name));
            w.take(name);
            there[name] = taken[name] = nonce;
        } else if (!taken.contains(other)) {  // renamed
            const auto nonce = at->second;
            there.erase(at);
            taken.erase(name);
            std::vector<std::string> names;
            for (const auto& [each, _] : there) names.push_back(each);
            for (const auto& gone : w.watched.gone(w.folder, names)) {
                if (gone.file.file.name != name) continue;
                REQUIRE(w.watched.moved(w.folder, gone, other).ok());
            }
            CHECK(w.nonce(other) == nonce);
            w.take(other);
            there[other] = taken[other] = nonce;
        } else {  // deleted; what is known of it stays
            there.erase(at);
        }
        REQUIRE(w.watched.files_count(w.folder) == taken.size());
    }
}
