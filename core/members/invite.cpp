#include "core/members/invite.h"

#include <algorithm>

#include "core/checked_text.h"

namespace staffroom {
namespace {

constexpr CheckedText invitation_text = {"staffroom-", "invitation", 1, limits::invitation_bytes};

}  // namespace

std::string text_of(Invitation invitation) {
    if (invitation.addresses.size() > 4) invitation.addresses.resize(4);
    return to_checked_text(invitation_text, encode(invitation));
}

Result<Invitation> invitation_from(std::string_view text) {
    const auto body = from_checked_text(invitation_text, text);
    if (!body) return body.error();
    auto invitation = decode<Invitation>(*body);
    if (!invitation) return damaged(invitation_text);
    return invitation;
}

AdmissionDecision decide_admission(const Membership& membership, const DeviceId& me, const Claimant& claimant) {
    const auto refuse = [](Admission kind) { return AdmissionDecision{kind, std::nullopt}; };
    if (claimant.person == membership.person_of(me)) return refuse(Admission::oneself);
    if (membership.role_now(claimant.person).role != Role::none) return refuse(Admission::again);
    if (membership.role_of(me) != Role::organiser) return refuse(Admission::elsewhere);
    const auto invite = membership.invite(claimant.invite);
    if (!invite) return refuse(Admission::unknown);
    if (invite->closed || !invite->standing) return refuse(Admission::closed);
    if (membership.was_in(claimant.person)) return refuse(Admission::removed);
    if (invite->used_by.size() >= invite->op.uses) return refuse(Admission::used);
    if (invite->op.ask && !claimant.confirmed) return refuse(Admission::ask);
    return {Admission::admit, AddOp{claimant.person, invite->op.role, claimant.invite}};
}

Error refusal_of(Admission kind, const std::string& inviter) {
    const auto who = inviter.empty() ? std::string("the colleague who invited you") : inviter;
    switch (kind) {
        case Admission::elsewhere:
            return {Code::refused, "This colleague's computer cannot let anybody into the group.",
                    "Stay near " + who + " or another organiser of the group."};
        case Admission::unknown:
            return {Code::not_found, "This colleague's computer does not know the invitation.",
                    "Meet " + who + " first, or ask for a new invitation."};
        case Admission::used:
            return {Code::refused, "This invitation is already used.", "Ask " + who + " for a new one."};
        case Admission::closed:
            return {Code::refused, "This invitation is no longer open.", "Ask " + who + " to open pairing again."};
        case Admission::removed:
            return {Code::refused, "You were in this group before, and an invitation does not bring you back.",
                    "Ask an organiser of the group to add you again."};
        case Admission::oneself:
            return {Code::refused, "This is your own invitation.", "Give it to the colleague who is to join."};
        case Admission::admit:
        case Admission::again:
        case Admission::ask:
            break;
    }
    assert(false);
    return {};
}

}  // namespace staffroom
