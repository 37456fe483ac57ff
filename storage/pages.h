// Reads LMDB's data file without LMDB, so that a damaged one can be judged and saved from without trusting it: LMDB
// follows page numbers and offsets unchecked and reads past the end of a file that was cut.
//
// The layout is LMDB 0.9's (data version 1), in the machine's own byte order and word size (64-bit only):
//   page   := number u64 | pad u16 | flags u16 | lower u16 | upper u16 (for overflow: count u32) | offsets u16 each |
//   nodes meta   (pages 0 and 1; the greater transaction counts) := magic | version | ... | two tables | last page |
//   transaction table  := pad u32 | flags u16 | depth u16 | branch, leaf, overflow pages u64 each | entries u64 | root
//   u64 node   := low u16 | high u16 | flags u16 | key size u16 | key | value, or the number of its first overflow page
// Every number is checked against the page and the file before it is used; a page is visited at most once.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace staffroom::pages {

// Whether every page that the file refers to is in it. Usually two reads: the last page ever used against the file's
// size. A file may rightly be shorter (pages that were freed before they were written), so a short one is walked.
// Ok when there is no file. Error: io.
Result<> check_length(const std::filesystem::path& file);

struct Survey {
    std::uint64_t good_pages = 0;
    std::uint64_t bad_pages = 0;  // not readable as what they are referred to as
    std::uint64_t entries = 0;
    std::uint64_t entries_missing = 0;    // counted in a table's description, but not found (or found uncounted)
    std::uint64_t entries_misplaced = 0;  // not after the key before it
    bool is_sound() const { return bad_pages == 0 && entries_missing == 0 && entries_misplaced == 0; }
};

// Calls `visit` for every entry of every named table that can still be reached. Views live during the call.
// Error: io when neither meta page can be read.
using Visit = std::function<void(std::string_view table, ByteView key, ByteView value)>;
Result<Survey> walk(const std::filesystem::path& file, const Visit& visit);

// Calls `visit` for every entry on every page that looks like a leaf, reachable or not, old or new, without saying of
// which table. For what is authenticated by itself and never changes under its key.
using VisitLeaf = std::function<void(ByteView key, ByteView value)>;
Result<> scavenge(const std::filesystem::path& file, const VisitLeaf& visit);

}  // namespace staffroom::pages
