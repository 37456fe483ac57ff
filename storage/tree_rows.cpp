#include "storage/tree_rows.h"

namespace staffroom {
namespace {

std::vector<CommitKey> keys_between(ReadTxn& txn, keys::GroupNumber number, CommitKind kind, const CommitKey& first,
                                    const CommitKey& last, std::size_t most) {
    std::vector<CommitKey> found;
    if (most == 0) return found;
    txn.scan_keys(Table::log, keys::set(number, kind), keys::in_set(number, kind, first.view()), [&](ByteView row) {
        const auto key = *CommitKey::from(row.subspan(keys::set_bytes));
        if (key > last) return false;
        found.push_back(key);
        return found.size() < most;
    });
    return found;
}

// The tree names its top with the empty name; a table's key is never empty because the set stands in front.
std::optional<Bytes> node_at(ReadTxn& txn, keys::GroupNumber number, CommitKind kind, ByteView name) {
    return txn.get(Table::tree, keys::in_set(number, kind, name));
}

}  // namespace

Result<std::vector<CommitKey>> TreeRows::keys(const CommitKey& first, const CommitKey& last, std::size_t most) const {
    return keys_between(txn_, number_, kind_, first, last, most);
}

Result<std::optional<Bytes>> TreeRows::node(ByteView name) const { return node_at(txn_, number_, kind_, name); }

Result<> TreeRows::put_node(ByteView name, ByteView value) {
    txn_.put(Table::tree, keys::in_set(number_, kind_, name), value);
    return Done{};
}

Result<> TreeRows::erase_nodes() {
    txn_.erase_all(Table::tree, keys::set(number_, kind_));
    return Done{};
}

Result<std::vector<CommitKey>> CommittedTreeRows::keys(const CommitKey& first, const CommitKey& last,
                                                       std::size_t most) const {
    std::vector<CommitKey> found;
    auto done = store_.read([&](ReadTxn& txn) -> Result<> {
        found = keys_between(txn, number_, kind_, first, last, most);
        return Done{};
    });
    if (!done) return done.error();
    return found;
}

Result<std::optional<Bytes>> CommittedTreeRows::node(ByteView name) const {
    std::optional<Bytes> found;
    auto done = store_.read([&](ReadTxn& txn) -> Result<> {
        found = node_at(txn, number_, kind_, name);
        return Done{};
    });
    if (!done) return done.error();
    return found;
}

Result<> CommittedTreeRows::put_node(ByteView, ByteView) {
    assert(false && "a committed tree is for reading");
    return {Code::io, "This tree is for reading only."};
}

Result<> CommittedTreeRows::erase_nodes() { return put_node({}, {}); }

}  // namespace staffroom
