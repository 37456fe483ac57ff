// A recovery sheet as a page of plain text: for a printer, or a pencil.
#pragma once

#include <optional>
#include <string>

#include "app/api/verb.h"

namespace staffroom::cli {

// The words numbered, what to do with them, and the same line as a picture, if it is to be printed.
std::string sheet_page(const std::string& name, const std::string& words, bool with_picture);

// Writes the page into a new file (mode 0600) and tells its path in place of the words. Without a path the reply stays.
api::Reply sheet_in_file(api::Reply reply, const std::optional<std::string>& path);

}  // namespace staffroom::cli
