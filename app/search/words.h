// Words as the search knows them: runs of letters, digits and marks, each letter folded (core/text_rules.h). In scripts
// that write without spaces every letter is a word, so that any part of a line is found as a phrase.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace staffroom::search {

// A longer word counts by its beginning.
inline constexpr std::size_t word_bytes_max = 64;

struct Word {
    std::size_t begin = 0, end = 0;  // where it stands, in bytes
    std::string_view folded;         // never empty; lives during the visit
};

// Until `visit` returns false. What is not UTF-8 separates. One thread. About 4 ns a byte.
void each_word(std::string_view text, const std::function<bool(const Word&)>& visit);

// The words one after the other with a space between them, as they are indexed.
std::string folded(std::string_view text);

}  // namespace staffroom::search
