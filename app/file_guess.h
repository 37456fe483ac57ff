// What a file says about itself before a teacher has said anything: what to call it, and the language of plain text.
// Guesses only: a title and a language can be changed like any other.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace staffroom {

// A title out of a file's or a folder's name: one line that is never empty, whatever the name is.
std::string title_of_name(std::string_view name);
// Without its ending: "week 1/plan.txt" -> "plan".
std::string title_of_file(const std::filesystem::path& path);

// "en", "fr", "es", "pt", "sw", "ar" or "hi" when the words of the text say so clearly; else empty.
std::string language_of(std::string_view text);
// The same of how a file begins, if it is plain text or Markdown by its name `called`.
std::string language_of_beginning(ByteView bytes, std::string_view called);
// The same of a file, if it is plain text or Markdown by its name `called`; its beginning is read.
std::string language_of_file(const std::filesystem::path& path, std::string_view called);

}  // namespace staffroom
