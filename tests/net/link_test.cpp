#include "net/curve_link.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/net/link_pair.h"

using namespace staffroom;
using namespace staffroom::net;
using Kind = Arrival::Kind;

TEST_CASE("a colleague dials, both are proved, frames go both ways") {
    Person ada, ben;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto to_ben = ada.dials(ben);
    CHECK(ada.says(to_ben, "too early") == Sent::full);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    CHECK(ada.heard.front().peer == ben.pair.key);
    CHECK(ada.heard.front().dialled);

    REQUIRE(ada.says(to_ben, "good morning") == Sent::sent);
    REQUIRE(until({&ada, &ben}, [&] { return ben.got("good morning"); }));
    REQUIRE(ben.heard.size() == 2);
    CHECK(ben.heard[0].kind == Kind::opened);
    CHECK(ben.heard[0].peer == ada.pair.key);
    CHECK_FALSE(ben.heard[0].dialled);
    CHECK(ben.heard[0].link == ben.heard[1].link);

    REQUIRE(ben.says(ben.heard[0].link, "and to you") == Sent::sent);
    REQUIRE(until({&ada, &ben}, [&] { return ada.got("and to you"); }));
    CHECK(ada.link.stats().frames_in == 1);
    CHECK(ben.link.stats().bytes_in == 12);
}

TEST_CASE("after a send nobody may sleep before looking again: it may have eaten the wake-up of what has just come") {
    Person ada, ben;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto to_ben = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    ada.says(to_ben, "first");
    REQUIRE(until({&ada, &ben}, [&] { return ben.got("first"); }));
    ben.drain();
    CHECK(ben.link.sleep_ms_max() > 0);
    ben.says(ben.heard.back().link, "answer");
    CHECK(ben.link.sleep_ms_max() == 0);
    ben.drain();
    CHECK(ben.link.sleep_ms_max() > 0);
}

TEST_CASE("the doors are open on IPv6 as well") {
    Person ada, ben;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    auto to = *address_from_text("[::1]:1");
    to.port = ben.ports.members;
    const auto id = ada.link.dial({.to = to, .server = ben.pair.key, .told = Told::typed});
    REQUIRE(id.ok());
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    ada.says(*id, "hello");
    CHECK(until({&ada, &ben}, [&] { return ben.got("hello"); }));
}

TEST_CASE("the dialler hears when the other side goes") {
    Person ada;
    {
        Person ben;
        REQUIRE(ben.listens());
        ben.link.allow({ada.pair.key});
        ada.dials(ben);
        REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    }
    REQUIRE(until({&ada}, [&] { return ada.count(Kind::closed) == 1; }));
    CHECK(ada.link.stats().links == 0);
}

TEST_CASE("the listener hears when it speaks to somebody who went") {
    Person ben;
    LinkId link;
    REQUIRE(ben.listens());
    {
        Person ada;
        ben.link.allow({ada.pair.key});
        const auto id = ada.dials(ben);
        REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
        ada.says(id, "hello");
        REQUIRE(until({&ada, &ben}, [&] { return ben.got("hello"); }));
        link = ben.heard.back().link;
    }
    REQUIRE(until({&ben}, [&] { return ben.says(link, "are you there?") == Sent::gone; }));
    CHECK(until({&ben}, [&] { return ben.count(Kind::closed) == 1; }));
}

TEST_CASE("a dial to a port where nobody listens ends by itself") {
    LinkOptions hasty;
    hasty.dial_ms = 100;
    Person ada(hasty), ben;
    {
        Person gone;
        REQUIRE(gone.listens());
        ben.ports = gone.ports;
    }
    ada.dials(ben);
    CHECK(until({&ada}, [&] { return ada.count(Kind::closed) == 1; }));
}

TEST_CASE("whoever has another key than the one dialled hears no word from us") {
    Person ada, ben, eve;
    REQUIRE(eve.listens());
    eve.link.allow({ada.pair.key});
    ben.ports = eve.ports;
    const auto id = ada.dials(ben);
    CHECK(until({&ada, &eve}, [&] { return ada.count(Kind::closed) == 1; }));
    CHECK(ada.says(id, "secret") == Sent::gone);
    CHECK(eve.heard.empty());
}

TEST_CASE("T02 an unknown key at the members' door is refused and members do not notice") {
    Person ada, ben, eve;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto to_ben = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    for (int i = 0; i < 10; ++i) eve.dials(ben);
    REQUIRE(until({&ada, &ben, &eve}, [&] { return ben.link.stats().refused_key >= 10; }));
    REQUIRE(until({&ada, &ben, &eve}, [&] { return eve.count(Kind::closed) == 10; }));
    CHECK(eve.count(Kind::opened) == 0);
    ada.says(to_ben, "still here");
    CHECK(until({&ada, &ben, &eve}, [&] { return ben.got("still here"); }));
    CHECK(ben.count(Kind::opened) == 1);
}

TEST_CASE("T03 without the thread that answers, an unknown key is refused, and so is everybody new") {
    Person ada, ben, eve;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto to_ben = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    stop_answering_zap();
    eve.dials(ben);
    eve.dials(ben, Door::lobby);
    REQUIRE(until({&ada, &ben, &eve}, [&] { return eve.count(Kind::closed) == 2; }));
    CHECK(eve.count(Kind::opened) == 0);
    ada.says(to_ben, "we were here before");
    CHECK(until({&ada, &ben}, [&] { return ben.got("we were here before"); }));
    CHECK(ben.count(Kind::opened) == 1);
    REQUIRE(start_answering_zap());
    ada.dials(ben);
    CHECK(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 2; }));
}

TEST_CASE("T03 a key taken off the list is refused on the connection that it has") {
    Person ada, ben;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto to_ben = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    SUBCASE("before its first frame") {
        ben.link.allow({});
        ada.says(to_ben, "let me in");
        CHECK(until({&ada, &ben}, [&] { return ben.link.stats().dropped_unknown == 1; }));
        CHECK(ben.heard.empty());
    }
    SUBCASE("in the middle") {
        ada.says(to_ben, "hello");
        REQUIRE(until({&ada, &ben}, [&] { return ben.got("hello"); }));
        ben.link.allow({});
        ada.says(to_ben, "let me stay");
        CHECK(until({&ada, &ben}, [&] { return ben.link.stats().dropped_unknown == 1; }));
        CHECK(ben.count(Kind::closed) == 1);
        CHECK(ben.heard.size() == 3);
    }
}

TEST_CASE("a link closed here is refused frame by frame, and a new dial is a new link") {
    Person ada, ben;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto first = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    ada.says(first, "one");
    REQUIRE(until({&ada, &ben}, [&] { return ben.got("one"); }));
    ben.link.close(ben.heard.back().link);
    ada.says(first, "two");
    REQUIRE(until({&ada, &ben}, [&] { return ben.link.stats().dropped_unknown == 1; }));
    const auto second = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 2; }));
    ada.says(second, "three");
    REQUIRE(until({&ada, &ben}, [&] { return ben.got("three"); }));
    CHECK_FALSE(ben.got("two"));
    CHECK(ben.heard.front().link != ben.heard.back().link);
}

TEST_CASE("the same key twice is two links, as of a cloned disk") {
    Person ada, ben;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto one = ada.dials(ben);
    const auto two = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 2; }));
    ada.says(one, "from one");
    ada.says(two, "from two");
    REQUIRE(until({&ada, &ben}, [&] { return ben.got("from one") && ben.got("from two"); }));
    std::vector<LinkId> links;
    for (const auto& heard : ben.heard) {
        if (heard.kind == Kind::opened) links.push_back(heard.link);
    }
    REQUIRE(links.size() == 2);
    for (const auto link : links) ben.says(link, "to you");
    CHECK(until({&ada, &ben}, [&] { return ada.count(Kind::frame) == 2; }));
}

TEST_CASE("the lobby lets in sixteen strangers, who show a fresh key, and refuses the seventeenth") {
    Person ben;
    REQUIRE(ben.listens());
    Person eve;
    for (std::size_t i = 0; i < strangers_count; ++i) eve.dials(ben, Door::lobby);
    REQUIRE(until({&ben, &eve}, [&] { return eve.count(Kind::opened) == strangers_count; }));
    const auto late = eve.dials(ben, Door::lobby);
    REQUIRE(until({&ben, &eve}, [&] { return ben.link.stats().refused_crowd == 1; }));
    REQUIRE(until({&ben, &eve}, [&] { return eve.says(late, "me too") == Sent::gone; }));

    eve.says(eve.heard.front().link, "may I join?");
    REQUIRE(until({&ben, &eve}, [&] { return ben.got("may I join?"); }));
    CHECK(ben.heard.front().door == Door::lobby);
    CHECK(ben.heard.front().peer != eve.pair.key);

    ben.link.close(ben.heard.front().link);
    eve.dials(ben, Door::lobby);
    CHECK(until({&ben, &eve}, [&] { return eve.count(Kind::opened) == strangers_count + 1; }));
}

TEST_CASE("strangers are read at an even pace and lose nothing by it") {
    LinkOptions slow;
    slow.strangers_rate = 100'000;
    Person ben(slow), eve;
    REQUIRE(ben.listens());
    const auto id = eve.dials(ben, Door::lobby);
    REQUIRE(until({&ben, &eve}, [&] { return eve.count(Kind::opened) == 1; }));
    for (int i = 0; i < 6; ++i) REQUIRE(eve.says(id, std::string(90'000, 'x')) == Sent::sent);
    const auto start = uptime_ms();
    REQUIRE(until({&ben, &eve}, [&] { return ben.count(Kind::frame) == 6; }));
    CHECK(uptime_ms() - start >= 1'000);  // 540,000 bytes, of which a burst of 200,000 and the last frame are free
}

TEST_CASE("T12 a frame above the limit is not sent; one that is cuts its own link only, and later ones arrive") {
    LinkOptions unruly;
    unruly.members_frame = 2 * members_frame_bytes;
    Person ada, ben, eve(unruly);
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key, eve.pair.key});
    const auto from_ada = ada.dials(ben);
    auto from_eve = eve.dials(ben);
    REQUIRE(until({&ada, &ben, &eve}, [&] { return ada.count(Kind::opened) + eve.count(Kind::opened) == 2; }));

    const std::string largest(members_frame_bytes, 'x'), larger(members_frame_bytes + 1, 'x');
    CHECK(ada.says(from_ada, larger) == Sent::too_large);
    CHECK(ada.says(from_ada, largest) == Sent::sent);
    REQUIRE(until({&ada, &ben, &eve}, [&] { return ben.got(largest); }));

    CHECK(eve.says(from_eve, std::string(327'681, 'x')) == Sent::sent);
    REQUIRE(until({&ada, &ben, &eve}, [&] { return eve.count(Kind::closed) == 1; }));
    CHECK(ada.says(from_ada, "unharmed") == Sent::sent);
    CHECK(until({&ada, &ben, &eve}, [&] { return ben.got("unharmed"); }));

    from_eve = eve.dials(ben);
    REQUIRE(until({&ada, &ben, &eve}, [&] { return eve.count(Kind::opened) == 2; }));
    eve.says(from_eve, "again");
    CHECK(until({&ada, &ben, &eve}, [&] { return ben.got("again"); }));
}

TEST_CASE("T13 a reader that stalls fills the queue, the sender is told, and the link goes on afterwards") {
    Person ada, ben;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto id = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    std::size_t sent = 0;
    const std::string page(200'000, 'p');
    REQUIRE(until({&ada}, [&] {  // ben does not read
        while (ada.says(id, page) == Sent::sent) ++sent;
        return sent > CurveSocket::queue_max;
    }));
    REQUIRE(until({&ada, &ben}, [&] { return ben.count(Kind::frame) == sent; }));
    CHECK(until({&ada, &ben}, [&] { return ada.says(id, "more") == Sent::sent; }));
    CHECK(until({&ada, &ben}, [&] { return ben.got("more"); }));
    CHECK(ada.count(Kind::closed) == 0);
}

TEST_CASE("frames of which half a queue is under way at a time never find it full") {
    Person ada, ben;
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto id = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    constexpr std::size_t under_way = CurveSocket::queue_max / 2;
    const std::string page(250'000, 'p');
    std::size_t sent = 0, refused = 0;
    REQUIRE(until({&ada, &ben}, [&] {
        while (sent < 400 && sent < ben.count(Kind::frame) + under_way && refused == 0)
            ++(ada.says(id, page) == Sent::sent ? sent : refused);
        return ben.count(Kind::frame) == 400 || refused != 0;
    }));
    CHECK(refused == 0);
}

TEST_CASE("T11 above the limit of memory everything is dropped, and opened again on the same ports") {
    LinkOptions quick;
    quick.shut_ms = 50;
    Person ada, ben(quick);
    REQUIRE(ben.listens());
    ben.link.allow({ada.pair.key});
    const auto id = ada.dials(ben);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::opened) == 1; }));
    ada.says(id, "hello");
    REQUIRE(until({&ada, &ben}, [&] { return ben.got("hello"); }));
    ben.link.watch(quick.resident_max + 1);
    REQUIRE(until({&ada, &ben}, [&] { return ada.count(Kind::closed) == 1 && ben.count(Kind::closed) == 1; }));
    CHECK(until({&ada, &ben}, [&] {
        ada.dials(ben);
        let_pass({&ada, &ben}, 100ms);
        return ada.count(Kind::opened) == 2;
    }));
    CHECK(ben.link.stats().restarts == 1);
}

TEST_CASE("a port in use is said in words") {
    Person ada, ben;
    REQUIRE(ada.listens());
    const auto refused = ben.link.listen({ada.ports.members, 0});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.code() == Code::busy);
}

TEST_CASE("T20 an address that was only heard of is dialled on this network only") {
    Person ada, ben;
    const auto dial = [&](const char* text, Told told) {
        return ada.link.dial({.to = *address_from_text(text), .server = ben.pair.key, .told = told}).ok();
    };
    CHECK_FALSE(dial("127.0.0.1:47710", Told::heard));
    CHECK_FALSE(dial("8.8.8.8:47710", Told::heard));
    CHECK_FALSE(dial("192.168.1.7:22", Told::heard));
    CHECK(dial("127.0.0.1:47710", Told::invited));
}
