// One edit of a collaborative text, stored as it happened: positions in the version it was made on, never identifiers
// of characters. Merging (core/merge/text.h) turns these into the text everybody sees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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

// Scalar values of any one version. A change that would go beyond is out of range.
inline constexpr std::uint32_t max_text_length = 1u << 28;
// Bytes that all edits of one text together may insert: an edit beyond is ignored, so that no number overflows. Nobody
// types that much, and the limits on commits keep the hostile from it.
inline constexpr std::uint32_t max_text_history = 1u << 30;

// What one change may put in: at most limits::insert_bytes of valid UTF-8 without U+0000 and U+000D (imports turn line
// ends into U+000A first).
bool is_insertable(std::string_view inserted);

// Whether the changes, applied in turn, stay inside a text of `length` scalar values and put in what may be put in.
// Together with at most limits::heads_count references in the base this is what makes an edit count.
bool is_applicable(std::span<const TextChange> changes, std::uint32_t length);

}  // namespace staffroom
