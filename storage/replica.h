// Everything one device holds of its groups: the façade over log, waiting room, trees and views.
//
// What a call that changes something has returned ok for is on the disk. One thread. Reading is synchronous and sees
// committed state only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "core/ports.h"
#include "storage/committed_chunks.h"
#include "storage/cores.h"
#include "storage/group.h"
#include "storage/ingest.h"
#include "storage/masked.h"
#include "storage/record_history.h"

namespace staffroom {

class Replica {
  public:
    struct Options {
        // The computer's clock, milliseconds since 1970: shown beside what is written, never believed.
        std::function<std::uint64_t()> wall_ms = [] { return std::uint64_t{0}; };
        // How signatures are checked, and parts opened.
        ForEach for_each = one_after_the_other;
    };

    // Folds control and key commits: about 0.1 ms each. Error: io (damaged).
    static Result<std::unique_ptr<Replica>> open(Store& store, const Chunks& chunks, Identity identity,
                                                 Options options);
    ~Replica();

    const Identity& identity() const { return identity_; }
    const Groups& groups() const { return groups_; }
    const Group* group(const GroupId& id) const;
    // What the conversation reads. Lives as long as the replica.
    const CommitLog& log() const { return *log_; }
    const CommittedChunks& chunks() const { return *chunks_; }

    // This device speaks for that person now, or more is known of the person's devices. Needs: the card is valid and
    // proves this device; of another person only while there is no group here.
    void become(PersonCard card);
    // From now on this is another device of the same person. Needs: linked in every group where it is to write.
    Result<> become_device(const DeviceSecrets& secrets, const DeviceRecord& record);

    // Whether the person's card proves this device. Colleagues may have vouched for it instead (core/members/rules.h
    // M-9): then it speaks for the person in those groups alone, and founds, joins and links nothing.
    Result<> must_be_linked() const;
    // The group that goes on in this one's place (M-7), if it is here, this person writes in it, and whoever founded it was
    // in the old one. Then the old one is only read.
    const Group* successor_of(const GroupId& old) const;

    // --- groups
    Result<GroupId> found(GroupKind kind, const std::string& name, NewcomersRead newcomers);
    // In place of a group that nobody organises any more, or whose founder turned against it (core/genesis.h).
    Result<GroupId> found_successor(const GroupId& old);
    // A group that a welcome lets this device into; nothing changes when it is here already.
    Result<GroupId> adopt(const Welcome& welcome);
    Result<Welcome> welcome_to(const GroupId& group) const;
    // Of a pair group, when the two offered each other different ones (storage/pairs.h).
    Result<> change_key(const GroupId& group, const SymmetricKey& group_key);

    // --- what colleagues and sticks bring
    Result<Ingested> ingest(const GroupId& group, const std::vector<CommitFrame>& frames);
    Result<Ingested> ingest_parts(const GroupId& group, const std::vector<std::pair<PartName, Bytes>>& parts);
    // Kept if its counter is newer. Needs is_valid(have).
    Result<> keep(const Have& have);

    // --- writing
    Result<Ingested> write(const GroupId& group, const std::vector<ContentPart>& parts);
    Result<Ingested> write_control(const GroupId& group, const std::vector<Op>& ops);
    Result<Ingested> write_key(const GroupId& group, const Op& op);
    Result<Ingested> share_keys(const GroupId& group, const DeviceId& asker, const std::vector<EpochId>& epochs);

    // --- erasing (storage/erasing.h)
    // The program has run for so much longer: what is due goes from this disk. Does nothing while it is locked.
    Result<std::vector<std::pair<GroupId, Ingested>>> age_erasures(std::uint64_t ms);
    // Lists for all what went from here. Nothing: there is nothing to list.
    Result<std::optional<Ingested>> list_gone(const GroupId& group);
    struct Erased {
        bool here = false;        // gone from this disk; else hidden
        std::string why;          // as whoever erased it said
        std::uint64_t known = 0;  // erasures in the group
        std::uint64_t left_ms = 0;
    };
    std::optional<Erased> erased(const GroupId& group, const RecordId& record) const;
    std::vector<RecordId> erased_records(const GroupId& group) const;
    // Files that went from a record which stays (storage/erased_files.h), each with what became of it.
    struct ErasedFile {
        std::string name;
        Erased erased;
    };
    // Whether a record of that owner may not have this file.
    bool is_erased(const GroupId& group, const PersonId& owner, const FileRef& file) const;
    std::vector<ErasedFile> erased_files(const GroupId& group, const RecordId& record) const;

    // --- reading
    std::optional<RecordState> record(const GroupId& group, const RecordId& id) const;
    // Every file that the record names or has named, but for erased ones.
    std::vector<FileRef> files_of(const GroupId& group, const RecordId& record) const;
    // The records that name that very file, or have named it.
    std::vector<RecordId> holders_of(const GroupId& group, const FileRef& file) const;
    void each_record(const GroupId& group, const std::function<bool(RecordState&&)>& visit) const;
    Result<Text> text(const GroupId& group, const RecordId& record, const std::string& field) const;
    std::vector<MaskedContent> masked(const GroupId& group) const;
    std::vector<RecordChange> history(const GroupId& group, const RecordId& record) const;
    // The root of the tree over the commits of that kind: equal roots, equal contents.
    Hash root(const GroupId& group, CommitKind kind) const;
    // Whether who says this has exactly the commits that are here; their parts and files are another matter.
    bool has_the_same(const Have& have) const;
    // What each device said last: of its runs the one whose counter is highest, since a store counts on from run to run.
    std::map<DeviceId, Have> newest_haves(const GroupId& group) const;
    // The other devices, current in the group, that have said so and lack nothing: files are there, too.
    std::set<DeviceId> full_copies(const GroupId& group) const;
    std::uint64_t count(const GroupId& group, CommitKind kind) const;
    std::uint64_t unreadable_parts(const GroupId& group) const;

    // Chunks that belong to files named here; others are dropped. Needs chunk_id(bytes) == id for each.
    Result<> keep_chunks(std::vector<GivenChunk> chunks);
    // One whose bytes here are not its own: it is wanted again.
    Result<> lose_chunk(const ChunkId& chunk);

    // Folds what came while the profile was locked, a crash between included. Needs: it is not locked. Cost: little when
    // nothing came.
    Result<std::vector<std::pair<GroupId, Ingested>>> catch_up();

    // Trees and views made anew from the log.
    Result<> rebuild();
    Result<> rebuild(const GroupId& group);

  private:
    Replica(Store& store, const Chunks& chunks, Identity identity, Options options);
    // Runs a step that changes one group in one transaction; on failure the group is loaded again.
    Result<Ingested> change(const GroupId& group, const std::function<Result<>(WriteTxn&, Group&, Ingest&)>& step);
    Result<> reload(const GroupId& group);

    Store& store_;
    const Chunks& chunk_files_;
    Identity identity_;
    SigningKey signing_;  // its key, expanded once: that takes as long as a signature
    Options options_;
    Groups groups_;
    WaitingRoom waiting_;
    std::unique_ptr<CommitLog> log_;
    std::unique_ptr<CommittedChunks> chunks_;
};

}  // namespace staffroom
