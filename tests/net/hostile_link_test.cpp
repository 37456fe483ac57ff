// What strangers and colleagues may send to our doors that no library would. Numbers are small here; STAFFROOM_MANY
// multiplies them.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "net/gate.h"
#include "tests/net/link_pair.h"
#include "tests/net/raw_curve.h"

using namespace staffroom;
using namespace staffroom::net;
using Kind = Arrival::Kind;

namespace {

std::size_t many(std::size_t count) {
    const char* factor = std::getenv("STAFFROOM_MANY");
    return count * (factor ? std::strtoul(factor, nullptr, 10) : 1);
}

std::size_t resident_bytes() {
    std::size_t total = 0, resident = 0;
    if (auto* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%zu %zu", &total, &resident) != 2) resident = 0;
        std::fclose(file);
    }
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Ben's door with Ada in, so that every attack is made beside honest work.
struct Room {
    Room() {
        REQUIRE(ben.listens());
        ben.link.allow({ada.pair.key, eve.key});
        link = ada.dials(ben);
        REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
        CHECK(honest_work_goes_on());
    }
    bool honest_work_goes_on() {
        const auto words = "lesson " + std::to_string(++said);
        return ada.says(link, words) == Sent::sent && until({&ada, &ben}, [&] { return ben.got(words); });
    }
    bool until_so(const std::function<bool()>& so) { return until({&ada, &ben}, so); }

    Person ada, ben;
    LinkPair eve = new_link_pair();  // a colleague's key in bad hands
    LinkId link;
    int said = 0;
};

}  // namespace

TEST_CASE("T01 a client without CURVE is refused and nothing reaches us") {
    Room room;
    for (const auto port : {room.ben.ports.members, room.ben.ports.lobby}) {
        for (const auto* mechanism : {"NULL", "PLAIN"}) {
            RawPeer raw(port);
            raw.write(RawPeer::greeting(mechanism));
            raw.write(RawPeer::frame(4, std::string("\5READY\13Socket-Type\0\0\0\6DEALER", 28)));
            raw.write(RawPeer::frame(0, "hello"));
            CHECK(room.until_so([&] { return !raw.is_open(); }));
        }
    }
    CHECK(room.ben.count(Kind::opened) == 1);
    CHECK(room.honest_work_goes_on());
}

TEST_CASE("T05 a stranger who streams a frame of 4 GiB is cut at its head") {
    Room room;
    const std::string piece(64 * 1024, 'x');
    for (const auto port : {room.ben.ports.members, room.ben.ports.lobby}) {
        for (const unsigned flags : {0U, 4U}) {
            RawPeer raw(port);
            raw.write(RawPeer::greeting("CURVE"));
            raw.write(RawPeer::frame_head(flags, std::uint64_t{4} << 30));
            const auto before = resident_bytes();
            std::size_t taken = 0;
            REQUIRE(room.until_so([&] {
                std::size_t count = 0;
                while ((count = raw.write(piece)) > 0) taken += count;
                return !raw.is_open();
            }));
            CHECK(taken < (std::size_t{16} << 20));
            CHECK(resident_bytes() < before + (std::size_t{16} << 20));
        }
    }
    CHECK(room.honest_work_goes_on());
}

TEST_CASE("T06 connections that never speak are closed, and colleagues do not notice") {
    Room room;
    std::vector<RawPeer> mute;
    for (std::size_t i = 0; i < many(100); ++i)
        mute.emplace_back(i % 2 == 0 ? room.ben.ports.members : room.ben.ports.lobby);
    CHECK(room.honest_work_goes_on());
    CHECK(until(
        {&room.ada, &room.ben},
        [&] { return std::none_of(mute.begin(), mute.end(), [](auto& one) { return one.is_open(); }); }, 60s));
    CHECK(room.honest_work_goes_on());
}

TEST_CASE("T07 when file descriptors run short the doors shut, our own dials stay, and the doors open again") {
    LinkOptions scarce;
    scarce.descriptors = 0;
    scarce.shut_ms = 100;
    LinkOptions hasty;
    hasty.dial_ms = 500;
    Person ada(hasty), ben(scarce), cai;
    REQUIRE(ben.listens());
    REQUIRE(cai.listens());
    ben.link.allow({ada.pair.key});
    cai.link.allow({ben.pair.key});
    ada.dials(ben);
    const auto to_cai = ben.dials(cai);
    const Everybody all{&ada, &ben, &cai};
    REQUIRE(until(all, [&] { return ada.count(Kind::opened) == 1 && ben.count(Kind::opened) == 1; }));

    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit low{256, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
    {
        std::vector<RawPeer> idle;
        for (int i = 0; i < 100; ++i) idle.emplace_back(ben.ports.members);
        // A number that was given back meanwhile, of an earlier connection, is taken first.
        CHECK(until({&ada, &ben}, [&] {
            if (idle.size() < 108) idle.emplace_back(ben.ports.members);
            return ben.link.stats().shut >= 2;
        }));
        CHECK(until({&ada, &ben}, [&] { return ada.count(Kind::closed) == 1; }));
        REQUIRE(ben.says(to_cai, "still in") == Sent::sent);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(until({&ada, &ben}, [&] {
        if (ada.link.stats().links == 0) ada.dials(ben);
        return ada.count(Kind::opened) == 2;
    }));
    CHECK(until(all, [&] { return cai.got("still in"); }));
}

TEST_CASE("T08 connections that open and close without end freeze nothing") {
    Room room;
    for (std::size_t i = 0; i < many(500); ++i) {
        RawPeer raw(i % 2 == 0 ? room.ben.ports.members : room.ben.ports.lobby);
        if (i % 3 == 0) raw.write(RawPeer::greeting("CURVE"));
    }
    CHECK(room.honest_work_goes_on());
    room.ada.dials(room.ben);
    CHECK(room.until_so([&] { return room.ada.count(Kind::opened) == 2; }));
}

TEST_CASE("T10 a colleague who claims another's routing id gets none of its frames and locks nobody out") {
    Room room;
    RawCurve first(room.ben.ports.members, room.eve, room.ben.pair.key, "desk");
    REQUIRE(room.until_so([&] { return first.ready(); }));
    first.send("I am the desk");
    REQUIRE(room.until_so([&] { return room.ben.got("I am the desk"); }));
    const auto desk = room.ben.heard.back().link;

    RawCurve second(room.ben.ports.members, room.eve, room.ben.pair.key, "desk");
    room.until_so([&] { return second.ready() || !second.is_open(); });
    second.send("no, I am");
    let_pass({&room.ada, &room.ben}, 200ms);
    REQUIRE(room.ben.says(desk, "for the desk") == Sent::sent);
    std::optional<std::string> got;
    CHECK(room.until_so([&] { return (got = first.receive()).has_value(); }));
    CHECK(got == "for the desk");
    CHECK_FALSE(second.receive());
    for (const auto& heard : room.ben.heard) {
        if (heard.link == desk) CHECK(heard.frame != "no, I am");
    }
    CHECK(room.honest_work_goes_on());
}

TEST_CASE("T11 a message of several frames is dropped and counted") {
    Room room;
    RawCurve raw(room.ben.ports.members, room.eve, room.ben.pair.key);
    REQUIRE(room.until_so([&] { return raw.ready(); }));
    for (std::size_t i = 0; i < many(10); ++i) raw.send(std::string(100'000, 'x'), true);
    raw.send("last");
    REQUIRE(room.until_so([&] { return raw.flush() && room.ben.link.stats().dropped_multipart == 1; }));
    raw.send("well behaved");
    CHECK(room.until_so([&] { return raw.flush() && room.ben.got("well behaved"); }));
    CHECK_FALSE(room.ben.got("last"));
    CHECK(room.honest_work_goes_on());
}

TEST_CASE("T16 garbage, other protocols and older greetings are closed") {
    Room room;
    const std::string openings[] = {
        "GET / HTTP/1.1\r\nHost: staffroom\r\n\r\n",
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11) + std::string(500, 'r'),  // TLS
        std::string("\x01\x00", 2) + std::string("\x06\x00hello", 7),                             // ZMTP 1.0
        std::string("\xFF\0\0\0\0\0\0\0\1\x7F\1\5\0\0", 14) + std::string(64, '\0'),              // ZMTP 2.0
        RawPeer::greeting("CURVE", 0).replace(10, 1, "\x04"),
        std::string(4'096, '\xFF'),
        std::string(4'096, '\0'),
        "\xFF",
    };
    std::vector<RawPeer> strangers;
    for (const auto& opening : openings) {
        for (const auto port : {room.ben.ports.members, room.ben.ports.lobby}) {
            strangers.emplace_back(port);
            strangers.back().write(opening);
        }
    }
    CHECK(until(
        {&room.ada, &room.ben},
        [&] { return std::none_of(strangers.begin(), strangers.end(), [](auto& one) { return one.is_open(); }); },
        60s));
    CHECK(room.ben.count(Kind::opened) == 1);
    CHECK(room.honest_work_goes_on());
}

TEST_CASE("T17 a stranger's handshakes with bent bytes let nobody in and break nothing") {
    Room room;
    std::uint64_t seed = 20'240'917;
    for (std::size_t i = 0; i < many(60); ++i) {
        CAPTURE(seed);
        const auto next = [&] {
            return seed = seed * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U, seed >> 33;
        };
        const bool hello = i % 2 == 0;
        RawCurve raw(room.ben.ports.members, new_link_pair(), room.ben.pair.key, "", [&](std::string& command) {
            if (command.starts_with("\5HELLO") != hello) return;
            switch (next() % 3) {
                case 0:
                    command[next() % command.size()] ^= static_cast<char>(1 << (next() % 8));
                    break;
                case 1:
                    command.resize(next() % command.size());
                    break;
                default:
                    command.append(next() % 300, 'x');
            }
        });
        until(
            {&room.ada, &room.ben}, [&] { return raw.ready() || !raw.is_open(); }, 50ms);
        CHECK_FALSE(raw.ready());
    }
    CHECK(room.honest_work_goes_on());
}

TEST_CASE("T04 a message without a proved key, or with another than its link's, is dropped") {
    const auto ada = new_link_pair().key, eve = new_link_pair().key;
    Gate gate;
    gate.allow({ada});
    const Routes::Peer open{ada, LinkId{7}}, closed{ada, LinkId{}};
    for (const auto door : {Door::members, Door::lobby}) {
        CHECK(gate.judge(door, &open, std::nullopt) == Verdict::nameless);
        CHECK(gate.judge(door, nullptr, std::nullopt) == Verdict::nameless);
        CHECK(gate.judge(door, &open, eve) == Verdict::nameless);
        CHECK(gate.judge(door, &open, ada) == Verdict::give);
        CHECK(gate.judge(door, &closed, ada) == Verdict::unknown);
    }
    CHECK(gate.judge(Door::members, nullptr, ada) == Verdict::begin);
    CHECK(gate.judge(Door::members, nullptr, eve) == Verdict::unknown);
    CHECK(gate.judge(Door::lobby, nullptr, eve) == Verdict::begin);
    gate.allow({});
    CHECK(gate.judge(Door::members, &open, ada) == Verdict::unknown);
}
