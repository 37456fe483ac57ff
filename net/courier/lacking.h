// What somebody lacks, as far as their haves tell: the plan of a trip. Reads the log through its seam and decides; whoever
// packs reads the commits themselves.
#pragma once

#include <set>

#include "core/ports.h"
#include "net/courier/part.h"

namespace staffroom::net::courier {

// What is known of one device in one group.
struct Known {
    std::vector<Have> haves;     // the newest of each of its runs; none: it is taken to have nothing
    std::vector<CommitId> also;  // control and content that it has besides the heads it named
    std::vector<CommitId> keys;  // key commits that it says it has, ascending
};

// The complete commits of one set that the device lacks, ascending by (depth, id), so parents first.
// Control and content: those that are no ancestors of a head it named. A head that is not here says nothing about what
// is below it, so then more may be given than it lacks, never less. Cost: one read for each commit that it lacks and for
// those beside them in depth; nothing when the roots are equal.
std::vector<CommitKey> lacking(const CommitLog& log, const GroupId& group, CommitKind kind, const Known& device);

// All of a set, ascending.
std::vector<CommitKey> all_of(const CommitLog& log, const GroupId& group, CommitKind kind);

}  // namespace staffroom::net::courier
