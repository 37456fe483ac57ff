#pragma once

#include <optional>
#include <string>

#include "app/cli/parse.h"

namespace staffroom::cli {

// `staffroom repair` without a daemon, on a profile that may not even open.
api::Reply repair_here(const Parsed& parsed, const std::optional<std::string>& passphrase);

}  // namespace staffroom::cli
