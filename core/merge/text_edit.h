// One edit of a collaborative text, stored as it happened: positions in the version it was made on, never identifiers
// of characters. Merging (core/merge/text.h) turns these into the text everybody sees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.h"

namespace staffroom {

// At `position`, remove `deleted` and put `inserted` (UTF-8) in their place. Positions and counts are in Unicode scalar
// values, so that every language's program counts alike. The changes of one edit apply in turn: the first to the
// edit's base, each next to the result of the one before.
struct TextChange {
    std::uint32_t position = 0;
    std::uint32_t deleted = 0;
    std::string inserted;

    bool operator==(const TextChange&) const = default;
};

// Who typed: decides ties between insertions at the same place, before the edit's id. A run is one writer that never
// forked, so what one person typed in a row stays together.
struct TextAuthor {
    DeviceId device;
    RunId run;

    auto operator<=>(const TextAuthor&) const = default;
};

struct TextEdit {
    OpRef id;
    TextAuthor author;
    std::vector<OpRef> base;  // the version it was made on: all edits reachable from these; empty = the empty text
    std::vector<TextChange> changes;

    bool operator==(const TextEdit&) const = default;
};

// What a person's change becomes before it has an id: to be committed, then given to Text::add.
struct TextDraft {
    std::vector<OpRef> base;
    std::vector<TextChange> changes;

    bool operator==(const TextDraft&) const = default;
};

inline constexpr std::size_t max_text_base = 32;            // references of one base
inline constexpr std::size_t max_text_insert = 32 * 1024;   // bytes put in by one change
inline constexpr std::uint32_t max_text_length = 1u << 28;  // scalar values of one version

// Whether the edit can be taken at all, whatever it is based on: at most max_text_base references, every insertion at
// most max_text_insert bytes of valid UTF-8 without U+0000 and U+000D (imports turn line ends into U+000A first).
bool well_formed(const TextEdit& edit);

}  // namespace staffroom
