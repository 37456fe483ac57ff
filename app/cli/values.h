// What was typed for one option, as the argument that a verb reads. Everything that depends on where the command was
// typed is settled here, for the daemon lives in another folder: paths become absolute, files of words are read.
#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "core/result.h"

namespace staffroom::cli {

// Of this folder, whatever it is called and whether it exists. Error: malformed (nothing typed; a path that counts from
// a folder that is gone).
Result<std::filesystem::path> path_from_here(const std::string& typed);

// `typed` has one entry, or several where the option takes a list. Errors: malformed (empty, no number, out of its
// bounds, not UTF-8, given twice), what own_file_error() says, too_large (a file of words).
Result<boost::json::value> value_of(const Option& option, const std::vector<std::string>& typed);

// What an option stands for that was not given, if anything.
std::optional<Result<boost::json::value>> value_without(const Option& option);

}  // namespace staffroom::cli
