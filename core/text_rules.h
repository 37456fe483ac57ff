// What words from outside may do to a screen, a terminal or a folder: nothing. The only door to utf8proc.
//
// A name that a colleague gave is a label. It is kept as given and made safe where it is shown or becomes a file.
#pragma once

#include <string>
#include <string_view>

namespace staffroom {

// Unicode normalization form C; the same words when they are not valid UTF-8.
std::string to_nfc(std::string_view words);

// A file's name as words: itself when it is valid UTF-8; else, as older systems wrote names, each byte a letter of
// Latin-1.
std::string name_as_words(std::string_view name);

// For a screen or a terminal: line ends and tabs become spaces; other control characters, terminal escapes and
// characters that change the direction of what follows are dropped; at most `scalars_max` scalar values, then "…".
std::string shown_name(std::string_view words, std::size_t scalars_max = 80);

// For a terminal, many lines: as shown_name, with line ends and tabs kept and no bound.
std::string shown_text(std::string_view words);

// How many columns of a terminal they take: none for a combining mark, two for a wide character.
std::size_t columns_of(std::string_view words);

// A name for a file on any system (safety.md "Names from outside"): NFC; no control or direction characters; none of
// / \ : * ? " < > |; no leading dots, no trailing dot or space; no Windows device name; at most 120 bytes, with its
// ending kept; "file" when nothing is left.
std::string safe_file_name(std::string_view label);
// "plan.pdf", 2 -> "plan (2).pdf", within the same bound.
std::string numbered_file_name(const std::string& safe, unsigned number);

// How a letter counts when people look for words. What a search looks for and what it looks through are both read this
// way, so that a word is found however it was typed: in capitals or small; with or without accents, harakat, tatweel or
// nukta; with any form of alef, ya and ta marbuta; with the hooked letters of African languages or the plain ones that
// every keyboard has; with any digits. Signs that make another word stay: vowel signs and virama of Indic scripts, kana's
// voicing marks, Thai vowels.
enum class LetterKind : unsigned char {
    separator,
    letter,
    mark,   // goes on with the word before it, in any script
    alone,  // a word by itself: of a script that writes without spaces, so that a phrase finds any part of it
};
struct SearchLetter {
    LetterKind kind = LetterKind::separator;
    std::string folded = {};  // UTF-8; may be empty
};
SearchLetter search_letter(char32_t scalar);

// Whether opening a file of that name would run a program or macros: the teacher is warned.
bool may_run_when_opened(std::string_view name);

}  // namespace staffroom
