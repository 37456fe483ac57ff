// How replies look: one JSON document for programs, words for people (app/cli/for_people.h).
#pragma once

#include <filesystem>
#include <string>

#include "app/api/verb.h"

namespace staffroom::cli {

int exit_code_of(const Error& error);

// The document `--json` prints, without a line end.
std::string document_of(const api::Reply& reply);
api::Reply reply_of(const std::string& document);

// What ends a command that the teacher stopped.
api::Trouble interrupted();

// Prints the reply of a command and gives its exit code. People read it in the profile's language (app/api/said.h).
int print(const std::string& command, const api::Reply& reply, bool json, const std::filesystem::path& home = {});

}  // namespace staffroom::cli
