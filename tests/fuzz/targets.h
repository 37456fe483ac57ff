// What is fuzzed: any bytes go in; a law that is broken, or a sanitizer, stops the program. tests/fuzz/run.sh looks for new
// inputs with libFuzzer; those it kept lie in tests/fuzz/corpus, and the test command replays them.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "core/bytes.h"

namespace staffroom::fuzz {

// Bytes from a colleague, a stick or the disk: the first byte chooses the decoder. What it takes encodes to the same bytes.
void decoders(ByteView input);
// Edits of a text by three writers: out of range, overlapping, empty, of bytes that are no text, hidden, in two orders of
// arrival. The text agrees with its naive twin (tests/naive_text.h) after each.
void text(ByteView input);
// A stored text whose checksum is right and whose history may be anything.
void snapshot(ByteView input);

inline void law(bool kept, const char* words) {
    if (kept) return;
    std::fprintf(stderr, "broken: %s\n", words);
    std::abort();
}

struct Target {
    const char* name;
    void (*run)(ByteView);
};
inline constexpr Target targets[] = {{"decoders", decoders}, {"text", text}, {"snapshot", snapshot}};

}  // namespace staffroom::fuzz
