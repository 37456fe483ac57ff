#pragma once

#include <string>

#include "core/result.h"

namespace staffroom::cli {

// The completion script for bash, zsh or fish. Error: malformed (another shell).
Result<std::string> completion_for(const std::string& shell);

}  // namespace staffroom::cli
