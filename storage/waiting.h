// Commits with a good signature whose ancestors are not all here. They never block another, are in no root and no view,
// and are bounded: what is declined is named, and comes again at the next meeting.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "core/commit.h"
#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom {

// How much waits, per group and author: counted once at opening, then kept.
class WaitingRoom {
  public:
    // Reads the counts. Linear in what waits.
    void load(ReadTxn& txn);

    bool has(ReadTxn& txn, keys::GroupNumber group, const CommitId& id) const;
    // Error: busy above the limits of core/limits.h. Needs: not waiting yet, `missing` not empty.
    Result<> put(WriteTxn& txn, keys::GroupNumber group, const Commit& commit, const CommitFrame& frame,
                 const std::vector<CommitId>& missing);
    // Takes out everything that waited for this one, whatever else it waits for: the caller looks again.
    std::vector<CommitFrame> take_those_waiting_for(WriteTxn& txn, keys::GroupNumber group, const CommitId& arrived);

    // Makes the index of what is waited for anew: the disk may have spoiled it, or what waited. What does not read,
    // or waits for nothing, goes: colleagues give it again.
    void index_anew(WriteTxn& txn, const std::function<bool(keys::GroupNumber, const CommitId&)>& is_here);

    std::vector<CommitId> ids(ReadTxn& txn, keys::GroupNumber group, std::size_t most) const;
    // What they wait for and is not itself waiting, ascending.
    std::vector<CommitId> missing(ReadTxn& txn, keys::GroupNumber group, std::size_t most) const;
    std::optional<CommitFrame> frame(ReadTxn& txn, keys::GroupNumber group, const CommitId& id) const;
    std::size_t count(keys::GroupNumber group) const;

  private:
    struct Count {
        std::size_t commits = 0;
        std::size_t bytes = 0;
        std::map<DeviceId, std::size_t> by_author;
    };
    void add(keys::GroupNumber group, const DeviceId& author, std::size_t bytes);
    void drop(keys::GroupNumber group, const DeviceId& author, std::size_t bytes);

    std::map<keys::GroupNumber, Count> counts_;
};

}  // namespace staffroom
