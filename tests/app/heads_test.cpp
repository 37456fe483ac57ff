#include "app/cli/heads.h"

#include <doctest/doctest.h>

using namespace staffroom::cli;

TEST_CASE("a person reads what teachers call a thing, not what programs do") {
    CHECK_EQ(head_of("created_ms"), "made");
    CHECK_EQ(head_of("commits"), "changes");
    CHECK_EQ(head_of("title"), "title");
    CHECK_EQ(word_of("kind", "plc"), "learning community");
    CHECK_EQ(word_of("role", "member"), "member");
    CHECK_FALSE(word_of("name", "plc"));  // a colleague's own words stay as they are
}

TEST_CASE("sizes and times are written for people, counts stay counts") {
    CHECK_EQ(measure_of("bytes", 0), "0 B");
    CHECK_EQ(measure_of("bytes", 999), "999 B");
    CHECK_EQ(measure_of("free", 77'576'785'920), "77.6 GB");
    CHECK_EQ(measure_of("memory", 123'456'789), "123 MB");
    CHECK_EQ(measure_of("uptime_s", 7'509), "2:05:09");
    CHECK_FALSE(measure_of("members", 3));
    CHECK_FALSE(measure_of("here", true));
}
