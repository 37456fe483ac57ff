#include "net/beacon_message.h"

#include <doctest/doctest.h>

#include "net/beacon_pace.h"
#include "tests/decoder_laws.h"

using namespace staffroom;
using namespace staffroom::net;

namespace {

BeaconMessage some_beacon() {
    BeaconMessage message{
        .kind = BeaconKind::ask, .version = 1, .members_port = 47'710, .lobby_port = 47'711, .key = {}};
    for (std::size_t i = 0; i < 32; ++i) message.key.bytes[i] = static_cast<std::uint8_t>(i);
    return message;
}

std::optional<Sighting> seen(const char* source, std::uint16_t members, std::uint16_t lobby,
                             std::optional<Told> asked = std::nullopt) {
    auto message = some_beacon();
    message.members_port = members;
    message.lobby_port = lobby;
    return sighting(message, *address_from_text(source), asked);
}

}  // namespace

TEST_CASE("O01 O02 O03 O05 a beacon is decoded exactly or not at all") { laws::check_decoder(some_beacon()); }

TEST_CASE("the beacon of net/PROTOCOL.md") {
    CHECK(to_hex(encode(some_beacon())) ==
          "537466720101def402dff402000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
}

TEST_CASE("a beacon is a hint to dial the address it came from") {
    const auto near = seen("192.168.1.7:47710", 5'000, 5'001);
    REQUIRE(near);
    CHECK(address_text(near->members) == "192.168.1.7:5000");
    CHECK(near->lobby_port == 5'001);
    CHECK(near->key == some_beacon().key);
    CHECK(near->told == Told::heard);
    CHECK(seen("[fe80::7%2]:47710", 5'000, 5'001)->members.scope == 2);
}

TEST_CASE("T20 a beacon cannot aim us at low ports or far addresses") {
    CHECK_FALSE(seen("192.168.1.7:47710", 22, 5'001));
    CHECK_FALSE(seen("192.168.1.7:47710", 5'000, 25));
    CHECK_FALSE(seen("192.168.1.7:47710", 0, 0));
    CHECK_FALSE(seen("8.8.8.8:47710", 5'000, 5'001));
    CHECK_FALSE(seen("127.0.0.1:47710", 5'000, 5'001));
    CHECK_FALSE(seen("239.77.71.10:47710", 5'000, 5'001));
}

TEST_CASE("an address that was typed answers for itself only") {
    CHECK(seen("127.0.0.1:5000", 5'000, 5'001, Told::typed));
    CHECK(seen("8.8.8.8:5000", 5'000, 5'001, Told::typed));
    CHECK_FALSE(seen("8.8.8.8:5000", 6'000, 5'001, Told::typed));
    CHECK_FALSE(seen("8.8.8.8:5000", 5'000, 5'001, Told::heard));
}

TEST_CASE("the whole network sends about five beacons a second however many devices there are") {
    struct Row {
        std::size_t devices;
        double low, high;
    };
    for (const auto [devices, low, high] :
         {Row{1, 0.4, 0.6}, Row{3, 1.2, 1.8}, Row{50, 3.5, 6.5}, Row{500, 3.5, 6.5}}) {
        CAPTURE(devices);
        std::vector<BeaconPace> all(devices, BeaconPace(0));
        for (auto& device : all) device = BeaconPace(0);
        std::size_t sent = 0;
        for (std::uint64_t now = 0; now < 900'000; now += 100) {
            for (std::size_t i = 0; i < devices; ++i) {
                if (!all[i].tick(now)) continue;
                if (now >= 600'000) ++sent;
                for (std::size_t j = 0; j < devices; ++j) {
                    if (j != i) all[j].heard();
                }
            }
        }
        const auto rate = static_cast<double>(sent) / 300;
        CHECK(rate >= low);
        CHECK(rate <= high);
        std::size_t answers = 0;
        for (int newcomer = 0; newcomer < 20; ++newcomer) {
            for (const auto& device : all) answers += device.answers();
        }
        CHECK(answers >= 20 * std::min<std::size_t>(devices, 8));
        CHECK(answers <= 20 * 40);
    }
}

TEST_CASE("a flood of forged beacons does not silence us for good") {
    BeaconPace pace(0);
    for (std::uint64_t now = 0; now < 7'200'000; now += 1'000) {
        for (int i = 0; i < 100; ++i) pace.heard();
        pace.tick(now);
    }
    CHECK(pace.interval_ms() == BeaconPace::interval_ms_max);
    std::uint64_t now = 7'200'000;
    while (pace.interval_ms() > BeaconPace::interval_ms_min) {
        now = std::max(now, pace.deadline());
        pace.tick(now);
    }
    CHECK(now < 7'200'000 + 4 * BeaconPace::interval_ms_max);
}
