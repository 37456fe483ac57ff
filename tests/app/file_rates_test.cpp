#include "app/file_rates.h"

#include <doctest/doctest.h>

using namespace staffroom;

TEST_CASE("a rate is that of the latest seconds, and none when nothing was measured or long ago") {
    FileRates rates;
    CHECK_EQ(rates.rates(0).in, 0);
    rates.measure(0, 0, 0);
    CHECK_EQ(rates.rates(0).in, 0);
    for (std::uint64_t second = 1; second <= 10; ++second) rates.measure(second * 1'000, second * 50, second * 1'000);
    CHECK_EQ(rates.rates(10'000).in, 1'000);
    CHECK_EQ(rates.rates(10'000).out, 50);
    // It stands still: within a few seconds that shows.
    for (std::uint64_t second = 11; second <= 16; ++second) rates.measure(10'000, 500, second * 1'000);
    CHECK_EQ(rates.rates(16'000).in, 0);
    rates.measure(20'000, 500, 17'000);
    CHECK_GT(rates.rates(17'000).in, 0);
    CHECK_EQ(rates.rates(60'000).in, 0);
}
