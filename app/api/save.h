// Saves a file of the library in a folder that a teacher chose.
#pragma once

#include <filesystem>

#include "app/api/steps.h"
#include "app/safe_file.h"
#include "core/files.h"

namespace staffroom::api {

struct Saved {
    bool here = false;  // else part of it has not come yet, and nothing was written
    std::filesystem::path path;
    std::string warning;  // SafeFile::warning()
};
// Needs a folder that outlives it. `before` says what of a greater whole is done, in bytes. Dropped half way it leaves
// nothing in the folder. Errors: as own_file_error(), and FileReader's.
Steps<Saved> save(Desk& desk, SafeFolder& folder, FileRef file, Progress before);

}  // namespace staffroom::api
