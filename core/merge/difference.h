// The difference of two versions of a text, as changes that turn the first into the second: how an edited export comes
// back without overwriting what others wrote meanwhile.
//
// Source: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), first over lines, then over the scalar
// values of lines that were replaced, so that a changed word is a changed word. Least for each step; where a step would
// need more than difference_max insertions and deletions, that stretch is replaced as a whole, which bounds time (N *
// difference_max) and memory (difference_max squared).
#pragma once

#include <string_view>
#include <vector>

#include "core/limits.h"
#include "core/merge/text_edit.h"

namespace staffroom {

inline constexpr std::size_t difference_max = 1'000;

// Needs valid UTF-8. The changes apply in turn, first to last, each next to the result of the one before; insertions
// are at most limits::insert_bytes bytes.
std::vector<TextChange> difference(std::string_view from, std::string_view to);

}  // namespace staffroom
