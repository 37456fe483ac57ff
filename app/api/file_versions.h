// The versions of a resource's files: who put each in, when, and which are in it now. A new version takes the place of
// those that its writer saw, so of two that were written apart both stay until somebody chooses; they are told apart by who
// and when, never by another name.
#pragma once

#include <string>
#include <vector>

#include "app/api/args.h"
#include "core/files.h"
#include "core/records/view.h"

namespace staffroom::api {

// The one that `args` names. Errors: those of find_record().
Result<FoundRecord> find_resource(Desk& desk, const Json& args);

struct FileVersion {
    FileRef file;
    PersonId by;
    std::uint64_t wall_ms = 0;  // by the clock of who put it in: shown, never believed
    bool current = true;        // false: another took its place

    std::string id() const;
};

// Those in it now, in the order of its files.
std::vector<FileVersion> current_versions(const RecordView& view);
// And behind them those that were in it, the latest first, each once; without erased ones.
std::vector<FileVersion> all_versions(Desk& desk, const FoundRecord& found);
// By the beginning of its id. Errors: not_found, refused (ambiguous).
Result<FileVersion> find_version(const std::vector<FileVersion>& versions, const std::string& named);
// Whether somebody put another file of its name into it at another time, and both are in it now.
bool has_other_version(const std::vector<FileVersion>& current, const FileVersion& version);
// "Birk Ström, 2026-11-27 10.04.05", for a folder's name.
std::string who_and_when(Desk& desk, const GroupId& group, const FileVersion& version);

// All of it.
bool is_here(Desk& desk, const FileRef& file);
// Who has it, as far as is known here: who put it in, unless they keep only some of the files, and those whose computer has
// said that it lacks nothing of the group.
std::vector<std::string> who_has(Desk& desk, const GroupId& group, const FileVersion& version);
// {name, size, media_type, here, version, by, when}.
Json described(Desk& desk, const GroupId& group, const FileVersion& version);
// And `with` when it is not here: who has it. Not for long lists.
Json described_closely(Desk& desk, const GroupId& group, const FileVersion& version);

}  // namespace staffroom::api
