// A second computer for the same person, without typing keys: two texts that one screen shows and the other reads.
//
// LinkOffer: what the older computer shows. The new one dials it, signs a link of exactly this person, linker and path
// (core/persons.h propose_link) and proves with the seed's key that it saw the screen; the older one accepts.
// RecoveryOffer: what a colleague shows to somebody whose computers and sheet are all lost: who they were, and whom to ask.
// It holds no secret. RecoveryRequest: what the new computer shows in return, so that colleagues vouch for it and no other
// (core/members/rules.h M-9).
#pragma once

#include "core/members/devices.h"
#include "core/members/invite.h"

namespace staffroom {

struct LinkOffer {
    Hash seed;  // bytes of the SigningSeed of the offer's key, good for one link
    PersonId person;
    DeviceId device;  // that will accept
    LinkKey link;     // of the same, to dial it
    DevicePath path;  // of the new device
    std::vector<InvitedAddress> addresses;

    bool operator==(const LinkOffer&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(seed, person, device, link, capped<16>(path), capped<4>(addresses));
    }
    SigningKey key() const { return SigningKey(*SigningSeed::from(seed.view())); }
};

// "staffroom-link-…", at most 512 characters; only the first four addresses are kept.
std::string text_of(LinkOffer offer);
Result<LinkOffer> link_offer_from(std::string_view text);

struct RecoveryOffer {
    PersonId person;  // who lost all
    DeviceId device;  // of the colleague
    LinkKey link;     // of the same, to dial it
    std::vector<InvitedAddress> addresses;

    bool operator==(const RecoveryOffer&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(person, device, link, capped<4>(addresses));
    }
};
// "staffroom-lost-…", likewise.
std::string text_of(RecoveryOffer offer);
Result<RecoveryOffer> recovery_offer_from(std::string_view text);

// "staffroom-recover-…", at most 1,024 characters. Read: valid (is_valid), or malformed.
std::string text_of(const RecoveryRequest& request);
Result<RecoveryRequest> recovery_request_from(std::string_view text);

}  // namespace staffroom
