// Files and folders that are the teacher's own: what is added, saved, written on a stick. What the system says of them
// is no word about the profile (storage/disk.h disk_error() is for that), so none of it is Code::io.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/result.h"

namespace staffroom {

// Bytes. A slow stick would take minutes to sync a large file at its end, so it is synced as often as this.
inline constexpr std::uint64_t synced_together = std::uint64_t{16} << 20;

// `error` (an errno) met while doing something to `path`. Codes: not_found; malformed (a path that cannot be meant:
// a file for a folder, a name that is too long); refused (no right, disk full, what the disk itself reports).
Error own_file_error(int error, const std::filesystem::path& path);

// Every byte of a file or pipe; links are followed, since the teacher named them. Descriptor 0 for standard input is
// read to its end. Errors: as own_file_error(); too_large above `max` bytes.
Result<std::string> read_own_file(const std::filesystem::path& path, std::size_t max);
Result<std::string> read_own_file(int descriptor, const std::filesystem::path& name, std::size_t max);

}  // namespace staffroom
