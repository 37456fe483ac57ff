// Which files a device fetches unasked, group by group, and which it keeps whatever the policy. A device's own business:
// never sent, kept in `profile` beside its secrets. Each function works inside the transaction that it is given.
#pragma once

#include "storage/file_refs.h"

namespace staffroom::file_policy {

enum class Fetches : std::uint8_t {
    all,        // every file
    recent,     // those that are heard of from now on
    on_demand,  // those that somebody asks for here
};
constexpr Fetches last_value(Fetches) { return Fetches::on_demand; }

struct Policy {
    Fetches fetches = Fetches::all;
    std::uint64_t bytes_max = 0;  // of one file; larger ones are fetched on demand. 0: of any size

    bool operator==(const Policy&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(choice(fetches), bytes_max);
    }
};

Policy read(ReadTxn& txn, keys::GroupNumber group);
// Wants what is to be fetched now and no more what is not; what is here stays. Linear in the group's files.
void set(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const Policy& policy);

// What the group's rule says of any of its files.
file_refs::Fetch by_rule(ReadTxn& txn, keys::GroupNumber group, const FileRef& file);
// A file that a commit has just named.
file_refs::Fetch for_named(ReadTxn& txn, keys::GroupNumber group, const RecordId& record, const FileRef& file);

// Fetched now, though it was dropped or the policy leaves it out.
void fetch(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const FileRef& file);
// The same, and kept when the policy changes.
void keep(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const FileRef& file);
// The opposite: its content goes from this disk unless another record here holds it too. Who it is from can fetch it
// again. Returns the chunks whose files go by Chunks::remove_files() after the transaction.
std::vector<ChunkId> drop(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const FileRef& file);
bool is_kept(ReadTxn& txn, keys::GroupNumber group, const FileRef& file);

// Whether a file of the group may be missing here without being wanted: the policy leaves some out, or one was dropped and
// not fetched since. Linear in the dropped ones.
bool leaves_out(ReadTxn& txn, keys::GroupNumber group);

}  // namespace staffroom::file_policy
