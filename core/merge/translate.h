// A person changes what is shown; an edit means positions at a version, with hidden edits counted. Where these are not
// the same text, or a version has too many heads for one base, this finds edits that do what the person meant.
//
// Each character removed, and each place of an insertion (right of a shown character), is expressed on the first of
// these versions in which the character is there: what has nothing hidden in its past, then the heads, 32 at a time,
// then the edit that inserted the character. Removals are exact. An insertion stands right of its character, before or
// after others inserted there that its version does not hold.
#pragma once

#include <span>
#include <vector>

#include "core/merge/branch.h"

namespace staffroom {

struct TranslatedEdit {
    Version base;
    std::vector<TextChange> changes;
};

// `changes` fit a shown text of `length`. O(history + characters removed).
std::vector<TranslatedEdit> translate(const EventLog& log, const Hidden& hidden, const Version& heads,
                                      std::uint32_t length, std::span<const TextChange> changes);

}  // namespace staffroom
