// Honest deletion. Somebody asks in the log for a record to be erased (EraseOp). It is hidden at once; its parts go from
// this disk at once when it is one's own, else after seven days of running, so that an erasure made by mistake or out
// of spite can be undone by cutting whoever made it. Headers stay, so the sets, and what is compared with colleagues, do
// not change. Should the erasure become ineffective, the parts that went are wanted again.
//
// Two kinds of rows: claims are folded from the log and made anew with the views; what was dropped here is kept by
// itself (`erasures`), for it can be read nowhere else. A part that went is told to all by GoneOp, so that a newcomer
// does not wait for what nobody has.
//
// Each function works inside the transaction that it is given. Claims cannot be read while the profile is locked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/records/ops.h"
#include "storage/chunks.h"
#include "storage/group.h"

namespace staffroom::erasing {

using keys::GroupNumber;

inline constexpr std::uint64_t grace_ms = std::uint64_t{7} * 24 * 3'600'000;  // of running

// --- who asked

struct Claim {
    PersonId by;
    bool organiser = false;
    std::string why;
    template <class A>
    void serialize(A& ar) {
        ar(by, organiser, text<limits::title_bytes>(why));
    }
};
// Folded from the part at this place. Masked ones are none.
void claim(WriteTxn& txn, GroupNumber group, const RecordId& record, const CommitKey& at, std::size_t part,
           const Claim& claim);
// The same below this prefix of `views`.
void claim(WriteTxn& txn, Bytes claims, const CommitKey& at, std::size_t part, const Claim& claim);
// Parts that nobody shall wait for, said by somebody who may. They are wanted no more.
void note_gone(WriteTxn& txn, GroupNumber group, const PartName& part);
bool is_gone(ReadTxn& txn, GroupNumber group, const PartName& part);
// Both, before everything is folded again.
void forget(WriteTxn& txn, GroupNumber group);

// Those by the owner or an organiser, in order: with one of them the record is erased. `owner`: as far as it is known.
std::vector<Claim> effective(ReadTxn& txn, GroupNumber group, const RecordId& record,
                             const std::optional<PersonId>& owner);
// The same of the claims below this prefix of `views`.
std::vector<Claim> effective(ReadTxn& txn, ByteView claims, const std::optional<PersonId>& owner);
// Whether it is one's own, and so carried out at once.
bool is_own(const std::vector<Claim>& effective, const std::optional<PersonId>& owner, const PersonId& me);

// --- what became of it here

struct Erasure {
    std::optional<PersonId> owner;
    std::uint64_t left_ms = 0;  // 0: carried out
    template <class A>
    void serialize(A& ar) {
        ar(maybe(owner), left_ms);
    }
};
// There is one exactly while a claim is effective: the record is hidden.
std::optional<Erasure> find(ReadTxn& txn, GroupNumber group, const RecordId& record);
std::vector<std::pair<RecordId, Erasure>> all(ReadTxn& txn, GroupNumber group);

// --- both, and single files (storage/erased_files.h)

// Whether anything was ever erased in the group, or asked to be.
bool has_any(ReadTxn& txn, GroupNumber group);
// Every record with something to settle after all was folded again, ascending.
std::vector<RecordId> records_of(ReadTxn& txn, GroupNumber group);
struct Tally {
    std::uint64_t known = 0;        // erasures in force, of records and of single files
    std::uint64_t carried_out = 0;  // here
};
Tally tally(ReadTxn& txn, GroupNumber group);
// Does what is due for a record of which a claim or a part came or went. Returns chunks whose files are to be removed
// after the transaction. Linear in the record's parts when it is carried out, else one seek or two.
std::vector<ChunkId> settle(WriteTxn& txn, const Chunks& chunks, const Group& group, const RecordId& record,
                            const PersonId& me);
// The program has run for so much longer. Returns what is due by that: for settle().
std::vector<RecordId> age(WriteTxn& txn, GroupNumber group, std::uint64_t ms);

// Parts that went from here, that nobody has listed yet and that this person may list: one's own, an organiser all.
std::vector<PartName> unlisted(ReadTxn& txn, const Group& group, const PersonId& me, Role role);
// Before every missing part is wanted anew: these are not.
bool is_dropped(ReadTxn& txn, GroupNumber group, const PartName& part);

}  // namespace staffroom::erasing
