#include "core/members/invite.h"

#include <doctest/doctest.h>

#include "tests/members_people.h"
#include "tests/page.h"

using namespace staffroom;
using namespace staffroom::people;

namespace {

Invitation some_invitation() {
    Invitation invitation;
    invitation.seed = random_id<Hash>();
    invitation.group = random_id<GroupId>();
    invitation.device = random_id<DeviceId>();
    invitation.link = random_id<LinkKey>();
    for (int i = 0; i < 4; ++i) invitation.addresses.push_back({random_id<Id<struct IpTag, 16>>(), 47710});
    return invitation;
}

// A text whose bytes are right, made by hand.
std::string text_with(Bytes bytes) {
    Bytes sum(8);
    blake2b(sum, {}, {bytes});
    append(bytes, sum);
    return "staffroom-" + to_base32(bytes);
}

}  // namespace

TEST_CASE("an invitation survives being sent as text, with blanks around it") {
    const auto invitation = some_invitation();
    const auto text = text_of(invitation);
    CHECK(text.size() <= limits::invitation_bytes);
    CHECK(*invitation_from(text) == invitation);
    CHECK(*invitation_from("\n  " + text + " \r\n") == invitation);
}

TEST_CASE("the worked example of an invitation in core/MODEL.md is what the code writes") {
    Invitation invitation;
    invitation.seed.bytes.fill(1);
    invitation.group.bytes.fill(2);
    invitation.device.bytes.fill(3);
    invitation.link.bytes.fill(4);
    InvitedAddress address;
    address.ip.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 1, 7};
    address.port = 47710;
    invitation.addresses = {address};
    const auto text = text_of(invitation).substr(std::string("staffroom-").size());
    CHECK_EQ(to_hex(page_example("core/MODEL.md", "invitation")), to_hex(*from_base32(text)));
}

TEST_CASE("P07 an invitation with any bit flipped, any letter lost or added, is refused") {
    const auto text = text_of(some_invitation());
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            auto flipped = text;
            flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
            REQUIRE(invitation_from(flipped).code() == Code::malformed);
        }
        REQUIRE_FALSE(invitation_from(text.substr(0, i)).ok());
        REQUIRE_FALSE(invitation_from(text + text[i]).ok());
    }
    CHECK(invitation_from(std::string(100000, 'a')).code() == Code::malformed);
}

TEST_CASE("P01 an invitation of a newer version says so") {
    Bytes bytes = {2};
    append(bytes, view_of("what a later version puts here"));
    const auto read = invitation_from(text_with(bytes));
    REQUIRE_FALSE(read.ok());
    CHECK(read.code() == Code::refused);
    CHECK(read.error().say.find("made by a newer version") != std::string::npos);
    CHECK(invitation_from(text_with({0})).code() == Code::malformed);
    CHECK(invitation_from(text_with({1, 2, 3})).code() == Code::malformed);
    CHECK(invitation_from("staffroom-").code() == Code::malformed);
    CHECK(invitation_from("").code() == Code::malformed);
}

namespace {

// Ana and Ben organise; Ana invited with a key.
struct Party {
    Somebody ana{"Ana"}, ben{"Ben"}, cy{"Cy"}, dan{"Dan"};
    GroupOf group = GroupOf::founded_by({&ana, &ben});
    InviteKey key = SigningKey(new_signing_seed()).public_key<InviteKey>();

    void invite(std::uint32_t uses, Role role = Role::member, bool ask = false) {
        group.write(ana.first, {make_op(InviteOp{key, role, uses, ask})});
    }
    AdmissionDecision claim(const Somebody& who, const Somebody& at, bool confirmed = false) const {
        return decide_admission(group.membership, at.first.id(), {key, who.id, confirmed});
    }
    void admit(const Somebody& who, const Somebody& at) {
        const auto decision = claim(who, at);
        REQUIRE(decision.kind == Admission::admit);
        group.write(at.first, {make_op(PersonsOp{{who.card}}), make_op(*decision.add)});
    }
};

}  // namespace

TEST_CASE("P02 a single-use invitation is used once, at any organiser's; who is in is welcomed again") {
    Party party;
    CHECK(party.claim(party.cy, party.ana).kind == Admission::unknown);
    party.invite(1);
    party.admit(party.cy, party.ben);
    CHECK(party.group.membership.role_now(party.cy.id).role == Role::member);
    CHECK(party.claim(party.cy, party.ana).kind == Admission::again);
    CHECK(party.claim(party.dan, party.ana).kind == Admission::used);
    CHECK(refusal_of(Admission::used, "Ana").say.find("already used") != std::string::npos);
}

TEST_CASE("P03 a closed invitation names whom to ask") {
    Party party;
    party.invite(5);
    party.group.write(party.ana.first, {make_op(CloseOp{party.key})});
    CHECK(party.claim(party.cy, party.ben).kind == Admission::closed);
    CHECK(refusal_of(Admission::closed, "Ana").advice == "Ask Ana to open pairing again.");
    CHECK_FALSE(refusal_of(Admission::closed, "").advice.empty());
}

TEST_CASE("P08 the role is the invite commit's, and an invitation to organise is none") {
    Party party;
    party.invite(5, Role::reader);
    party.admit(party.cy, party.ana);
    CHECK(party.group.membership.role_now(party.cy.id).role == Role::reader);

    Party other;
    other.invite(5, Role::organiser);
    CHECK(other.claim(other.cy, other.ana).kind == Admission::unknown);
}

TEST_CASE("an invitation that asks first waits for an organiser's yes") {
    Party party;
    party.invite(5, Role::member, true);
    CHECK(party.claim(party.cy, party.ana).kind == Admission::ask);
    CHECK(party.claim(party.cy, party.ana, true).kind == Admission::admit);
}

TEST_CASE("P10 an invitation falls when its inviter's device is revoked or its inviter removed") {
    Party party;
    party.ana.link("phone", 0);
    const auto phone = party.ana.link("lost phone", 1);
    party.group.write(party.ana.first, {make_op(PersonsOp{{party.ana.card}})});
    party.group.write(phone, {make_op(InviteOp{party.key, Role::member, 5, false})});
    CHECK(party.claim(party.cy, party.ben).kind == Admission::admit);
    party.ana.card.statements.push_back(make_revocation(party.ana.id, party.ana.first.key, phone.id()));
    party.group.write(party.ana.first, {make_op(PersonsOp{{party.ana.card}})});
    CHECK(party.claim(party.cy, party.ben).kind == Admission::closed);
}

TEST_CASE("P13 one's own invitation is recognised") {
    Party party;
    party.invite(5);
    CHECK(party.claim(party.ana, party.ana).kind == Admission::oneself);
}

TEST_CASE("a member's device lets nobody in, and somebody removed does not come back by the hall's code") {
    Party party;
    party.invite(50);
    party.admit(party.cy, party.ana);
    CHECK(party.claim(party.dan, party.cy).kind == Admission::elsewhere);
    party.group.write(party.ana.first, {make_op(RemoveOp{party.cy.id})});
    CHECK(party.claim(party.cy, party.ana).kind == Admission::removed);
}

TEST_CASE("K03 K04 nothing about members, invitations or keys hangs on a clock") {
    // The same acts by computers whose clocks jump years ahead and back: only ids differ, which cover the shown time.
    const std::uint64_t year = 31'557'600'000;
    for (const auto& clocks : {std::vector<std::uint64_t>{0}, {50 * year, 0, 60 * year}, {~std::uint64_t{0}, year}}) {
        Party party;
        std::size_t tick = 0;
        const auto write = [&](const Device& by, const std::vector<Op>& ops) {
            auto commit = party.group.compose_control(by, ops, party.group.heads, clocks[tick++ % clocks.size()]);
            REQUIRE(party.group.add(commit, ops));
        };
        write(party.ana.first, {make_op(InviteOp{party.key, Role::member, 2, false})});
        const auto decision = party.claim(party.cy, party.ben);
        REQUIRE(decision.kind == Admission::admit);
        write(party.ben.first, {make_op(PersonsOp{{party.cy.card}}), make_op(*decision.add)});
        write(party.ana.first, {make_op(RemoveOp{party.cy.id})});
        write(party.ana.first, {make_op(AppointOp{party.ben.id})});
        CHECK(party.claim(party.cy, party.ana).kind == Admission::removed);
        CHECK(party.claim(party.dan, party.ana).kind == Admission::admit);
        CHECK(party.group.membership.role_now(party.cy.id).role == Role::none);
        CHECK(party.group.membership.role_of(party.ben.first.id()) == Role::organiser);
    }
}

TEST_CASE("every refusal is a sentence and what to do next") {
    for (const auto kind : {Admission::elsewhere, Admission::unknown, Admission::used, Admission::closed,
                            Admission::removed, Admission::oneself}) {
        CHECK_FALSE(refusal_of(kind, "Ana").say.empty());
        CHECK_FALSE(refusal_of(kind, "").advice.empty());
    }
}
