// `note edit` without a file: the note's words in the teacher's own editor.
#pragma once

#include <functional>

#include "app/cli/parse.h"

namespace staffroom::cli {

int edit_note(const Parsed& parsed, const std::function<api::Reply(const Parsed&)>& ask);

}  // namespace staffroom::cli
