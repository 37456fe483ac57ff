#include "core/merge/rope.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace staffroom {
namespace {

using Scalars = std::vector<std::string>;

std::string joined(const Scalars& scalars, std::size_t from, std::size_t count) {
    std::string out;
    for (std::size_t i = from; i < from + count; ++i) out += scalars[i];
    return out;
}
std::string all_of(const Rope& rope) {
    std::string out;
    rope.append_to(out);
    return out;
}
std::uint32_t units_of(const Scalars& scalars, std::size_t count) {
    std::uint32_t units = 0;
    for (std::size_t i = 0; i < count; ++i) units += scalars[i].size() == 4 ? 2 : 1;
    return units;
}

void check_against_list(std::uint64_t seed, bool ascii, int steps) {
    INFO("seed ", seed);
    std::mt19937_64 random(seed);
    const auto below = [&](std::size_t n) { return static_cast<std::uint32_t>(random() % n); };
    const Scalars letters = ascii ? Scalars{"a", "b", "\n"} : Scalars{"a", "é", "न", "😀", "b", "c"};
    Scalars list;
    Rope rope;
    std::uint32_t caret = 0;
    for (int step = 0; step < steps; ++step) {
        const auto length = static_cast<std::uint32_t>(list.size());
        if (below(4) == 0) caret = below(length + 1);
        caret = std::min(caret, length);
        const bool shrinking = step / 400 % 3 == 2;
        if (below(10) < (shrinking ? 8u : 3u)) {
            const auto count = std::min(length - caret, below(20) == 0 ? below(3000) : below(shrinking ? 40 : 4));
            rope.erase(caret, count);
            list.erase(list.begin() + caret, list.begin() + caret + count);
        } else {
            Scalars fresh(below(30) == 0 ? below(4000) : below(8));
            for (auto& one : fresh) one = letters[below(letters.size())];
            rope.insert(caret, joined(fresh, 0, fresh.size()));
            list.insert(list.begin() + caret, fresh.begin(), fresh.end());
            caret += static_cast<std::uint32_t>(fresh.size());
        }
        REQUIRE_EQ(rope.length(), list.size());
        if (step % 40 == 0) {
            REQUIRE_EQ(all_of(rope), joined(list, 0, list.size()));
            REQUIRE_EQ(rope.bytes(), joined(list, 0, list.size()).size());
            const auto from = below(list.size() + 1);
            const auto count = below(list.size() - from + 1);
            REQUIRE_EQ(rope.slice(from, count), joined(list, from, count));
            REQUIRE_EQ(rope.to_utf16(from), units_of(list, from));
            REQUIRE_EQ(rope.from_utf16(units_of(list, from)), from);
            REQUIRE_EQ(rope.utf16_length(), units_of(list, list.size()));
        }
    }
    Rope again;
    again.assign(joined(list, 0, list.size()));
    CHECK_EQ(all_of(again), all_of(rope));
    CHECK_EQ(again.length(), rope.length());
}

TEST_CASE("a rope is a list of scalar values") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) check_against_list(seed, seed % 2 == 0, 1200);
}

TEST_CASE("a rope counts UTF-16 units, and a unit inside a pair means its scalar value") {
    Rope rope;
    rope.assign("a😀b");
    CHECK_EQ(rope.utf16_length(), 4);
    CHECK_EQ(rope.to_utf16(2), 3);
    CHECK_EQ(rope.from_utf16(1), 1);
    CHECK_EQ(rope.from_utf16(2), 1);
    CHECK_EQ(rope.from_utf16(3), 2);
    CHECK_EQ(rope.from_utf16(99), 3);
    CHECK_EQ(rope.to_utf16(99), 4);
}

}  // namespace
}  // namespace staffroom
