#pragma once

#include <string>

namespace staffroom::cli {

// Prints the completion script for bash, zsh or fish. Exit code 2 for another shell.
int print_completion(const std::string& shell);

}  // namespace staffroom::cli
