// What all those lack for whom a stick is packed: their haves and receipts against the replica here.
#pragma once

#include <map>
#include <set>

#include "net/courier/lacking.h"

namespace staffroom {
class Home;
}

namespace staffroom::courier {

namespace format = net::courier;

// The devices that a stick is for: of this person, or of everybody in the group; never this one.
std::vector<DeviceId> destinations(const Home& home, const GroupId& group, const std::optional<PersonId>& person);

// What was found on the stick itself.
struct Told {
    std::map<DeviceId, format::Receipt> receipts;
    // Of commits that are not here yet, what they build on: so a head that lies on the stick tells what is below it.
    std::map<CommitId, std::vector<CommitId>> parents;
};

// Each once, control and key before content, parents first.
std::vector<CommitId> commits_lacked(const Home& home, const GroupId& group, const std::vector<DeviceId>& devices,
                                     const Told& told);
// Those of the files in these commits, and those that receipts want: each once, the newest files first, a file's manifest
// before the file. Some may not be here either. Linear in the records of the group, unless there is nothing to look for.
std::vector<ChunkId> chunks_lacked(Home& home, const GroupId& group, const std::vector<DeviceId>& devices,
                                   const Told& told, const std::vector<CommitId>& commits);

}  // namespace staffroom::courier
