// Commits come in: the one way by which anything enters the log, one's own writing included.
//
// Order of checks, cheapest first: size and canonical form, known group, duplicate, signature (all before the
// transaction, by check()), then parents, depth, right to write, and only then the fold. What misses an ancestor waits;
// what arrives wakes those that waited for it. Tree, heads, views and log change in one transaction, so that what is
// acknowledged is whole.
//
// While the profile is locked no view can be read or written: parts are then noted as unread, as if their key were not
// here, and folded by catch_up() after the unlock.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "core/ports.h"
#include "storage/chunks.h"
#include "storage/group.h"
#include "storage/seen_pasts.h"
#include "storage/views.h"
#include "storage/waiting.h"

namespace staffroom {

// A commit whose bytes, group and signature are good, with those of its parts that are here and are its own.
struct CheckedCommit {
    Commit commit;
    CommitFrame frame;
};
// `commit` is what read_commit() made of the frame's. Error: malformed. About 60 us, nearly all of it the signature.
Result<CheckedCommit> check(const GroupId& group, Commit commit, const CommitFrame& frame);
// What the parts of a content commit say: all of them, or nothing when one is absent or does not open.
std::vector<ContentPart> open_contents(const CheckedCommit& checked, const SymmetricKey& epoch_key);

// What a transaction did, for whoever shows or passes it on.
struct Ingested {
    IngestReport report;
    std::set<RecordId> touched;
    std::vector<ChunkId> chunks_gone;  // their files are to be removed after the transaction
    bool files_changed = false;
    bool members_changed = false;
    bool keys_changed = false;
};

class Ingest {
  public:
    // `group` is changed as commits are taken. When the transaction fails it must be loaded again.
    Ingest(WriteTxn& txn, Group& group, WaitingRoom& waiting, const Chunks& chunks, bool is_locked);

    // `contents` is what its parts say, where that is known already, and lives until finish(); else they are opened here.
    void take(const CheckedCommit& checked, std::span<const ContentPart> contents = {});
    // A part that was missing. Passed over when nobody wants it or the bytes are others.
    void take_part(const PartName& name, ByteView part);
    // Folds all content again from the log: after a repair, or when what a removal masks has changed.
    void fold_again() { fold_again_ = true; }
    // Whether something came while the profile was locked, and to fold that.
    static bool is_behind(ReadTxn& txn, const Group& group);
    void catch_up();
    // An erasure of this record is due (storage/erasing.h).
    void settle(const RecordId& record) { done_.touched.insert(record); }
    bool keys_changed() const { return done_.keys_changed; }
    bool members_changed() const { return done_.members_changed; }
    // Grows the trees and writes the views. Call once, last.
    Result<Ingested> finish();

  private:
    enum class Fate { complete, waits, declined };
    Fate admit(const CheckedCommit& checked, std::span<const ContentPart> contents = {});
    bool is_here(const CommitId& content) const;
    bool is_elsewhere(const CommitId& id);
    std::vector<CommitId> missing_ancestors(const CommitHeader& header);
    bool depth_is_right(const CommitHeader& header);
    std::optional<std::uint64_t> depth_in(const CommitId& id, CommitKind kind);
    Fate complete(const CheckedCommit& checked, std::span<const ContentPart> contents);
    void append(const CheckedCommit& checked);
    bool fold_control(const CheckedCommit& checked);
    bool fold_key(const CheckedCommit& checked);
    bool fold_content(const CheckedCommit& checked, std::span<const ContentPart> contents);
    void fold_parts(const Commit& commit, const PersonId& person, const std::vector<std::optional<Bytes>>& parts);
    void fold_contents(const Commit& commit, const PersonId& person, std::span<const ContentPart> contents);
    void fold_part(const Commit& commit, const PartOrigin& origin, ByteView part);
    void fold_erasing(const PartOrigin& origin, const ContentPart& part);
    void settle_erasures();
    PartOrigin origin_of(const Commit& commit, const PersonId& person);
    void read_unread(const EpochId& epoch);
    void fold_all_content();
    void flush_views();
    void decline(const CommitId& id, Declined why) { done_.report.declined.push_back({id, why}); }

    WriteTxn& txn_;
    Group& group_;
    WaitingRoom& waiting_;
    const Chunks& chunks_;
    const bool is_locked_;
    std::optional<Views> views_;
    std::map<CommitKind, std::vector<CommitKey>> added_;
    // Of those added here: the parents of what comes next are mostly among them, and need not be read back.
    std::unordered_map<CommitId, std::pair<CommitKind, std::uint64_t>, IdHash> depths_;
    SeenPasts seen_pasts_;
    std::set<EpochId> opened_;
    std::optional<std::map<keys::GroupNumber, GroupId>> groups_;  // read when it is first asked for
    bool fold_again_ = false;
    std::optional<Error> failure_;
    Ingested done_;
};

}  // namespace staffroom
