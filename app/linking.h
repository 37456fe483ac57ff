// The older computer's side of linking a new one: whether to accept, and what is kept and told before it is said.
//
// The offer (core/members/link_offer.h) is good for one computer and for some minutes. The link is kept in the profile
// first and then written into every group, so that a power cut at any point leaves it undone, or is made good at the next
// start (Home); a claim that comes again is answered again.
#pragma once

#include "app/home.h"
#include "app/open_invitations.h"
#include "net/lobby_message.h"
#include "storage/pairs.h"

namespace staffroom {

struct LinkDecision {
    net::Outcome outcome = net::Outcome::unknown;  // welcome: the card in home.identity() has the link
    std::vector<GroupChange> told;
};
// Needs: is_valid(claim).
LinkDecision decide_link(Home& home, OpenInvitations& offers, const net::LinkClaim& claim);

// A colleague's side of a recovery: whose sheet it is (the card), and the link, carried into every group here that the
// person is in. Any member may: a link proves itself. That other computers are gone only counts when the person's own
// says so (core/members/rules.h M-8): the new one does, when it is in.
struct RescueDecision {
    std::optional<PersonCard> card;  // nothing: nobody here has that sheet, or it cannot be kept now
    std::vector<GroupChange> told;
};
// Needs: is_valid(claim).
RescueDecision decide_rescue(Home& home, const net::RescueClaim& claim);

// What a computer hears for which colleagues are to vouch: welcome in a group here where enough have (the card), asked
// where the person is in one, else unknown.
struct VouchDecision {
    net::Outcome outcome = net::Outcome::unknown;
    std::optional<PersonCard> card;
};
VouchDecision decide_vouched(const Replica& replica, const net::VouchClaim& claim);

}  // namespace staffroom
