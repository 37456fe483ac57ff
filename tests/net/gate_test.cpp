#include "net/gate.h"

#include <doctest/doctest.h>

#include "core/crypto.h"
#include "net/routes.h"
#include "net/token_bucket.h"

using namespace staffroom;
using namespace staffroom::net;

namespace {

LinkKey key(std::uint8_t number) {
    LinkKey out;
    out.bytes[0] = number;
    return out;
}

}  // namespace

TEST_CASE("only keys on the list come in by the members' door") {
    Gate gate;
    CHECK_FALSE(gate.knows(key(1)));
    gate.allow({key(1), key(2)});
    CHECK(gate.knows(key(1)));
    gate.allow({key(2)});
    CHECK_FALSE(gate.knows(key(1)));
}

TEST_CASE("the lobby holds sixteen; a place is free when its stranger leaves or never says a word") {
    Gate gate;
    for (std::uint8_t i = 0; i < strangers_count; ++i) CHECK(gate.admit_stranger(key(i), 0));
    CHECK_FALSE(gate.admit_stranger(key(99), 0));
    gate.hear_stranger(key(3));
    gate.hear_stranger(key(4));
    gate.leave_stranger(key(3));
    CHECK(gate.admit_stranger(key(99), 1));
    CHECK_FALSE(gate.admit_stranger(key(98), 1));
    gate.tick(Gate::silent_ms_max);
    CHECK(gate.strangers() == 2);  // the one who spoke, and the last one, who is within its time
}

TEST_CASE("forgotten connections are counted, and cleared before they weigh") {
    Gate gate;
    std::size_t came = 0;
    for (std::uint64_t now = 0; now < 1'000'000; now += 500) came += gate.admit_stranger(key(1), now);
    CHECK(came == Gate::admissions_max);
    CHECK(gate.wants_clearing());
    gate.cleared();
    CHECK_FALSE(gate.wants_clearing());
    CHECK(gate.admit_stranger(key(1), 1'000'000));
}

TEST_CASE("a lobby in use is not cleared under sixteen who are in it") {
    Gate gate;
    for (std::uint8_t i = 0; i < 2 * strangers_count; ++i) {
        CHECK(gate.admit_stranger(key(i), 0));
        gate.hear_stranger(key(i));
        if (i >= strangers_count - 1) gate.leave_stranger(key(static_cast<std::uint8_t>(i - strangers_count + 1)));
    }
    CHECK_FALSE(gate.wants_clearing());
    for (std::uint8_t i = 0; i < 2 * strangers_count; ++i) gate.leave_stranger(key(i));
    CHECK(gate.wants_clearing());
}

TEST_CASE("a route closed here stays known as refused") {
    Routes routes;
    CHECK(routes.find("a") == nullptr);
    CHECK(routes.add("a", key(1), LinkId{7}).empty());
    CHECK(routes.find("a")->link == LinkId{7});
    routes.close("a");
    routes.close("a");
    REQUIRE(routes.find("a") != nullptr);
    CHECK(routes.find("a")->link == LinkId{});
    CHECK(routes.find("a")->key == key(1));
}

TEST_CASE("a member that reconnects without end evicts its own links only") {
    Routes routes;
    routes.add("other", key(2), LinkId{1'000'000});
    std::vector<LinkId> gone;
    for (std::uint64_t i = 1; i <= 100; ++i) {
        for (const auto link : routes.add(std::to_string(i), key(1), LinkId{i})) gone.push_back(link);
    }
    REQUIRE(gone.size() == 100 - Routes::links_per_key_max);
    CHECK(gone.front() == LinkId{1});
    CHECK(routes.find("other")->link == LinkId{1'000'000});
    CHECK(routes.find("1")->link == LinkId{});
}

TEST_CASE("the table of routes is bounded") {
    Routes routes;
    std::size_t gone = 0;
    for (std::uint64_t i = 1; i <= Routes::routes_max + 10; ++i) {
        LinkKey some;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&i), sizeof i, some.bytes.begin());
        gone += routes.add(std::to_string(i), some, LinkId{i}).size();
    }
    CHECK(gone == 10);
    CHECK(routes.find("10") == nullptr);
    CHECK(routes.find("11") != nullptr);
}

TEST_CASE("a bucket lets through its burst and then its rate, and one item may overdraw") {
    TokenBucket bucket(1'000, 500);
    CHECK(bucket.take(500, 0));
    CHECK_FALSE(bucket.take(1, 0));
    CHECK(bucket.take(1, 1));
    CHECK_FALSE(bucket.open(1));
    CHECK(bucket.open(2));
    bucket.spend(1'001, 2);
    CHECK(bucket.wait_ms(2) == 1'001);
    CHECK_FALSE(bucket.open(1'001));
    CHECK(bucket.open(1'003));
    CHECK_FALSE(bucket.take(501, 100'000));
    CHECK(bucket.take(500, ~std::uint64_t{0}));
}
