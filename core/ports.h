// The seams between the replica and whatever keeps it: what core asks of storage, and net of the replica.
#pragma once

#include <optional>
#include <vector>

#include "core/commit_key.h"
#include "core/result.h"

namespace staffroom {

// One set of commits (one kind of one group) as the sync tree sees it: the keys, which are the commits table's own, and
// the tree's nodes beside them. A value of this type reads and writes within one transaction of its maker, so that keys
// and nodes always belong together.
class TreeStore {
  public:
    virtual ~TreeStore() = default;

    // The keys from `first` to `last`, both included, ascending, at most `most` of them.
    virtual Result<std::vector<CommitKey>> keys(const CommitKey& first, const CommitKey& last,
                                                std::size_t most) const = 0;

    // Nodes, by a name of 0 to 41 bytes that the tree chooses. Names sort so that what lies near in the key order lies
    // near in the table. Values are at most 2 KiB.
    virtual Result<std::optional<Bytes>> node(ByteView name) const = 0;
    virtual Result<> put_node(ByteView name, ByteView value) = 0;
    virtual Result<> erase_nodes() = 0;  // all of this set
};

}  // namespace staffroom
