// A version of a text as people copy it from one command into another: the edits that are its heads, joined by dots;
// "empty" for the empty text. Of each edit the first six letters are enough where they name one commit's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/merge/text.h"

namespace staffroom::api {

std::string version_text(const std::vector<OpRef>& version);
// Spelled out whole, whether here or not. Sorted. Nothing when it is no version.
std::optional<std::vector<OpRef>> version_from(std::string_view text);
// Sorted. Letters that name several edits of one commit mean the last of these. O(history) unless all is spelled out.
// Errors: not_found (no such version here, or no version at all), refused (the letters name edits of several commits).
Result<std::vector<OpRef>> find_version(const Text& text, std::string_view named);

}  // namespace staffroom::api
