#include "core/tree_reader.h"

namespace staffroom {

Result<Branch> TreeReader::under(const Prefix& prefix) {
    const auto branch = holding(prefix);
    if (!branch || branch->kind == Branch::Kind::none) return branch;
    if (branch->kind == Branch::Kind::node) return prefix.contains(branch->prefix) ? *branch : Branch();
    if (branch->prefix == prefix) return branch;
    const auto within = keys(prefix, bucket_keys_max);
    if (!within) return within.error();
    return bucket_of(prefix, *within);
}

Result<Branches> TreeReader::branches(const Prefix& prefix) {
    const auto branch = holding(prefix);
    if (!branch) return branch.error();
    Branches found;
    if (branch->kind == Branch::Kind::node && branch->prefix == prefix) {
        const auto branches = open(*branch);
        if (!branches) return branches.error();
        return **branches;
    }
    if (branch->kind == Branch::Kind::node && prefix.contains(branch->prefix))
        found[branch->prefix[prefix.size()]] = *branch;
    if (branch->kind != Branch::Kind::bucket) return found;

    const auto within = keys(prefix, bucket_keys_max);
    if (!within) return within.error();
    return branches_of(prefix, *within);
}

Result<Branch> TreeReader::holding(const Prefix& prefix) {
    if (!top_) {
        const auto top = tree_top(store_);
        if (!top) return top;
        top_ = *top;
    }
    while (!path_.empty() && !path_.back().branch.prefix.contains(prefix)) path_.pop_back();
    auto branch = path_.empty() ? *top_ : path_.back().branch;
    while (branch.kind == Branch::Kind::node && branch.prefix.size() < prefix.size() &&
           branch.prefix.contains(prefix)) {
        const auto branches = open(branch);
        if (!branches) return branches.error();
        branch = (**branches)[prefix[branch.prefix.size()]];
    }
    return branch;
}

Result<const Branches*> TreeReader::open(const Branch& node) {
    while (!path_.empty() && !path_.back().branch.prefix.contains(node.prefix)) path_.pop_back();
    if (path_.empty() || path_.back().branch.prefix != node.prefix) {
        const auto value = store_.node(node_name(node.prefix));
        if (!value) return value.error();
        if (!*value) return tree_is_damaged();
        const auto branches = decode_node(node.prefix, **value);
        if (!branches) return branches.error();
        path_.push_back({node, *branches});
    }
    return &path_.back().branches;
}

}  // namespace staffroom
