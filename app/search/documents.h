// What of a record is searched: its title, all its words, the names of its files, and what narrows a search to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/search/index.h"
#include "core/files.h"
#include "core/records/view.h"

namespace staffroom::search {

struct Described {
    Filters about;             // its type, tags, grades and language; no groups
    std::string title, words;  // a value a line
    std::vector<FileRef> files;
};
// Nothing when the record is not shown: retired, erased, set aside, not readable here.
std::optional<Described> describe(const RecordState& state, const TextOf& text_of);

}  // namespace staffroom::search
