// Which chunks are still to come, group by group, in the order of fetching: those of the smallest files first. Each
// function works inside the transaction that it is given.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "storage/chunks.h"
#include "storage/keys.h"

namespace staffroom::wanted_chunks {

// `size`: bytes before it was sealed; `file_size`: of the file that it belongs to, 0 when that is not known. Nothing
// changes when the chunk is here or wanted for the group.
void add(WriteTxn& txn, keys::GroupNumber group, const ChunkId& chunk, std::uint64_t file_size, std::size_t size);
// For no group any more, or not for that one.
void remove(WriteTxn& txn, const ChunkId& chunk, std::optional<keys::GroupNumber> only_for = std::nullopt);
// Linear in what the group wants.
void remove_all_of(WriteTxn& txn, keys::GroupNumber group);
void forget(WriteTxn& txn);

struct Wanted {
    ChunkId id;
    keys::GroupNumber group = 0;
    std::uint32_t size = 0;  // bytes, sealed
};

// Which files larger than a chunk have room on the disk, by their size: files of exactly the same size count as one.
struct Fit {
    std::set<std::uint64_t> fitting, too_large;
    std::uint64_t lacking = 0;  // bytes of the chunks that are missing of those that are too large
    std::uint64_t on_disk = 0;  // what all that is missing of both would take
};
// The smallest first, each fits whose missing chunks all find room in what those before it leave of `room` bytes: so none
// is begun that cannot end. Smaller files than that come first, and as long as the disk takes anything. Linear in what is
// wanted of large files.
Fit fit_into(ReadTxn& txn, std::uint64_t room);
// Whether a file that wants it fits, or none wants it. Nothing: they are wanted since.
std::optional<bool> fits(ReadTxn& txn, const ChunkId& chunk, const Fit& fit);

// At most `most` in all, those of the smallest files first, without those of files that are too large.
std::vector<Wanted> first(ReadTxn& txn, std::size_t most, const Fit& fit = {});

// Linear in what is wanted.
ChunkTotals totals(ReadTxn& txn, keys::GroupNumber group);

// Whether a row of `wants` about chunks has the one that belongs to it. For storage/doctor.h.
bool is_right(ReadTxn& txn, ByteView key);

}  // namespace staffroom::wanted_chunks
