// Looks things up in the sync tree: what the set holds under any prefix, whether the tree has a node there or not.
//
// Keeps the nodes on the way to the last prefix that was asked for, so that prefixes asked for in ascending order cost
// about one read each. Lives within one transaction: what it has read may not change under it.
#pragma once

#include <vector>

#include "core/tree.h"

namespace staffroom {

class TreeReader {
  public:
    explicit TreeReader(const TreeStore& store) : store_(store) {}

    // All keys that begin with `prefix`, as one branch. Equal sets under a prefix have equal fingerprints, whatever the
    // trees around them look like. Errors here and below: as tree_top().
    Result<Branch> under(const Prefix& prefix);

    // The same, one nibble further, for each nibble. Requires a prefix of less than 80 nibbles.
    Result<Branches> branches(const Prefix& prefix);

    // The keys themselves, ascending, at most `most`.
    Result<std::vector<CommitKey>> keys(const Prefix& prefix, std::size_t most) const {
        return store_.keys(prefix.low(), prefix.high(), most);
    }

  private:
    struct Node {
        Branch branch;
        Branches branches;
    };

    // The deepest branch of the tree whose range holds all keys under `prefix`.
    Result<Branch> holding(const Prefix& prefix);
    Result<const Branches*> open(const Branch& node);

    const TreeStore& store_;
    std::optional<Branch> top_;
    std::vector<Node> path_;
};

}  // namespace staffroom
