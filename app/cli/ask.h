// Asking Staffroom for a verb: the daemon if one runs, else this program itself.
#pragma once

#include "app/cli/parse.h"

namespace staffroom::cli {

// Two programs without a daemon take turns, for up to 15 s. The same refusals on both ways.
api::Reply ask(const Parsed& parsed);

// Gives the daemon the passphrase. Needs one that runs.
api::Reply unlock(const Parsed& parsed);

}  // namespace staffroom::cli
