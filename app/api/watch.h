// Watched folders: what lies in one becomes a resource a file, and a file that changes becomes the next version of its
// resource. What is deleted in the folder stays in the library.
#pragma once

#include <memory>

#include "app/api/verb.h"

namespace staffroom::api {

// Goes on for as long as the node runs. Folders are looked through every few seconds rather than on the system's word: that
// works on every file system and misses nothing that happened while nobody watched. A file is taken in once two looks in a
// row found it the same, so one that is just being written is left until it is whole.
std::unique_ptr<Errand> watch_folders();

}  // namespace staffroom::api
