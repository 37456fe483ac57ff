// An invitation that travels on a stick: one line of text in DIR/staffroom, or right on it when a browser saved it there.
// It only names whom to meet. Letting somebody in takes a meeting of the two computers; after that a stick is enough.
#pragma once

#include <filesystem>
#include <string>

#include "app/safe_file.h"

namespace staffroom {

// Begins such a file on the stick. Errors: not_found (no such folder: the stick is not in); as own_file_error().
Result<SafeFile> begin_invitation_file(const std::filesystem::path& folder, const std::string& group);
// The same name again is one more file: a stick may carry several. Errors: as own_file_error().
Result<> keep_invitation(SafeFile& file, const std::string& invitation);

// What is in the file, or in the only such file of a folder; whether it is an invitation is for core/members/invite.h.
// Errors: not_found; refused (several, which are named); too_large; as own_file_error().
Result<std::string> read_invitation(const std::filesystem::path& path);

}  // namespace staffroom
