// What goes wrong with a stick, in a teacher's words.
#pragma once

#include <filesystem>

#include "core/result.h"

namespace staffroom::courier {

// What a system call failed with. `path` is what it was asked about.
Error stick_error(int error, const std::filesystem::path& path);
// "The stick is full." and what to do.
Error stick_full();

}  // namespace staffroom::courier
