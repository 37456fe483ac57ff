// Invitations: what is shown as a code or sent as text, and how an organiser's device answers who comes with one.
//
// The text is "staffroom-" and the body with its version and checksum (core/checked_text.h), at most
// limits::invitation_bytes. The seed is that of the invitation's Ed25519 key: whoever has it may come, so it is as secret
// as the group wants to be; it never travels again (the newcomer signs with it).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/members/membership.h"

namespace staffroom {

// A literal address as an invitation carries it. Without a scope: that means something on the inviter's computer only.
struct InvitedAddress {
    Id<struct IpTag, 16> ip;  // IPv6, or IPv4 as ::ffff:a.b.c.d
    std::uint16_t port = 0;   // the members' port
    auto operator<=>(const InvitedAddress&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(ip, port);
    }
};

struct Invitation {
    Hash seed;  // bytes of the SigningSeed of the invitation's key
    GroupId group;
    DeviceId device;  // the inviter's
    LinkKey link;     // likewise: whom to dial
    std::vector<InvitedAddress> addresses;

    bool operator==(const Invitation&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(seed, group, device, link, capped<4>(addresses));
    }
    SigningKey key() const { return SigningKey(*SigningSeed::from(seed.view())); }
};

// Only the first four addresses are kept.
std::string text_of(Invitation invitation);
// Leading and trailing blanks and upper case are forgiven. Errors: malformed (not an invitation, or damaged anywhere), refused (made
// by a newer version).
Result<Invitation> invitation_from(std::string_view text);

// How a claim that proves its invitation's key is answered.
enum class Admission : std::uint8_t {
    admit,      // write the `add` and send the welcome
    again,      // already in: send the welcome again
    ask,        // an organiser has to confirm first
    elsewhere,  // this device's person cannot let anybody in
    unknown,    // no such invitation here (yet)
    used,       // as often as it may be
    closed,     // its time is over, or who gave it no longer may
    removed,    // was in this group once: an organiser adds them by hand, or not
    oneself,    // this very person: a clone, or one's own invitation
};

struct Claimant {
    InviteKey invite;
    PersonId person;
    bool confirmed = false;  // an organiser said yes
};
// By what this device knows; organisers apart may together exceed an invitation's uses, and then all stay. The role is
// always the invite commit's own.
struct AdmissionDecision {
    Admission kind = Admission::unknown;
    std::optional<AddOp> add;  // for `admit`
};
// `me` is the device that answers: one that was only vouched for lets nobody in (core/members/rules.h M-9).
AdmissionDecision decide_admission(const Membership& membership, const DeviceId& me, const Claimant& claimant);

// What the newcomer reads. `inviter` is a name, made safe to show; may be empty. Needs: a kind that refuses (not admit,
// again, ask).
Error refusal_of(Admission kind, const std::string& inviter);

}  // namespace staffroom
