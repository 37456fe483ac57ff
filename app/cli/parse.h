// From words typed in a terminal to a request.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "app/api/verb.h"

namespace staffroom::cli {

struct Parsed {
    std::string command;  // its words
    api::Json args;
    std::filesystem::path home;
    bool json = false;
    std::optional<std::filesystem::path> passphrase_file;
};

// What to say when there is nothing to do: help, or what is wrong with what was typed.
struct Told {
    std::string help;
    std::optional<Error> wrong;
    bool json = false;
    std::filesystem::path home = {};  // whose language it is said in
};

std::variant<Parsed, Told> parse(int argc, const char* const* argv);

}  // namespace staffroom::cli
