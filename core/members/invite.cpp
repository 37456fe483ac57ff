#include "core/members/invite.h"

#include <algorithm>

namespace staffroom {
namespace {

constexpr std::string_view prefix = "staffroom-";
constexpr std::uint8_t version = 1;
constexpr std::size_t checksum_bytes = 8;

Bytes checksum_of(ByteView bytes) {
    Bytes sum(checksum_bytes);
    blake2b(sum, {}, {bytes});
    return sum;
}

}  // namespace

std::string text_of(Invitation invitation) {
    if (invitation.addresses.size() > 4) invitation.addresses.resize(4);
    Bytes bytes = {version};
    append(bytes, encode(invitation));
    append(bytes, checksum_of(bytes));
    auto text = std::string(prefix) + to_base32(bytes);
    assert(text.size() <= limits::invitation_bytes);
    return text;
}

Result<Invitation> invitation_from(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto damaged = [] {
        return Error{Code::malformed, "This invitation is damaged or incomplete.",
                     "Copy it again from its first to its last letter, or scan it again."};
    };
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return damaged();
    text = text.substr(first, text.find_last_not_of(blanks) + 1 - first);
    if (text.size() > limits::invitation_bytes || !text.starts_with(prefix)) return damaged();
    const auto bytes = from_base32(text.substr(prefix.size()));
    if (!bytes || bytes->size() < 1 + checksum_bytes) return damaged();
    const auto checked = ByteView(*bytes).first(bytes->size() - checksum_bytes);
    if (!std::ranges::equal(checksum_of(checked), ByteView(*bytes).last(checksum_bytes))) return damaged();
    if (checked[0] > version) {
        return {Code::refused, "This invitation was made by a newer version of Staffroom.",
                "Update Staffroom on this computer, then join again."};
    }
    auto invitation = decode<Invitation>(checked.subspan(1));
    if (checked[0] != version || !invitation) return damaged();
    return invitation;
}

AdmissionDecision decide_admission(const Membership& membership, const PersonId& me, const Claimant& claimant) {
    const auto refuse = [](Admission kind) { return AdmissionDecision{kind, std::nullopt}; };
    if (claimant.person == me) return refuse(Admission::oneself);
    if (membership.role_now(claimant.person).role != Role::none) return refuse(Admission::again);
    if (membership.role_now(me).role != Role::organiser) return refuse(Admission::elsewhere);
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
