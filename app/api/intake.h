// Takes files into the store: one, or all those of a folder at once.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/api/steps.h"
#include "core/files.h"
#include "storage/intakes.h"
#include "storage/replica.h"

namespace staffroom::api {

struct TakenFile {
    FileRef file;
    std::string language;  // guessed (app/file_guess.h)
};

// Is given some files that are durable now, and how far all is.
using EachRun = std::function<Steps<>(std::vector<TakenFile> run, Progress done)>;

// In the order of the paths, of any size. What is small is made durable together, a few megabytes at a time: a folder of
// ten thousand worksheets costs some dozens of transactions, not ten thousand. `before` says what of a greater whole is
// done, in bytes. `called` names the only file in place of its path. `intake` outlives it, until a record refers to the
// files. Errors as FileIntake's, or of `each`, which is not called again then.
Steps<> take_in_runs(Desk& desk, GroupId group, Intakes::Intake& intake, std::vector<std::string> paths, EachRun each,
                     Progress before = {}, std::string called = {});
// The same, all at the end.
Steps<std::vector<FileRef>> take_in(Desk& desk, GroupId group, Intakes::Intake& intake, std::vector<std::string> paths,
                                    Progress before = {}, std::string called = {});

// Whether all of them may be in a record of that owner. Error: refused, when one was erased on purpose.
Result<> check_not_erased(const Replica& replica, const GroupId& group, const PersonId& owner,
                          const std::vector<FileRef>& files);

std::uint64_t bytes_of(const std::vector<std::string>& paths);

}  // namespace staffroom::api
