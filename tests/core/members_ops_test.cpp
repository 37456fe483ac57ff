// The bodies of control and key ops as they travel.
#include <doctest/doctest.h>

#include "core/ops.h"
#include "tests/decoder_laws.h"
#include "tests/members_people.h"

using namespace staffroom;

TEST_CASE("O01 O02 O03 O04 O05 control ops are decoded exactly or not at all") {
    const auto key = random_id<InviteKey>();
    laws::check_decoder(InviteOp{key, Role::reader, 300, true});
    laws::check_decoder(CloseOp{key});
    laws::check_decoder(AddOp{random_id<PersonId>(), Role::member, key});
    laws::check_decoder(AppointOp{random_id<PersonId>()});
    laws::check_decoder(RemoveOp{random_id<PersonId>()});
    laws::check_decoder(DemoteOp{random_id<PersonId>(), Role::reader});
    laws::check_decoder(LeaveOp{});
    const auto one = random_id<CommitId>(), other = random_id<CommitId>();
    laws::check_decoder(AdmitOp{{std::min(one, other), std::max(one, other)}});
    laws::check_decoder(HideOp{{one}});
}

TEST_CASE("O01 O02 O03 O04 O05 cards are decoded exactly or not at all, and no flipped bit verifies") {
    people::Somebody ana("Ana");
    ana.link("phone", 0);
    laws::check_decoder(PersonsOp{{ana.card}});
    const auto bytes = encode(ana.card);
    for (std::size_t i = 0; i < bytes.size(); i += 7) {
        auto flipped = bytes;
        flipped[i] ^= 1;
        const auto read = decode<PersonCard>(flipped);
        REQUIRE_FALSE((read && is_valid(*read)));
    }
}

TEST_CASE("O01 O02 O03 O04 O05 key ops are decoded exactly or not at all") {
    const KeyBox box{random_id<DeviceId>(), Bytes(80, 7)};
    const WrappedKey wrapped{random_id<EpochId>(), random_id<Nonce24>(), Bytes(48, 7)};
    laws::check_decoder(RekeyOp{random_id<EpochId>(), {box}, {wrapped}});
    laws::check_decoder(ShareOp{random_id<EpochId>(), {box}});
    laws::check_decoder(CannotOpenOp{random_id<EpochId>(), {random_id<CommitId>()}});
}
