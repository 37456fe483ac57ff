// A version of a text as people copy it from one command into another: the edits that are its heads, joined by dots;
// "empty" for the empty text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace staffroom::api {

std::string version_text(const std::vector<OpRef>& version);
// Sorted. Nothing when it is no version.
std::optional<std::vector<OpRef>> version_from(std::string_view text);

}  // namespace staffroom::api
