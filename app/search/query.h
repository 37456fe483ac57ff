// What a teacher types into the search: words that must all be there; a word with * at its end stands for all that begin
// so; "words in quotation marks" stand together in this order. What is typed without a space but is several words
// (2025-03-09, l'eau, 学校) is such a phrase too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace staffroom::search {

struct Term {
    std::vector<std::string> words;  // folded, in a row
    bool begins = false;             // the last of them is only a beginning
    bool operator==(const Term&) const = default;
};
using Query = std::vector<Term>;

// Errors: malformed (no word in it, or * after a single letter), too_large (above 1,000 bytes).
Result<Query> parse_query(std::string_view typed);

// In the language of the index.
std::string expression_of(const Query& query);

// The stretch of `text` that shows most of the query: about `letters` of it, on one line, cut between words, with "…"
// where it was cut. Its beginning when nothing is found. Looks no further than `text` goes until all terms have shown.
std::string snippet_of(std::string_view text, const Query& query, std::size_t letters = 120);

}  // namespace staffroom::search
