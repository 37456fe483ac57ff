// Takes many files into the store at once: those of a folder.
#pragma once

#include <string>
#include <vector>

#include "app/api/verb.h"
#include "core/files.h"

namespace staffroom::api {

// In the order of the paths. What is small is made durable together, a few megabytes at a time: a folder of ten
// thousand worksheets costs some dozens of transactions, not ten thousand. Errors as FileIntake's; what was taken in
// before one stays, and nothing refers to it.
Result<std::vector<FileRef>> take_in_all(Desk& desk, const GroupId& group, const std::vector<std::string>& paths);

}  // namespace staffroom::api
