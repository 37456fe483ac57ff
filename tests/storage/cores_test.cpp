#include "storage/cores.h"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

using namespace staffroom;

TEST_CASE("what all cores make is made once each, and used in order by whoever asked, once it is there") {
    for (const std::size_t count : {0, 1, 31, 32, 33, 127, 5'000}) {
        CAPTURE(count);
        std::vector<std::atomic<unsigned>> made(count);
        std::size_t used = 0;
        bool in_order = true;
        make_on_all_cores(
            64, count, [&](std::size_t i) { ++made[i]; },
            [&](std::size_t i) {
                in_order &= i == used && made[i] == 1;
                ++used;
            });
        CHECK(in_order);
        CHECK(used == count);
        std::vector<std::atomic<unsigned>> done(count);
        on_all_cores(64, count, [&](std::size_t i) { ++done[i]; });
        for (const auto& times : done) CHECK(times == 1);
    }
}
