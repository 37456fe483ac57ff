// A group as a folder of plain files, and back.
//
//   notes/TITLE.md         front matter (id, title, tags), then the note's words
//   records/TYPE/TITLE.md  front matter with every field that is not a text, then each text under its own heading
//   files/NAME             every file of the library that is here
//
// A note that was exported, edited and is imported again becomes the least difference to the version that was exported
// (in its front matter), so what others wrote since stays and two people who edited their own copies merge finely; one
// whose version was taken out of it, to what the note says now. A markdown file without an id becomes a new note; any other file
// becomes a resource.
#pragma once

#include <filesystem>

#include "app/api/steps.h"
#include "core/ids.h"

namespace staffroom::api {

struct Exported {
    std::uint64_t notes = 0, records = 0, files = 0;
    boost::json::array missing;  // names of files that are not on this computer yet
};
// Never overwrites: names that are taken get " (2)". Errors: io, refused (not a folder).
Steps<Exported> export_markdown(Desk& desk, GroupId group, std::filesystem::path folder);

struct Imported {
    std::uint64_t notes = 0, changed = 0, files = 0;  // made, changed, made
};
// Errors: not_found (the folder; a version that is not here), malformed (not UTF-8), and those of writing. What came
// before a file that fails is in.
Steps<Imported> import_markdown(Desk& desk, GroupId group, std::filesystem::path folder);

}  // namespace staffroom::api
