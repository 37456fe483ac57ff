// libFuzzer's door; STAFFROOM_FUZZ names the target. replay_test.cpp does without libFuzzer.
#include <cstring>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto* chosen = [] {
        const char* name = std::getenv("STAFFROOM_FUZZ");
        for (const auto& target : staffroom::fuzz::targets)
            if (name != nullptr && std::strcmp(name, target.name) == 0) return &target;
        std::fprintf(stderr, "Say in STAFFROOM_FUZZ which target.\n");
        std::exit(2);
    }();
    chosen->run({data, size});
    return 0;
}
