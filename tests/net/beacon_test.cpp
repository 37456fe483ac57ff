#include "net/beacon.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>

using namespace staffroom;
using namespace staffroom::net;
using namespace std::chrono_literals;

namespace {

std::uint16_t free_udp_port() {
    const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    socklen_t size = sizeof any;
    REQUIRE(bind(probe, reinterpret_cast<sockaddr*>(&any), size) == 0);
    getsockname(probe, reinterpret_cast<sockaddr*>(&any), &size);
    close(probe);
    return ntohs(any.sin_port);
}

struct Device {
    explicit Device(bool discovery, std::uint16_t members_port = free_udp_port())
        : message{.members_port = members_port,
                  .lobby_port = static_cast<std::uint16_t>(members_port - 1),
                  .key = new_link_pair().key} {
        auto opened = Beacon::open(message, {.discovery = discovery});
        REQUIRE(opened.ok());
        beacon = *std::move(opened);
    }
    void work() {
        beacon->tick();
        while (const auto one = beacon->receive()) seen.push_back(*one);
    }
    bool sees(const Device& other) const {
        for (const auto& one : seen) {
            if (one.key == other.message.key) return true;
        }
        return false;
    }
    Address at(const char* host) const { return *address_from_text(host + std::to_string(message.members_port)); }

    BeaconMessage message;
    std::unique_ptr<Beacon> beacon;
    std::vector<Sighting> seen;
};

bool until(const std::function<void()>& work, const std::function<bool()>& is_so,
           std::chrono::milliseconds limit = 30s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        work();
        if (is_so()) return true;
        if (std::chrono::steady_clock::now() > end) return false;
        poll(nullptr, 0, 5);
    }
}

// Network namespaces need root and iproute2; elsewhere these stories are skipped, with a word.
class Networks {
  public:
    Networks() : home_(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
        const auto number = std::to_string(getpid());
        for (int i = 0; i < 2; ++i) names_[i] = "room" + number + (i == 0 ? "a" : "b");
        const auto a = names_[0], b = names_[1];
        ready = geteuid() == 0 && run("ip netns add " + a) && run("ip netns add " + b) &&
                run("ip -n " + a + " link add wire type veth peer name wire netns " + b);
        for (int i = 0; ready && i < 2; ++i) {
            ready = run("ip -n " + names_[i] + " link set wire up") && run("ip -n " + names_[i] + " link set lo up");
        }
    }
    ~Networks() {
        enter_home();
        for (const auto& name : names_) run("ip netns del " + name);
        close(home_);
    }
    void give_v4(int which) {
        REQUIRE(run("ip -n " + names_[which] + " addr add 10.77.0." + std::to_string(which + 1) + "/24 dev wire"));
    }
    void no_v6(int which) { REQUIRE(run("ip -n " + names_[which] + " addr flush dev wire scope link")); }
    void enter(int which) {
        const int space = open(("/run/netns/" + names_[which]).c_str(), O_RDONLY | O_CLOEXEC);
        REQUIRE(setns(space, CLONE_NEWNET) == 0);
        close(space);
    }
    void enter_home() { setns(home_, CLONE_NEWNET); }

    bool ready = false;

  private:
    static bool run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }
    int home_;
    std::string names_[2];
};

void find_each_other(Networks& networks, std::uint16_t port_a, std::uint16_t port_b) {
    networks.enter(0);
    Device ada(true, port_a);
    networks.enter(1);
    Device ben(true, port_b);
    const auto both = [&] {
        networks.enter(0);
        ada.work();
        networks.enter(1);
        ben.work();
        networks.enter_home();
    };
    REQUIRE(until(both, [&] { return ada.sees(ben) && ben.sees(ada); }));
    CHECK(ada.seen.front().members.port == port_b);
    CHECK_FALSE(ada.sees(ada));
    CHECK_FALSE(ben.sees(ben));
}

}  // namespace

TEST_CASE("a typed address is asked, and answers even without discovery") {
    Device ada(false), ben(false);
    for (const auto* host : {"127.0.0.1:", "[::1]:"}) {
        CAPTURE(host);
        ada.seen.clear();
        ada.beacon->ask(ben.at(host), Told::typed);
        REQUIRE(until([&] { ada.work(), ben.work(); }, [&] { return ada.sees(ben); }));
        CHECK(ada.seen.front().members == ben.at(host));
        CHECK(ada.seen.front().lobby_port == ben.message.lobby_port);
        CHECK(ada.seen.front().told == Told::typed);
    }
    CHECK_FALSE(ben.sees(ada));  // loopback is nobody's hint
}

TEST_CASE("a typed address may name its interface") {
    CHECK(address_from_typed("[fe80::1%lo]:5000") == address_from_text("[fe80::1%1]:5000"));
    CHECK(address_from_typed("[fe80::1%7]:5000") == address_from_text("[fe80::1%7]:5000"));
    CHECK_FALSE(address_from_typed("[fe80::1%nowhere]:5000"));
    CHECK_FALSE(address_from_typed("fe80::1%lo:5000"));
    CHECK(address_from_typed("10.0.0.1:5000") == address_from_text("10.0.0.1:5000"));
}

TEST_CASE("T20 an address that was only heard of is not asked on loopback") {
    Device ada(false), ben(false);
    ada.beacon->ask(ben.at("127.0.0.1:"), Told::heard);
    CHECK_FALSE(until([&] { ada.work(), ben.work(); }, [&] { return ada.sees(ben); }, 100ms));
}

TEST_CASE("T21 a flood of datagrams is read at an even pace, and questions are answered afterwards") {
    Device ada(false), ben(false);
    const int flooder = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(ben.message.members_port);
    auto forged = ben.message;
    for (int i = 0; i < 10'000; ++i) {
        random_bytes(forged.key.bytes);
        const auto datagram = encode(forged);
        sendto(flooder, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
        if (i % 100 == 0) ben.work();
    }
    close(flooder);
    CHECK(ben.seen.size() <= 64);
    CHECK(ben.beacon->sleep_ms_max() > 0);
    const auto again = [&] {
        ada.beacon->ask(ben.at("127.0.0.1:"), Told::typed);
        ada.work(), ben.work();
    };
    CHECK(until(again, [&] { return ada.sees(ben); }));
}

TEST_CASE("T18 two devices on one network find each other with no address typed, by IPv6 or IPv4 alone") {
    Networks networks;
    if (!networks.ready) {
        MESSAGE("skipped: network namespaces need root and iproute2");
        return;
    }
    SUBCASE("by IPv6 alone, with link-local addresses") { find_each_other(networks, 47'710, 47'710); }
    SUBCASE("by IPv4 alone") {
        networks.no_v6(0);
        networks.no_v6(1);
        networks.give_v4(0);
        networks.give_v4(1);
        find_each_other(networks, 47'710, 50'002);
    }
}

TEST_CASE("two programs on one computer hear each other's beacons") {
    Networks networks;
    if (!networks.ready) {
        MESSAGE("skipped: network namespaces need root and iproute2");
        return;
    }
    networks.give_v4(0);
    networks.enter(0);
    Device ada(true, 47'710), ben(true, 50'002);
    CHECK(until([&] { ada.work(), ben.work(); }, [&] { return ada.sees(ben) && ben.sees(ada); }));
    // What is asked of one reaches that one, though the other listens at the same port for what is said to all.
    Device eve(false, 50'003);
    eve.beacon->ask(ada.at("10.77.0.1:"), Told::typed);
    CHECK(until([&] { ada.work(), ben.work(), eve.work(); }, [&] { return eve.sees(ada); }));
    networks.enter_home();
}
