// The log: a small file in the profile's folder for whoever helps a teacher. Never a name, a title, a word or a key.
#pragma once

#include <filesystem>
#include <string_view>

namespace staffroom {

// Two files of at most 256 KiB. Without it, lines go nowhere.
void open_log(const std::filesystem::path& folder);
void log_line(std::string_view line);

}  // namespace staffroom
