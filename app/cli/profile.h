// What the command line does with a profile as a whole, whether a daemon runs or not.
#pragma once

#include <optional>

#include "app/cli/parse.h"

namespace staffroom::cli {

// What to call this computer where nobody says.
std::string computer_name();
api::Reply init(const Parsed& parsed);
// For `device link CODE` and `recovery help` where there is no profile yet: a new computer begins as nobody's, and is
// somebody's once it is linked. Nothing is made when what was typed is none.
std::optional<Error> prepare_new_computer(const Parsed& parsed);
api::Reply restore(const Parsed& parsed);
// What holds the keys is replaced whole: a running daemon has them already and goes on.
api::Reply change_passphrase_here(const Parsed& parsed);

}  // namespace staffroom::cli
