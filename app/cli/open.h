// `staffroom open`: the page in the person's browser.
#pragma once

#include "app/cli/parse.h"

namespace staffroom::cli {

// Asks the daemon for a fresh address, and unless only to print gives it to the desktop's own way to open one. That a
// browser really opens nobody can tell, so the address is told too: it is good once, for a minute.
// Error: not_found (there is no daemon; or no page).
api::Reply open_page_of(const Parsed& parsed);

}  // namespace staffroom::cli
