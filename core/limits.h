// Every bound of the model, by name. Bytes unless the name says otherwise. Changing one changes which commits are
// valid.
#pragma once

#include <cstddef>
#include <cstdint>

namespace staffroom::limits {

inline constexpr std::size_t commit_bytes = 64 * 1024;  // header, signature and parts together
inline constexpr std::size_t heads_count = 32;          // parents, auth, seen; bases of an edit
inline constexpr std::size_t parts_count = 512;
inline constexpr std::size_t ops_count = 4096;  // in one part
inline constexpr std::size_t replaces_count = 64;

inline constexpr std::size_t name_scalars = 80;  // people, devices
inline constexpr std::size_t name_bytes = 4 * name_scalars;
inline constexpr std::size_t title_scalars = 300;  // also names of groups
inline constexpr std::size_t title_bytes = 4 * title_scalars;
inline constexpr std::size_t insert_bytes = 32 * 1024;
inline constexpr std::size_t tags_count = 32;
inline constexpr std::size_t type_name_bytes = 40;  // record types and fields
inline constexpr std::size_t position_bytes = 64;   // of an ordered element
inline constexpr std::size_t line_scalars = 2'000;  // a field of words that is longer than a title but not a text
inline constexpr std::size_t value_bytes = 4 * line_scalars;
inline constexpr std::size_t link_bytes = 2'000;
inline constexpr std::size_t fixed_count = 16;                   // fixed fields of one record
inline constexpr std::size_t changes_count = 8192;               // in one edit of a text
inline constexpr std::size_t erased_count = 256;                 // records, and files, of one erase
inline constexpr std::size_t set_count = 256;                    // elements that one may add to a set of a record
inline constexpr std::size_t view_count = std::size_t{1} << 24;  // entries of any list inside a derived view

inline constexpr std::size_t founders_count = 5;
inline constexpr std::size_t devices_count = 32;  // of one person
inline constexpr std::size_t invitation_bytes = 512;

inline constexpr std::size_t chunk_bytes = 256 * 1024;
inline constexpr std::size_t small_chunk_bytes = 16 * 1024;  // up to here in LMDB, above as a file
inline constexpr std::uint64_t file_bytes = std::uint64_t{4} << 30;
inline constexpr std::size_t file_chunks_count = file_bytes / chunk_bytes;
inline constexpr std::size_t manifest_chunks_count = 8;  // a manifest of the largest file takes 5
inline constexpr std::size_t file_name_bytes = 255;      // what file systems allow
inline constexpr std::size_t media_type_bytes = 127;

inline constexpr std::size_t waiting_commits = 20'000;  // per group
inline constexpr std::size_t waiting_bytes = std::size_t{64} << 20;
inline constexpr std::size_t waiting_per_author = 2'000;
inline constexpr std::size_t author_rate = 200;     // commits a second over the author's own link
inline constexpr std::size_t author_burst = 5'000;  // commits

}  // namespace staffroom::limits
