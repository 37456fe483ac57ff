// A teacher's folder as a list of files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace staffroom {

// Every plain file below the folder, sorted by path. Hidden files and folders and links are left out: nobody means
// those when they choose a folder. Errors: as own_file_error(), also for a folder inside that may not be read, so that
// nothing is left out in silence.
Result<std::vector<std::string>> files_below(const std::filesystem::path& folder);
// The same, but for what cannot be taken into a library, which is put beside them with the reason: files and folders that
// may not be read, files above limits::file_bytes.
struct FolderWalk {
    std::vector<std::string> files;
    std::uint64_t bytes = 0;  // of these
    std::vector<Error> left_out;
};
Result<FolderWalk> readable_files_below(const std::filesystem::path& folder);
// How large it is, or why it cannot be taken into a library. Errors: as own_file_error(), too_large.
Result<std::uint64_t> may_be_taken(const std::string& file);

}  // namespace staffroom
