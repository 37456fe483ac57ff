// What the command line does with a profile as a whole, whether a daemon runs or not.
#pragma once

#include "app/cli/parse.h"

namespace staffroom::cli {

api::Reply init(const Parsed& parsed);
api::Reply restore(const Parsed& parsed);
// What holds the keys is replaced whole: a running daemon has them already and goes on.
api::Reply change_passphrase_here(const Parsed& parsed);

}  // namespace staffroom::cli
