// Takes files into the store: one, or all those of a folder at once.
#pragma once

#include <string>
#include <vector>

#include "app/api/verb.h"
#include "core/files.h"

namespace staffroom::api {

// Any size. Errors as FileIntake's.
Result<FileRef> take_in(Desk& desk, const GroupId& group, const std::string& path);

// In the order of the paths. What is small is made durable together, a few megabytes at a time: a folder of ten
// thousand worksheets costs some dozens of transactions, not ten thousand. Errors as FileIntake's; what was taken in
// before one stays, and nothing refers to it.
Result<std::vector<FileRef>> take_in_all(Desk& desk, const GroupId& group, const std::vector<std::string>& paths);

}  // namespace staffroom::api
