// Which records of a group changed, in the order of the transactions that changed them: for what is derived outside of
// this store and may be behind it (the search index). Whoever derives remembers a position and asks what came since.
//
// A row a record and transaction, an empty value: 39 bytes, and appended, so that it costs a commit next to nothing.
// Written in the transaction that changes the views, so neither can be ahead of the other, whatever a power cut does.
#pragma once

#include <optional>
#include <set>

#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom::changes {

using keys::GroupNumber;

void note(WriteTxn& txn, GroupNumber group, const std::set<RecordId>& records);
// What was folded is folded anew: anything may be different.
void note_all(WriteTxn& txn, GroupNumber group);

struct Since {
    std::uint64_t position = 0;  // to ask from the next time, once all of this is taken
    bool all = false;            // any record may have changed, or be gone
    std::set<RecordId> records;
};
// `position`: nothing in the beginning. `all` also when what came since is not known here: then the position is of
// another store, or was forgotten. Linear in what is returned.
Since since(ReadTxn& txn, GroupNumber group, std::optional<std::uint64_t> position);
std::uint64_t position(ReadTxn& txn, GroupNumber group);

// Nobody asks for what is up to there any more. The last transaction's rows stay, so that numbers never come again.
void forget(WriteTxn& txn, GroupNumber group, std::uint64_t position);
// How many rows that would erase, counted up to `most`.
std::size_t forgettable(ReadTxn& txn, GroupNumber group, std::uint64_t position, std::size_t most);

}  // namespace staffroom::changes
