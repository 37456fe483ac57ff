// The replica as the conversation reads it (core/ports.h CommitLog): committed state only.
#pragma once

#include "core/ports.h"
#include "storage/group.h"
#include "storage/waiting.h"

namespace staffroom {

class CommittedLog final : public CommitLog {
  public:
    // All of these outlive it.
    // `key` is that of `identity`, expanded.
    CommittedLog(Store& store, const Groups& groups, const WaitingRoom& waiting, const Identity& identity,
                 const SigningKey& key)
        : store_(store), groups_(groups), waiting_(waiting), identity_(identity), key_(key) {}

    std::vector<GroupId> groups() const override;
    SymmetricKey tag_key(const GroupId& group) const override;
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
    std::vector<EpochId> wanted_epochs(const GroupId& group) const override;

    std::vector<CommitId> farewell(const GroupId& group, const DeviceId& device, const std::vector<CommitId>& known,
                                   std::size_t limit) const override;

    Have own_have(const GroupId& group) const override;
    std::vector<Have> haves(const GroupId& group) const override;

    // Rises with each transaction that changes what is here, or what is wanted of it: the counter of own haves.
    static std::uint64_t writes(ReadTxn& txn);
    static void count_write(WriteTxn& txn);

  private:
    const Group* find(const GroupId& group) const;
    template <class T, class Read>
    T reading(const Read& read) const;

    Store& store_;
    const Groups& groups_;
    const WaitingRoom& waiting_;
    const Identity& identity_;
    const SigningKey& key_;
};

}  // namespace staffroom
