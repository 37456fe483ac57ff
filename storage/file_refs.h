// Which records hold which files, which chunks those are made of, and of which some are still to come
// (storage/wanted_chunks.h). Each function works inside the transaction that it is given.
//
// A reference names the chunks of a manifest; the manifest names the chunks of the file. So a file becomes known in two
// steps: refer() uses and wants the manifest's chunks, and when the last of them is here they are opened and the file's
// own chunks are used and wanted (unfolded). While the profile is locked nothing can be opened: what arrives then is
// unfolded by unfold_pending() after the unlock.
// A chunk is used by (group, record) pairs. It is served to members of those groups only, and goes with its last user.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "storage/chunks.h"
#include "storage/keys.h"

namespace staffroom::file_refs {

// Whether a file's chunks are fetched unasked (the group's policy), or only after fetch().
enum class Fetch : std::uint8_t { now, on_demand };

// Again for the same file and record: no change, except that `now` wins.
void refer(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const RecordId& record, const FileRef& file,
           Fetch fetch);
// The files that a record names or has named, and the records that name this one.
std::vector<FileRef> files_of(ReadTxn& txn, keys::GroupNumber group, const RecordId& record);
std::vector<std::pair<RecordId, FileRef>> holders_of(ReadTxn& txn, keys::GroupNumber group, const ChunkId& manifest);
// For this record it is fetched no more unasked; what is here stays, and other records still want what they want.
void hold_back(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const RecordId& record,
               const FileRef& file);
// Wants what is missing of a file, whatever the policy.
void fetch(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const ChunkId& manifest);

// How this file is fetched for this record; nothing when it was never named.
std::optional<Fetch> fetch_of(ReadTxn& txn, keys::GroupNumber group, const RecordId& record, const FileRef& file);
// Decides anew for every file of a group: wants what is to be fetched now and nothing else. Linear in its files.
void choose(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group,
            const std::function<Fetch(const RecordId&, const FileRef&)>& decide);
// A file's content goes, its manifest stays, so that it can be listed and fetched again. Chunks that anything else uses
// stay too. Returns those whose rows are gone; their files go by Chunks::remove_files() after the transaction.
std::vector<ChunkId> drop_content(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const FileRef& file);

// These chunks have been entered: they are wanted no more, and files whose manifest is complete now are unfolded.
void arrived(WriteTxn& txn, const Chunks& chunks, const std::vector<ChunkId>& ids, bool is_locked);
// After unlocking. Linear in the files that wait for it.
void unfold_pending(WriteTxn& txn, const Chunks& chunks);

// The record holds no file any more, or no longer the one with that manifest. Returns the chunks that nobody uses now:
// their rows are gone, their files go by Chunks::remove_files() after the transaction.
std::vector<ChunkId> forget(WriteTxn& txn, keys::GroupNumber group, const RecordId& record);
std::vector<ChunkId> forget_file(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const RecordId& record,
                                 const ChunkId& manifest);

// A chunk whose bytes are not its own any more: it is wanted again by all who use it.
void lost(WriteTxn& txn, const ChunkId& id);

// Forgets which chunks are still to come, before all references are made anew.
void forget_wants(WriteTxn& txn);

std::vector<keys::GroupNumber> groups_of(ReadTxn& txn, const ChunkId& id);
// Chunks that are here and that nothing refers to. Linear in the chunks.
std::vector<ChunkId> unused(ReadTxn& txn);

// What is here of a group's files and manifests, each chunk once. Linear in its chunks.
ChunkTotals held_of(ReadTxn& txn, keys::GroupNumber group);

// How much of a file is here: `chunks_total` is what its size says, known before its manifest is.
struct Presence {
    std::uint64_t chunks_here = 0;
    std::uint64_t chunks_total = 0;
    bool manifest_here = false;
    bool is_whole() const { return manifest_here && chunks_here == chunks_total; }
};
Presence presence(ReadTxn& txn, const Chunks& chunks, const FileRef& file);

// The manifest of a file. Errors: not_found while part of it is missing; malformed when its author made it so; io.
Result<Manifest> manifest_of(ReadTxn& txn, const Chunks& chunks, const FileRef& file);

}  // namespace staffroom::file_refs
