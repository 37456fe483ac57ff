// A teacher's folder as a list of files.
#pragma once

#include <filesystem>
#include <vector>

#include "core/result.h"

namespace staffroom {

// Every plain file below the folder, sorted by path. Hidden files and folders and links are left out: nobody means
// those when they choose a folder. Errors: as own_file_error(), also for a folder inside that may not be read, so that
// nothing is left out in silence.
Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& folder);

}  // namespace staffroom
