// The complete commits of every group: bytes by id, their order, their heads, their parts. Each function works inside
// the transaction that it is given. A commit is in the log only when all its ancestors are (storage/ingest.h sees to
// that).
#pragma once

#include <optional>
#include <vector>

#include "core/commit.h"
#include "core/commit_key.h"
#include "core/ports.h"
#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom::commit_log {

// Adds it with the parts that are here, replaces its parents as heads, and wants the parts that are not here.
// Needs: not in the log; parents and auth in it (or the genesis).
// A commit that lose() took out goes back to its place among its descendants: false when that is in the order (and so
// in the tree) already.
bool append(WriteTxn& txn, keys::GroupNumber group, const Commit& commit,
            const std::vector<std::optional<Bytes>>& parts);

// A part that came later. Needs is_part().
void put_part(WriteTxn& txn, keys::GroupNumber group, const CommitId& commit, std::size_t index, ByteView part);

// The disk spoiled this part: it is wanted again.
void lose_part(WriteTxn& txn, keys::GroupNumber group, const CommitId& commit, std::size_t index);
// The disk spoiled this content commit: it keeps its place, so that its descendants stay complete, and is asked for by
// its id until append() has it again.
void lose(WriteTxn& txn, keys::GroupNumber group, const CommitId& commit);
std::vector<CommitId> lost(ReadTxn& txn, keys::GroupNumber group, std::size_t most);

bool has(ReadTxn& txn, const CommitId& id);
// The id is compared with the bytes: what the disk spoiled is not here, so it is fetched again.
std::optional<Commit> commit(ReadTxn& txn, const CommitId& id);
std::optional<Bytes> part(ReadTxn& txn, const CommitId& id, std::size_t index);
std::optional<CommitFrame> frame(ReadTxn& txn, const CommitId& id);

// What a key of `parts` names; nothing when it is none.
std::optional<PartName> part_name(ByteView key);

// Commits without a child, ascending. Control and content only: nothing comes after a key commit, so they have no
// heads.
std::vector<CommitKey> heads(ReadTxn& txn, keys::GroupNumber group, CommitKind kind);

// In order (depth, id), until `visit` returns false. Cost: linear.
void each(ReadTxn& txn, keys::GroupNumber group, CommitKind kind, const std::function<bool(const CommitKey&)>& visit);
bool has_any(ReadTxn& txn, keys::GroupNumber group, CommitKind kind);

std::vector<PartName> wanted_parts(ReadTxn& txn, keys::GroupNumber group, std::size_t most);

}  // namespace staffroom::commit_log
