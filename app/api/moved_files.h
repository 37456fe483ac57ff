// A file of a watched folder that has only been given another name, or was moved within the folder: its resource goes along,
// or each time somebody tidies up, all colleagues would have everything twice.
//
// It is told by its content, since a file system says nothing of the kind to whoever was not looking, and not at all where
// the program stood still meanwhile.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/api/steps.h"
#include "app/watched_folders.h"
#include "core/files.h"

namespace staffroom::api {

// Files that are gone, by what was in them.
using MovedFiles = std::multimap<std::vector<ChunkRef>, WatchedFolders::Gone>;

// Those of the given sizes whose name is none of `names`, and whose resource is in the library still. Linear in the folder's
// files. `done` is what is shown meanwhile.
Steps<MovedFiles> look_for_moved(Desk& desk, WatchedFolders::Folder folder, std::vector<std::string> names,
                                 std::set<std::uint64_t> sizes, Progress done);

// When the new file `name` is one of those, it is that one from now on; of several with the same content, the one that was
// seen to be called `was`, else the one that was called the same in another place within the folder. Error: io.
Result<> take_along(Desk& desk, const WatchedFolders::Folder& folder, const std::string& name, const FileRef& file,
                    const std::string& was, MovedFiles& moved);

}  // namespace staffroom::api
