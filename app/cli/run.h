// The command line program.
#pragma once

namespace staffroom::cli {

// Gives the exit code (app's contract: 0 done, 1 failed, 2 usage, 3 no daemon where one is needed, 4 not found, 5
// refused, 6 partly done, 7 busy, 74 storage damaged, 130 interrupted).
int run(int argc, char** argv);

}  // namespace staffroom::cli
