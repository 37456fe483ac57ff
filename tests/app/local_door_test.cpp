#include "app/local_door.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <mutex>
#include <thread>
#include <vector>

#include "tests/disposable.h"

using namespace staffroom;
namespace fs = std::filesystem;

namespace {

void echo(const std::string& body, const LocalDoor::Answer& answer) { answer("heard " + body); }

}  // namespace

TEST_CASE("what is asked at the door is answered, by many at once") {
    const Disposable folder;
    const auto door = LocalDoor::open(folder.path() / "door", echo);
    REQUIRE(door.ok());
    std::vector<std::thread> askers;
    std::atomic<int> right = 0;
    for (int i = 0; i < 16; ++i) {
        askers.emplace_back([&, i] {
            const auto answer = ask_daemon(folder.path() / "door", std::to_string(i));
            right += answer.ok() && *answer == "heard " + std::to_string(i);
        });
    }
    for (auto& each : askers) each.join();
    CHECK(right == 16);
}

TEST_CASE("whoever hangs up is known to wait no more, and others are answered still") {
    const Disposable folder;
    std::mutex mutex;
    std::vector<LocalDoor::Answer> kept;
    const auto door = LocalDoor::open(folder.path() / "door", [&](const std::string& body, LocalDoor::Answer answer) {
        if (body == "at once") return answer("heard");
        const std::lock_guard lock(mutex);
        kept.push_back(std::move(answer));
    });
    REQUIRE(door.ok());
    sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
    (folder.path() / "door").string().copy(name.sun_path, sizeof name.sun_path - 1);
    const int asker = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::connect(asker, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    const std::string request = "POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nlate";
    REQUIRE(::write(asker, request.data(), request.size()) == static_cast<ssize_t>(request.size()));
    const auto gone = [&] {
        const std::lock_guard lock(mutex);
        return !kept.empty() && kept.front().asker_gone->load();
    };
    const auto asked = [&] {
        const std::lock_guard lock(mutex);
        return !kept.empty();
    };
    while (!asked()) std::this_thread::yield();
    CHECK_FALSE(gone());
    ::close(asker);
    while (!gone()) std::this_thread::yield();
    CHECK(ask_daemon(folder.path() / "door", "at once").ok());
    kept.front()("nobody hears this");
    kept.clear();
}

TEST_CASE("W05 only this user may open the door") {
    const Disposable folder;
    const auto door = LocalDoor::open(folder.path() / "door", echo);
    struct stat facts {};
    REQUIRE(::stat((folder.path() / "door").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("nobody behind the door is said at once; a socket left behind is replaced") {
    const Disposable folder;
    CHECK(ask_daemon(folder.path() / "door", "x").code() == Code::not_found);
    { const auto door = LocalDoor::open(folder.path() / "door", echo); }
    CHECK(ask_daemon(folder.path() / "door", "x").code() == Code::not_found);
    const auto again = LocalDoor::open(folder.path() / "door", echo);
    CHECK(ask_daemon(folder.path() / "door", "x").ok());
}

TEST_CASE("a home with a very long path has a door too") {
    const Disposable folder;
    const auto deep = folder.path() / std::string(120, 'd');
    fs::create_directory(deep);
    const auto door = LocalDoor::open(deep / "door", echo);
    REQUIRE(door.ok());
    CHECK(ask_daemon(deep / "door", "x").ok());
}

TEST_CASE("an answer given just before the door closes still arrives") {
    const Disposable folder;
    for (int round = 0; round < 20; ++round) {
        LocalDoor::Answer kept;
        std::atomic<bool> asked = false;
        auto door = LocalDoor::open(folder.path() / "door", [&](const std::string&, LocalDoor::Answer answer) {
            kept = std::move(answer);
            asked = true;
        });
        REQUIRE(door.ok());
        std::thread asker([&] { CHECK(ask_daemon(folder.path() / "door", "stop").ok()); });
        while (!asked) std::this_thread::yield();
        kept("bye");
        kept = {};
        door->reset();
        asker.join();
    }
}
