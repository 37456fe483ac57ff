// What `staffroom help` says: every command in one list, or one command with its options.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace staffroom::cli {

// Every command with one line about it.
std::string help_for_all();

struct Command;
// "staffroom note new GROUP --title WORDS [options]"
std::string usage_of(const Command& command);

// The commands whose words begin with these ("note", "note new"), with their options; empty when there is none.
std::string help_for(const std::vector<std::string>& words);

}  // namespace staffroom::cli
