// How replies look: one JSON document for programs, words for people. Data goes to standard output, talk to standard
// error. Words that colleagues wrote are made safe for the terminal here, and nowhere else.
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

// Prints the reply of a command and gives its exit code. What is not well is said to people in the system's language
// (app/api/said.h), by the catalogues that the profile's folder may have too.
int print(const std::string& command, const api::Reply& reply, bool json, const std::filesystem::path& home = {});

}  // namespace staffroom::cli
