#include "core/merge/order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/decoder_laws.h"

namespace staffroom {
namespace {

// Inserts an element at `at` and writes what place() says, as a board does.
std::size_t insert(std::vector<Position>& list, std::size_t at) {
    const auto placed = place(list, at);
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), Position());
    for (const auto& each : placed) list[each.index] = each.position;
    return placed.size();
}

bool is_strictly_ascending(const std::vector<Position>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (!list[i].is_valid() || (i > 0 && !(list[i - 1] < list[i]))) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("between any two positions there is another") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        const auto some = [&] {
            Position position;
            const auto length = 1 + random() % 4;
            for (std::size_t i = 0; i < length; ++i) {
                const std::uint8_t digits[] = {0, 1, 2, 127, 128, 254, 255};
                position.digits.push_back(digits[random() % 7]);
            }
            if (position.digits.back() == 0) position.digits.back() = 1;
            return position;
        };
        auto low = some(), high = some();
        if (low == high) continue;
        if (high < low) std::swap(low, high);
        const auto middle = between(&low, &high);
        CHECK_MESSAGE((low < middle && middle < high && middle.is_valid()), "seed " << seed);
        CHECK_MESSAGE(between(nullptr, &low) < low, "seed " << seed);
        CHECK_MESSAGE(high < between(&high, nullptr), "seed " << seed);
    }
    CHECK(between(nullptr, nullptr).is_valid());
}

TEST_CASE("a list that grows at its end, or its beginning, keeps short positions and never moves a neighbour") {
    for (const bool at_end : {true, false}) {
        std::vector<Position> list;
        for (int i = 0; i < 600; ++i) REQUIRE_EQ(insert(list, at_end ? list.size() : 0), 1U);
        CHECK(is_strictly_ascending(list));
        for (const auto& position : list) CHECK_LE(position.digits.size(), 12U);
    }
}

TEST_CASE("a thousand insertions at one place are rebalanced by moving a few neighbours") {
    std::vector<Position> list;
    insert(list, 0);
    insert(list, 1);
    std::size_t written = 0;
    for (int i = 0; i < 1000; ++i) written += insert(list, 1);
    CHECK(is_strictly_ascending(list));
    CHECK_LE(written, 1'100U);
}

TEST_CASE("between two that drew the same position, neighbours move to make room") {
    std::vector<Position> list(3, Position{{128}});
    CHECK_GT(insert(list, 1), 1U);
    CHECK(is_strictly_ascending(list));

    std::vector<Position> crowded(40, Position{{7}});
    crowded.push_back(Position{{200}});
    insert(crowded, 20);
    CHECK(std::is_sorted(crowded.begin(), crowded.end()));
}

TEST_CASE("random boards stay in the order that people gave them") {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        std::mt19937 random(seed);
        std::vector<Position> list;
        for (int i = 0; i < 200; ++i) {
            // Now and then a colleague's concurrent card lands on the same position.
            if (!list.empty() && random() % 20 == 0) {
                const auto twin = static_cast<std::ptrdiff_t>(random() % list.size());
                list.insert(list.begin() + twin, list[static_cast<std::size_t>(twin)]);
            }
            insert(list, random() % (list.size() + 1));
            REQUIRE_MESSAGE(std::is_sorted(list.begin(), list.end()), "seed " << seed);
        }
    }
}

TEST_CASE("O01 O02 O03 a position is decoded exactly or not at all") {
    laws::check_decoder(Position{{0, 0, 1}});
    CHECK_FALSE(decode<Position>(Bytes{0}).ok());
    CHECK_FALSE(decode<Position>(Bytes{2, 1, 0}).ok());
}

}  // namespace staffroom
