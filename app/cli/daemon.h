// `staffroom start`: the node in the background.
#pragma once

#include "app/cli/parse.h"

namespace staffroom::cli {

std::filesystem::path door_of(const std::filesystem::path& home);

// Forks, waits until the daemon is ready or has failed, and gives its first answer (`port`). With --foreground: prints
// that answer, then runs until stopped. After the daemon has said that it stops: until it has let go of the profile, a
// few seconds at the most.
void wait_until_closed(const std::filesystem::path& home);
std::optional<api::Reply> start(const Parsed& parsed, const std::optional<std::string>& passphrase);

}  // namespace staffroom::cli
