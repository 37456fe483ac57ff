// The sync tree's seam over the store: keys are those of the `log` table, nodes the `tree` table.
#pragma once

#include "core/ports.h"
#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom {

// Within a write transaction, to grow or rebuild.
class TreeRows final : public TreeStore {
  public:
    TreeRows(WriteTxn& txn, keys::GroupNumber number, CommitKind kind) : txn_(txn), number_(number), kind_(kind) {}

    Result<std::vector<CommitKey>> keys(const CommitKey& first, const CommitKey& last, std::size_t most) const override;
    Result<std::optional<Bytes>> node(ByteView name) const override;
    Result<> put_node(ByteView name, ByteView value) override;
    Result<> erase_nodes() override;

  private:
    WriteTxn& txn_;
    keys::GroupNumber number_;
    CommitKind kind_;
};

// For a conversation that lasts: each call reads what is committed at that moment. Writing through it is a bug.
class CommittedTreeRows final : public TreeStore {
  public:
    CommittedTreeRows(Store& store, keys::GroupNumber number, CommitKind kind)
        : store_(store), number_(number), kind_(kind) {}

    Result<std::vector<CommitKey>> keys(const CommitKey& first, const CommitKey& last, std::size_t most) const override;
    Result<std::optional<Bytes>> node(ByteView name) const override;
    Result<> put_node(ByteView name, ByteView value) override;
    Result<> erase_nodes() override;

  private:
    Store& store_;
    keys::GroupNumber number_;
    CommitKind kind_;
};

}  // namespace staffroom
