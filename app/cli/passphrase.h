// The passphrase of a profile: from a file, or typed without being shown.
#pragma once

#include <optional>
#include <string>

#include "app/cli/parse.h"

namespace staffroom::cli {

// The file's first line; without a file it is asked on a terminal. Errors: refused (neither is there), what
// own_file_error() says of the file, too_large.
Result<std::string> read_passphrase(const std::optional<std::filesystem::path>& file, const char* prompt);

// The profile's, where it needs one; nothing where it needs none. Errors: as read_passphrase(), as needs_passphrase().
Result<std::optional<std::string>> passphrase_for(const Parsed& parsed);

// For a signal handler: a terminal on which a passphrase is being typed shows again what is typed.
void show_typing();

}  // namespace staffroom::cli
