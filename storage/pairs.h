// What two people keep between themselves: the pair group, as this device comes to have it (core/members/pair.h).
//
// Rules:
//  - the group's key is that of the first offer (by a device that still may speak, then by depth and id) in all groups
//    that the two share. While that one leaves this device out, it keeps what it has, or takes the first that it opens;
//  - nothing else in a pair group tells its devices apart from those of a group that both joined: whoever has the key
//    may see the control commits, and only the devices of the two ever get it.
#pragma once

#include "storage/replica.h"

namespace staffroom {

// Keeps every pair group that is offered to this device, and goes by the first offer. Gives those that are new here or
// have another key now. To be called when key commits, or what they hang on, have come in; cheap when there is nothing.
Result<std::vector<GroupId>> take_pair_offers(Replica& replica);

// What was written on the way, for whoever passes it on.
struct GroupChange {
    GroupId group;
    Ingested done;
};
struct OpenedPair {
    GroupId group;
    std::vector<GroupChange> changes;
};
// The pair group with this person, ready to be written in; made when it is not here yet. A crash on the way leaves
// something that the next call finishes. Errors: refused (with oneself; in no group together; no right to write there).
Result<OpenedPair> open_pair(Replica& replica, const PersonId& with);

// The other person of a pair group; nothing for other groups.
std::optional<PersonId> other_of(const Genesis& genesis, const PersonId& me);
// What this device knows of somebody, from the group that knows most of them. Nothing: never heard of.
std::optional<PersonCard> card_anywhere(const Replica& replica, const PersonId& person);

}  // namespace staffroom
