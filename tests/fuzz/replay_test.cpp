// The inputs that fuzzing found worth keeping, without a fuzzer.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "tests/fuzz/targets.h"

namespace staffroom::fuzz {
namespace {

TEST_CASE("whatever bytes come, decoders and texts keep their laws: the inputs that fuzzing found") {
    for (const auto& target : targets) {
        std::ifstream corpus(std::string(STAFFROOM_SOURCES "/tests/fuzz/corpus/") + target.name + ".hex");
        std::size_t inputs = 0;
        for (std::string line; std::getline(corpus, line); ++inputs) {
            const auto bytes = from_hex(line);
            REQUIRE_MESSAGE(bytes.has_value(), target.name, " line ", inputs + 1);
            target.run(*bytes);
        }
        CHECK_MESSAGE(inputs > 20, target.name);
    }
}

}  // namespace
}  // namespace staffroom::fuzz
