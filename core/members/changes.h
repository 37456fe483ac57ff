// What somebody wants to change about the members of a group, said in words before anything is written.
//
// The rules never refuse: an act without standing has no effect, and one that a senior outranks stays without any. A
// teacher hears of that before, not after: every change is tried on a copy of the rules (role_after) with all that this
// device knows in its past. What colleagues write meanwhile elsewhere may still decide otherwise.
//
// Everything is asked by a *device*, since a person may do less through one that colleagues only vouched for.
// Errors: refused (no right, no effect, no sense), not_found (not in the group).
// Cost: of a copy of the rules (n*n/16 bytes for n control commits).
#pragma once

#include "core/members/membership.h"

namespace staffroom {

struct MemberChange {
    std::vector<Op> ops;  // of one control commit
    std::string warning;  // what to ask before it is written; may be empty
};

Result<> may_organise(const Membership& members, const DeviceId& me);

// Ends somebody's membership.
Result<MemberChange> decide_remove(const Membership& members, const DeviceId& me, const PersonId& who);
// Raises or lowers somebody's role, or lets somebody in again whose card is known here. Needs: not none.
Result<MemberChange> decide_role(const Membership& members, const DeviceId& me, const PersonId& who, Role wanted);
// Warns when nobody would be left to organise.
Result<MemberChange> decide_leave(const Membership& members, const DeviceId& me);

// "This laptop is gone", in this group: by a device of the same person, or by an organiser. `statement` is the signed
// revocation; it is the same for every group.
Result<MemberChange> decide_revoke(const Membership& members, const DeviceId& me, const DeviceStatement& statement);
// M-9: this organiser knows who asks.
Result<MemberChange> decide_vouch(const Membership& members, const DeviceId& me, const RecoveryRequest& request);

// M-6: shows or hides what a cut set aside (or anything else that somebody not senior wrote). One change for each 1,024
// commits.
enum class SetAside : std::uint8_t { show, hide };
Result<std::vector<MemberChange>> decide_set_aside(const Membership& members, const DeviceId& me,
                                                   const PersonId& author, std::vector<CommitId> contents,
                                                   SetAside wanted);

// M-7: whether this device may begin a successor of this group (core/genesis.h make_successor): any member may, since a
// group whose last organiser is lost, or whose founder turned against it, has nobody else.
Result<> may_succeed(const Membership& members, const DeviceId& me);
// More than five people and a single organiser: the screen insists on a second one.
bool needs_second_organiser(const Membership& members);

}  // namespace staffroom
