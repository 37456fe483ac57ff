#include "net/message.h"

#include <algorithm>

#include "net/lobby_message.h"

namespace staffroom::net {
namespace {

template <class T>
struct Body {
    T& claim;
    template <class A>
    void serialize(A& ar) {
        claim.serialize_body(ar);
    }
};

template <class T>
Bytes signed_bytes(std::string_view domain, const T& claim) {
    T copy = claim;
    Bytes bytes = copy_of(view_of(domain));
    append(bytes, encode(Body<T>{copy}));
    return bytes;
}

constexpr std::string_view claim_domain = "staffroom-claim-v1";
constexpr std::string_view link_domain = "staffroom-link-claim-v1";
constexpr std::string_view ask_domain = "staffroom-ask-v1";
constexpr std::string_view rescue_domain = "staffroom-rescue-claim-v1";

bool names(const PersonCard& card, const DeviceId& device) {
    return card.first.device == device ||
           std::any_of(card.statements.begin(), card.statements.end(), [&](const DeviceStatement& statement) {
               return statement.kind == StatementKind::link && statement.device == device;
           });
}

}  // namespace

const char* name_of(Parting reason) {
    constexpr const char* names[] = {"done",     "version", "stranger", "myself", "duplicate",
                                     "protocol", "silent",  "promises", "members"};
    return names[static_cast<std::size_t>(reason)];
}

void sign(Claim& claim, const SigningKey& invitation) {
    claim.signature = invitation.sign(signed_bytes(claim_domain, claim));
}

bool is_valid(const Claim& claim) {
    return names(claim.card, claim.device) &&
           verify(claim.invite.view(), signed_bytes(claim_domain, claim), claim.signature) && is_valid(claim.card);
}

void sign(LinkClaim& claim, const SigningKey& offer) { claim.signature = offer.sign(signed_bytes(link_domain, claim)); }

bool is_valid(const LinkClaim& claim) {
    return verify(claim.offer.view(), signed_bytes(link_domain, claim), claim.signature) &&
           is_proposal(claim.statement);
}

void sign(RescueClaim& claim, const SigningKey& recovery) {
    claim.signature = recovery.sign(signed_bytes(rescue_domain, claim));
}

bool is_valid(const RescueClaim& claim) {
    if (!verify(claim.recovery.view(), signed_bytes(rescue_domain, claim), claim.signature)) return false;
    if (!is_valid(claim.record) || !claim.link) return is_valid(claim.record);
    return claim.link->kind == StatementKind::link && claim.link->by.is_zero() &&
           claim.link->device == claim.record.device && is_valid(*claim.link, claim.recovery);
}

void sign(AskClaim& claim, const SigningKey& device) { claim.signature = device.sign(signed_bytes(ask_domain, claim)); }

bool is_valid(const AskClaim& claim) {
    return names(claim.card, claim.device) &&
           verify(claim.device.view(), signed_bytes(ask_domain, claim), claim.signature) && is_valid(claim.card);
}

bool is_valid(const VouchClaim& claim) { return is_valid(claim.request); }

}  // namespace staffroom::net
