#pragma once

#include <string>

#include "app/api/said.h"
#include "core/result.h"

namespace staffroom::cli {

// The completion script for bash, zsh or fish, what it explains in the reader's language. Error: malformed (another shell).
Result<std::string> completion_for(const std::string& shell, const api::Said& said);

}  // namespace staffroom::cli
