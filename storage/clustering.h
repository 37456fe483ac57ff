// The upgrade from version 1, which kept every commit and every part as a row of its own under its random id, so that
// pages stayed two thirds full and each commit touched others. Version 2 keeps a commit with its parts as one row of
// `log`, in the order of group, kind, depth and id.
//
// Moves the rows of `order`, then commits that have no row there (a salvaged store), then `record_commits` with its keys
// made shorter, last the heads; then the tables of version 1 are emptied. Until then they stay whole, so the file grows
// by about half while it is moved, and what it grew by is used again later. A commit that does not read back leaves an
// empty row, which verify and repair know as a spoiled commit; a part that does not is wanted again.
#pragma once

#include "storage/versions.h"

namespace staffroom {

// Moves up to 4 MiB or so many rows a transaction: below a tenth of a second.
UpgradeStep cluster_commits(std::size_t rows = 4'000);

// Whether something of version 1 is still here.
bool has_unclustered(ReadTxn& txn);
// If so, it is moved from the beginning when the store is opened next: for a salvaged store.
void cluster_anew(WriteTxn& txn);

}  // namespace staffroom
