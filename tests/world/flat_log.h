// The replica as the conversation sees it, in memory and without rights: members are whoever the test says. For tests
// of net alone; the simulator runs over the real replica.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/flat_tree_store.h"
#include "tests/world/host.h"

namespace staffroom::world {

class FlatLog final : public CommitLog, public ChunkStore, public Keeper {
  public:
    // What a test makes true.
    struct Group {
        SymmetricKey key;
        std::map<DeviceId, Standing> standings;
        std::vector<EpochId> wanted_epochs;
        std::map<CommitId, CommitFrame> commits;  // complete
        std::map<CommitId, CommitFrame> waiting;
        std::map<CommitKind, FlatTreeStore> trees;
        std::map<DeviceId, std::map<RunId, Have>> haves;
        std::vector<CommitId> removals;  // control heads that a removed device may know
    };

    FlatLog(const DeviceSecrets& secrets, DeviceRecord record, RunId run)
        : signing_(secrets.signing), record_(std::move(record)), run_(run) {}

    Group& open(const GroupId& id) { return groups_.try_emplace(id).first->second; }
    Group& group(const GroupId& id) { return groups_.at(id); }
    const SigningKey& signing() const { return signing_; }

    // A commit of this device on top of all heads, with one part of `size` bytes; not kept when `kept` is false.
    Composed write(const GroupId& group, CommitKind kind, std::size_t size = 20, bool kept = true);
    Hash root(const GroupId& group, CommitKind kind) const;
    void lose_part(const GroupId& group, const CommitId& id) { groups_.at(group).commits.at(id).parts[0].reset(); }

    std::map<ChunkId, Bytes> chunks;
    std::map<ChunkId, std::set<GroupId>> chunk_groups;
    std::vector<WantedChunk> wanted_chunks;
    std::set<ChunkId> too_large;  // of the wanted: their file does not fit
    bool disk_full = false;
    std::vector<net::ShareKeys> shares;  // asked of us

    // CommitLog
    std::vector<GroupId> groups() const override;
    SymmetricKey tag_key(const GroupId& group) const override { return groups_.at(group).key; }
    Standing standing(const GroupId& group, const DeviceId& device) const override;
    std::optional<DeviceId> device_of(const LinkKey& link) const override;
    std::unique_ptr<TreeStore> tree(const GroupId& group, CommitKind kind) const override;
    std::uint64_t count(const GroupId& group, CommitKind kind) const override;
    std::vector<CommitId> heads(const GroupId& group, CommitKind kind) const override;
    bool knows(const GroupId& group, const CommitId& commit) const override;
    std::optional<CommitFrame> read(const GroupId& group, const CommitId& commit) const override;
    std::optional<Bytes> read_part(const GroupId& group, const PartName& part) const override;
    std::vector<CommitId> waiting(const GroupId& group, std::size_t limit) const override;
    std::vector<CommitId> missing(const GroupId& group, std::size_t limit) const override;
    std::vector<PartName> wanted_parts(const GroupId& group, std::size_t limit) const override;
    std::vector<EpochId> wanted_epochs(const GroupId& group) const override { return groups_.at(group).wanted_epochs; }
    std::vector<CommitId> farewell(const GroupId& group, const DeviceId& device, const std::vector<CommitId>& known,
                                   std::size_t limit) const override;
    Have own_have(const GroupId& group) const override;
    std::vector<Have> haves(const GroupId& group) const override;

    // ChunkStore
    bool has(const ChunkId& chunk) const override { return chunks.contains(chunk); }
    bool read(const ChunkId& chunk, Bytes& behind) const override;
    std::optional<std::uint32_t> size(const ChunkId& chunk) const override;
    bool is_sound(const ChunkId& chunk) const override;
    std::vector<GroupId> groups(const ChunkId& chunk) const override;
    std::vector<WantedChunk> wanted(std::size_t limit) const override;
    std::vector<WantedChunk> fitting(std::size_t limit) const override;

    // Keeper
    Result<IngestReport> keep(const net::StoreCommits& batch) override;
    Result<IngestReport> keep(const net::StoreParts& batch) override;
    void keep(const Have& have) override;
    bool keep(const net::StoreChunk& chunk) override;
    void lose(const ChunkId& chunk) override;
    Result<IngestReport> share(const net::ShareKeys& share) override;

    std::map<LinkKey, DeviceId> devices;  // whom we would let in

  private:
    static Commit parsed(const CommitFrame& frame);
    static std::vector<CommitId> ancestors_of(const Commit& commit);
    IngestReport take(const GroupId& group, const std::vector<CommitFrame>& frames);
    bool has_ancestors(const Group& group, const Commit& commit) const;

    SigningKey signing_;
    DeviceRecord record_;
    RunId run_;
    std::map<GroupId, Group> groups_;
    mutable std::uint64_t counter_ = 0;
};

}  // namespace staffroom::world
