// Every command as one table: its words, its options, the verb behind it. The command line is built from it, and so are
// the completions. Help speaks the teachers' words.
#pragma once

#include <span>
#include <string_view>

#include "app/api/args.h"

namespace staffroom::cli {

enum class Takes {
    text,
    list,  // may be given several times
    number,
    flag,
    fields,      // likewise, FIELD=VALUE: what is a file in the schema is a path
    path,        // made absolute, since the daemon has a folder of its own
    folder,      // likewise; without it, the folder in which the command is typed
    source,      // a path, or a web address as it is
    invitation,  // its text, or the file or the stick that it is on: its words are sent
    file_text,   // a file, or - for standard input: its words are sent
};

struct Option {
    std::string_view name;  // "--title", or "GROUP" for one that stands by its place
    std::string_view key;   // of the verb's argument
    Takes takes = Takes::text;
    bool required = false;
    std::string_view about = {};
    api::Bounds bounds = {};   // of a number
    bool never_empty = false;  // may be left out, but not given empty
};

struct Command {
    std::string_view words;  // "note new"
    std::string_view about;
    std::span<const Option> options = {};
};

std::span<const Command> commands();

}  // namespace staffroom::cli
