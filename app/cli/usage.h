// What is wrong with what was typed, in our own words: it names the word and offers the nearest command.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/commands.h"
#include "core/result.h"

namespace staffroom::cli {

// The words that stand for a command but are none: none at all, an unknown one, or the first of two.
Error no_such_command(const std::vector<std::string>& words);

// A word or an option that this command does not take.
Error superfluous(const Command& command, const std::string& word);

// Something that this command needs.
Error missing(const Command& command, const Option& option);

Error given_twice(std::string_view option);

// An option without its value, or a flag with one.
Error wrong_value(const std::string& option);

}  // namespace staffroom::cli
