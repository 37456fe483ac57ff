#include "app/cli/progress_bar.h"

#include <doctest/doctest.h>

using namespace staffroom;
using cli::progress_line;

TEST_CASE("a bar says how much, how fast and for how long") {
    CHECK(progress_line("resource add", {"bytes", 512'000'000, 1'024'000'000}, 12'000) ==
          "resource add  [##########----------]  50 %  512 of 1024 MB  42 MB/s  0:12 left");
    CHECK(progress_line("verify", {"values", 3'000, 4'000}, 9'000) ==
          "verify  [###############-----]  75 %  0:03 left");
}

TEST_CASE("where nobody knows the whole, it says what was done and for how long") {
    CHECK(progress_line("carry", {"bytes", 5'000'000, 0}, 61'000) == "carry  5000 kB  81 kB/s  1:01");
    CHECK(progress_line("join", {}, 2'000) == "join  0:02");
}

TEST_CASE("a bar is never longer than its line, nor fuller than full") {
    CHECK(progress_line("x", {"things", 7, 5}, 4'000'000) == "x  [####################]  100 %  0:00 left");
    CHECK(progress_line(std::string(200, 'x'), {"bytes", 1, 2}, 1).size() == 79);
    CHECK(progress_line("x", {"bytes", 1, ~std::uint64_t{0}}, 1'000).size() <= 79);
}
