// The complete commits of every group: each with the parts that came with it as one value, in the order of group, kind,
// depth and id; where an id lies in that order; heads; wants. Each function works inside the transaction that it is
// given. A commit is in the log only when all its ancestors are (storage/ingest.h sees to that).
//
// Commits mostly come in their order, so they are written side by side at the end of what is there, and one value costs
// one seal. A part that comes later lies beside, in `late_parts`. A row does not repeat the group's id, which is told
// by the group's number: it is put back before anything is checked, so a commit that is read is the bytes that came.
#pragma once

#include <optional>
#include <vector>

#include "core/commit.h"
#include "core/commit_key.h"
#include "core/ports.h"
#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom::commit_log {

using keys::GroupNumber;
using keys::LocalGroup;
using Parts = std::vector<std::optional<Bytes>>;

// Adds it with the parts that are here, replaces its parents as heads, and wants the parts that are not here.
// Needs: not in the log; parents and auth in it (or the genesis).
// A commit that lose() took out goes back to its place among its descendants: false when that is in the order (and so
// in the tree) already.
bool append(WriteTxn& txn, GroupNumber group, const Commit& commit, const Parts& parts);

// A part that came later. Needs is_part().
void put_part(WriteTxn& txn, GroupNumber group, const CommitId& commit, std::size_t index, ByteView part);
bool is_wanted(ReadTxn& txn, GroupNumber group, const CommitId& commit, std::size_t index);

// The disk spoiled this late part, or it was erased without effect: it is wanted again.
void lose_part(WriteTxn& txn, GroupNumber group, const CommitId& commit, std::size_t index);
// The disk spoiled this content commit: it keeps its place, so that its descendants stay complete, and is asked for by
// its id until append() has it again.
void lose(WriteTxn& txn, GroupNumber group, const CommitId& commit);
std::vector<CommitId> lost(ReadTxn& txn, GroupNumber group, std::size_t most);

// Where a commit lies. One that is lost keeps its place.
struct Place {
    CommitKind kind = CommitKind::content;
    CommitKey key;
};
std::optional<Place> find(ReadTxn& txn, GroupNumber group, const CommitId& id);

// In its place and not lost. The second form does not search.
bool has(ReadTxn& txn, GroupNumber group, const CommitId& id);
bool has(ReadTxn& txn, GroupNumber group, const Place& place);

// A commit with those of its parts that are here.
struct Kept {
    Commit commit;
    Parts parts;
};
// The id is compared with the bytes: what the disk spoiled is not here, so it is fetched again.
std::optional<Kept> read(ReadTxn& txn, const LocalGroup& group, const Place& place);
std::optional<Kept> read(ReadTxn& txn, const LocalGroup& group, const CommitId& id);
// As it travels: with those parts only that are the commit's.
std::optional<CommitFrame> frame(ReadTxn& txn, const LocalGroup& group, const CommitId& id);

// Erased: not here and not wanted. What is left of the commit stays as it came.
void drop_part(WriteTxn& txn, const LocalGroup& group, const Place& place, std::size_t index);
void forget_want(WriteTxn& txn, GroupNumber group, const CommitId& commit, std::size_t index);

// The value of a row, without the parts that are beside it. Nothing when it is not the commit of that place.
std::optional<Kept> read_row(const LocalGroup& group, const Place& place, ByteView value);
Bytes row_of(const Commit& commit, const Parts& parts);
// What a key of `log` names; nothing when it is none.
std::optional<std::pair<GroupNumber, Place>> place_named(ByteView key);
// What a key of `late_parts` names; nothing when it is none.
std::optional<PartName> part_name(ByteView key);

// Commits without a child, ascending. Control and content only: nothing comes after a key commit, so they have no
// heads.
std::vector<CommitKey> heads(ReadTxn& txn, GroupNumber group, CommitKind kind);

// In order (depth, id), until `visit` returns false. Cost: linear.
void each(ReadTxn& txn, GroupNumber group, CommitKind kind, const std::function<bool(const CommitKey&)>& visit);
bool has_any(ReadTxn& txn, GroupNumber group, CommitKind kind);

// Before every missing part is wanted anew.
void forget_wants(WriteTxn& txn);
std::vector<PartName> wanted_parts(ReadTxn& txn, GroupNumber group, std::size_t most);

}  // namespace staffroom::commit_log
