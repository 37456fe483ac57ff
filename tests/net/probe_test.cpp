#include "net/probe.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/link.h"
#include "net/system_address.h"

using namespace staffroom::net;

namespace {

// Port 0 is none that anybody types.
Address any_port_here() {
    auto any = *address_from_text("127.0.0.1:1");
    any.port = 0;
    return any;
}

// Bound to a free port of this computer; listens if told to.
struct Listener {
    explicit Listener(bool listens) : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const auto any = to_system(any_port_here());
        REQUIRE(bind(socket, any.get(), any.size) == 0);
        if (listens) REQUIRE(listen(socket, 1) == 0);
        SystemAddress own;
        own.size = sizeof own.storage;
        REQUIRE(getsockname(socket, reinterpret_cast<sockaddr*>(&own.storage), &own.size) == 0);
        at = *from_system(own.get());
    }
    ~Listener() { close(socket); }
    int socket;
    Address at;
};

Probe::Found found_at(const Address& at) {
    Probe probe(at, 0);
    Probe moved(std::move(probe));
    for (const auto until = uptime_ms() + 30'000; uptime_ms() < until;) {
        if (const auto found = moved.look(0); found != Probe::Found::nothing_yet) return found;
    }
    return Probe::Found::nothing_yet;
}

}  // namespace

TEST_CASE("a door that opens, one that nobody keeps, and what is no address of one computer are told apart") {
    const Listener open(true), shut(false);
    CHECK(found_at(open.at) == Probe::Found::open);
    CHECK(found_at(shut.at) == Probe::Found::refused);
    CHECK(found_at(*address_from_text("255.255.255.255:47710")) == Probe::Found::no_way);
    CHECK(found_at(any_port_here()) == Probe::Found::no_way);
}

TEST_CASE("an address of every kind comes back from the system as it was given") {
    for (const auto* text : {"192.168.1.7:47710", "[fe80::1%3]:47710", "[::1]:1"}) {
        const auto address = *address_from_text(text);
        CHECK(from_system(to_system(address).get()) == address);
    }
    CHECK_FALSE(from_system(nullptr).has_value());
}
