// Looks over the shoulder of one device, and holds it to what it says to others:
//  - a commit always has the same bytes;
//  - what it has acknowledged is on its disk, then and ever after. Acknowledged is what stood in the frame that it stored
//    under that number: one that came before, damaged or too early, and was passed over, promised nothing;
//  - a chunk that it has offered is on its disk likewise;
//  - control commits apart, it gives commits, parts and chunks to nobody whom it does not know to be in the group.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/action.h"
#include "net/chunks.h"
#include "storage/replica.h"

namespace staffroom::world {

// What all devices together have shown: the same bytes for an id, always.
class Ledger {
  public:
    // False when that id was seen with other bytes.
    bool see(const CommitId& id, const Bytes& commit);
    std::set<CommitId> written;  // durable at their author

  private:
    std::map<CommitId, Hash> bytes_;
};

class Witness {
  public:
    using Report = std::function<void(const std::string& broken)>;
    // What it has promised to keep. A disk that is copied or put back takes this with it.
    struct Promises {
        std::map<CommitId, GroupId> commits;
        std::set<ChunkId> chunks;
    };

    Witness(Ledger& ledger, Report report) : ledger_(ledger), report_(std::move(report)) {}

    // A frame has arrived and is about to be heard.
    void hears(net::LinkId link, ByteView frame);
    // An action is about to be carried out.
    void sees(const net::Action& action, const Replica& replica);
    // Commits of its own are durable.
    void wrote(const GroupId& group, const std::vector<CommitId>& ids);
    // Its power is gone, and with it all links.
    void forget_links();
    void check_promises(const Replica& replica) const;

    Promises promises;

  private:
    struct Frame {
        net::LinkId link;
        std::uint64_t number = 0;
        auto operator<=>(const Frame&) const = default;
    };

    void gives(net::LinkId link, const net::CommitsFrame& message, const CommitLog& log);
    void gives(net::LinkId link, const net::Parts& message, const CommitLog& log);
    void gives(net::LinkId link, const net::ChunkFrame& message, const Replica& replica);
    void offers(const net::HaveChunks& message, const Replica& replica);
    void says(net::LinkId link, const net::Taken& message, const CommitLog& log);
    Standing standing(net::LinkId link, const GroupId& group, const CommitLog& log) const;
    static GroupId group_of(const CommitId& id, const CommitLog& log);

    Ledger& ledger_;
    Report report_;
    std::map<net::LinkId, DeviceId> speakers_;  // as their hello says
    Frame heard_;                               // the last one with commits, and what stood in it
    std::vector<CommitId> heard_ids_;
    std::map<Frame, std::vector<CommitId>> stored_;
};

}  // namespace staffroom::world
