#include "net/message.h"

#include <algorithm>

namespace staffroom::net {
namespace {

struct Body {
    Claim& claim;
    template <class A>
    void serialize(A& ar) {
        claim.serialize_body(ar);
    }
};

Bytes signed_bytes(const Claim& claim) {
    Claim copy = claim;
    Bytes bytes = copy_of(view_of("staffroom-claim-v1"));
    append(bytes, encode(Body{copy}));
    return bytes;
}

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

void sign(Claim& claim, const SigningKey& invitation) { claim.signature = invitation.sign(signed_bytes(claim)); }

bool is_valid(const Claim& claim) {
    return names(claim.card, claim.device) && verify(claim.invite.view(), signed_bytes(claim), claim.signature) &&
           is_valid(claim.card);
}

}  // namespace staffroom::net
