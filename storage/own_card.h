// What one's own computers say of each other, the same in every group: a computer that is linked, or shut out, in one
// group is so in all of them.
#pragma once

#include "storage/pairs.h"

namespace staffroom {

// The person's card with everything that any group here knows besides; nothing when that is no more than is known.
std::optional<PersonCard> fuller_card(const Replica& replica);

// Writes the person's card into every group that lacks some of it, those too where this device only reads: what a card
// says proves itself. Whoever links or shuts out calls it, and every start, so that a power cut in the middle is made
// good. Other devices of the person leave it to that one, or every group would be told once by each of them.
Result<std::vector<GroupChange>> carry_own_card(Replica& replica);

// The groups that this device of a member is in and has never been heard to have.
std::vector<GroupId> groups_lacked_by(const Replica& replica, const DeviceId& device);

}  // namespace staffroom
