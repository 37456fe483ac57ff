#include "core/tree.h"

#include "core/crypto.h"

namespace staffroom {
namespace {
// Large, so that a rebuild makes each node once but for those on the seams between batches.
constexpr std::size_t rebuild_batch_keys = 256 * 1024;
constexpr ByteView top_name;

// A child as it stands in its node, but for the digit; `range` is all that could lie under it.
void append_branch(Bytes& value, const Branch& branch, const Prefix& range) {
    value.push_back(static_cast<std::uint8_t>(branch.kind));
    value.push_back(static_cast<std::uint8_t>(branch.prefix.size() - range.size()));
    for (auto i = range.size(); i < branch.prefix.size(); ++i) value.push_back(branch.prefix[i]);
    for (unsigned shift = 0; shift < 32; shift += 8) value.push_back(static_cast<std::uint8_t>(branch.count >> shift));
    append(value, branch.fingerprint.view());
}

std::optional<Branch> take_branch(ByteView& value, const Prefix& range) {
    if (value.size() < 2 || value[0] > 1) return std::nullopt;
    Branch branch;
    branch.kind = static_cast<Branch::Kind>(value[0]);
    branch.prefix = range;
    const std::size_t extension = value[1];
    if (branch.kind == Branch::Kind::bucket ? extension != 0 : range.size() + extension >= Prefix::max_size)
        return std::nullopt;
    value = value.subspan(2);
    if (value.size() < extension + 4 + Hash::size) return std::nullopt;
    for (std::size_t i = 0; i < extension; ++i) {
        if (value[i] > 15) return std::nullopt;
        branch.prefix = branch.prefix.with(value[i]);
    }
    value = value.subspan(extension);
    for (unsigned i = 0; i < 4; ++i) branch.count |= static_cast<std::uint32_t>(value[i]) << (8 * i);
    if (branch.count == 0) return std::nullopt;
    branch.fingerprint = *Hash::from(value.subspan(4, Hash::size));
    value = value.subspan(4 + Hash::size);
    return branch;
}

Branch node_of(const Prefix& prefix, const Branches& branches, ByteView value) {
    Branch node;
    node.kind = Branch::Kind::node;
    node.prefix = prefix;
    for (const auto& branch : branches) node.count += branch.count;
    blake2b(node.fingerprint.bytes, {}, {view_of("N"), value});
    return node;
}

// One batch on its way into the tree.
class Growth {
  public:
    // Keys after `horizon` are in the table but belong to a later batch.
    Growth(TreeStore& store, const CommitKey& horizon) : store_(store), horizon_(horizon) {}

    Result<> run(std::span<const CommitKey> added) {
        const auto top = tree_top(store_);
        if (!top) return top.error();
        const auto grown = grow(*top, Prefix(), added);
        if (!grown) return grown.error();
        Bytes value;
        append_branch(value, *grown, Prefix());
        return store_.put_node(top_name, value);
    }

  private:
    // `old` is all that the tree holds under `range`; `added` are keys under it.
    Result<Branch> grow(const Branch& old, const Prefix& range, std::span<const CommitKey> added) {
        if (added.empty()) return old;
        switch (old.kind) {
            case Branch::Kind::none:
                return build(range, added);
            case Branch::Kind::bucket:
                return refill(old, range, added);
            case Branch::Kind::node:
                break;
        }
        const auto shared = std::min({Prefix::common(old.prefix.low(), added.front()),
                                      Prefix::common(old.prefix.low(), added.back()), old.prefix.size()});
        if (shared < old.prefix.size()) {
            Branches branches;
            branches[old.prefix[shared]] = old;
            return spread(old.prefix.cut(shared), std::move(branches), added);
        }
        const auto value = store_.node(node_name(old.prefix));
        if (!value) return value.error();
        if (!*value) return tree_is_damaged();
        auto branches = decode_node(old.prefix, **value);
        if (!branches) return branches.error();
        return spread(old.prefix, std::move(*branches), added);
    }

    Result<Branch> refill(const Branch& old, const Prefix& range, std::span<const CommitKey> added) {
        const auto count = old.count + added.size();
        const auto keys = store_.keys(range.low(), std::min(range.high(), horizon_), count + 1);
        if (!keys) return keys.error();
        if (keys->size() != count) return tree_is_damaged();
        return build(range, *keys);
    }

    Result<Branch> build(const Prefix& range, std::span<const CommitKey> keys) {
        if (keys.size() <= bucket_keys_max) return bucket_of(range, keys);
        return spread(Prefix(keys.front(), Prefix::common(keys.front(), keys.back())), {}, keys);
    }

    // Hands `added` on to the branches of the node at `prefix`, and stores it.
    Result<Branch> spread(const Prefix& prefix, Branches branches, std::span<const CommitKey> added) {
        while (!added.empty()) {
            const auto digit = Prefix::nibble_of(added.front(), prefix.size());
            const auto range = prefix.with(digit);
            const auto end = std::upper_bound(added.begin(), added.end(), range.high());
            const auto count = static_cast<std::size_t>(end - added.begin());
            auto grown = grow(branches[digit], range, added.first(count));
            if (!grown) return grown;
            branches[digit] = *grown;
            added = added.subspan(count);
        }
        const auto value = encode_node(prefix, branches);
        if (auto put = store_.put_node(node_name(prefix), value); !put) return put.error();
        return node_of(prefix, branches, value);
    }

    TreeStore& store_;
    const CommitKey horizon_;
};

}  // namespace

Branch bucket_of(const Prefix& prefix, std::span<const CommitKey> keys) {
    if (keys.empty()) return {};
    static_assert(sizeof(CommitKey) == CommitKey::size, "keys in a row are their bytes in a row");
    Branch bucket;
    bucket.kind = Branch::Kind::bucket;
    bucket.count = static_cast<std::uint32_t>(keys.size());
    bucket.prefix = prefix;
    blake2b(bucket.fingerprint.bytes, {}, {view_of("L"), ByteView(keys.front().bytes.data(), keys.size_bytes())});
    return bucket;
}

Branches branches_of(const Prefix& prefix, std::span<const CommitKey> keys) {
    Branches branches;
    while (!keys.empty()) {
        const auto digit = Prefix::nibble_of(keys.front(), prefix.size());
        std::size_t count = 1;
        while (count < keys.size() && Prefix::nibble_of(keys[count], prefix.size()) == digit) ++count;
        branches[digit] = bucket_of(prefix.with(digit), keys.first(count));
        keys = keys.subspan(count);
    }
    return branches;
}

Result<Branch> tree_top(const TreeStore& store) {
    const auto value = store.node(top_name);
    if (!value) return value.error();
    if (!*value) return Branch();
    ByteView left = **value;
    const auto top = take_branch(left, Prefix());
    if (!top || !left.empty()) return tree_is_damaged();
    return *top;
}

Result<> grow_tree(TreeStore& store, std::span<const CommitKey> added) {
    assert(std::adjacent_find(added.begin(), added.end(), std::greater_equal<>()) == added.end());
    if (added.empty()) return Done{};
    return Growth(store, Prefix().high()).run(added);
}

Result<> rebuild_tree(TreeStore& store) {
    if (auto erased = store.erase_nodes(); !erased) return erased;
    CommitKey from;
    for (bool first = true;; first = false) {
        auto keys = store.keys(from, Prefix().high(), rebuild_batch_keys + (first ? 0 : 1));
        if (!keys) return keys.error();
        // `from` was the last of the batch before.
        const auto fresh = std::span<const CommitKey>(*keys).subspan(first || keys->empty() ? 0 : 1);
        if (fresh.empty()) return Done{};
        from = fresh.back();
        if (auto grown = Growth(store, from).run(fresh); !grown) return grown;
    }
}

Bytes node_name(const Prefix& prefix) {
    auto name = copy_of(prefix.low().view().first((prefix.size() + 1) / 2));
    name.push_back(static_cast<std::uint8_t>(prefix.size()));
    return name;
}

Bytes encode_node(const Prefix& prefix, const Branches& branches) {
    Bytes value;
    value.reserve(branches.size() * (4 + 4 + Hash::size));
    for (std::uint8_t digit = 0; digit < branches.size(); ++digit) {
        if (branches[digit].kind == Branch::Kind::none) continue;
        value.push_back(digit);
        append_branch(value, branches[digit], prefix.with(digit));
    }
    return value;
}

Result<Branches> decode_node(const Prefix& prefix, ByteView value) {
    Branches branches;
    for (int last_digit = -1; !value.empty();) {
        const auto digit = value[0];
        if (digit > 15 || digit <= last_digit || prefix.size() >= Prefix::max_size) return tree_is_damaged();
        value = value.subspan(1);
        const auto branch = take_branch(value, prefix.with(digit));
        if (!branch) return tree_is_damaged();
        branches[digit] = *branch;
        last_digit = digit;
    }
    return branches;
}

Error tree_is_damaged() {
    return {Code::io, "The index used for meeting colleagues does not fit the work stored on this computer.",
            "Nothing is lost. Stop Staffroom and run: staffroom repair --rebuild"};
}

}  // namespace staffroom
