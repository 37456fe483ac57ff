// Searching, and keeping the index up to date meanwhile.
#pragma once

#include <memory>

#include "app/api/verb.h"

namespace staffroom::api {

// Goes on for as long as the node runs: takes what changed into the index and has documents read, a little at a time. A
// search does not wait for its turn: it catches up by itself.
std::unique_ptr<Errand> keep_index();

}  // namespace staffroom::api
