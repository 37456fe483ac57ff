#include "core/members/membership.h"

#include <doctest/doctest.h>

#include "tests/members_people.h"

using namespace staffroom;
using namespace staffroom::people;

namespace {

const KnownTo known_to_nobody = [](const CommitId&) { return false; };

}  // namespace

TEST_CASE("a newcomer is let in, writes, is removed, and what they write then is masked") {
    Somebody ana("Ana"), cy("Cy");
    auto group = GroupOf::founded_by({&ana});
    CHECK(group.membership.standing(cy.first.id()) == Standing::unknown);
    const auto added = group.let_in(ana.first, cy);
    REQUIRE(added);
    CHECK(group.membership.role_of(cy.first.id()) == Role::member);
    CHECK(group.membership.author_of(cy.first.id(), {*added}) == cy.id);
    CHECK_FALSE(group.membership.author_of(cy.first.id(), {root_of(group.id)}));

    group.write(ana.first, {make_op(RemoveOp{cy.id})});
    CHECK(group.membership.standing(cy.first.id()) == Standing::removed);
    CHECK(group.membership.removals_of(cy.first.id()).size() == 1);
    CHECK(group.membership.author_of(cy.first.id(), {*added}) == cy.id);  // valid still, but masked
    Commit note;
    note.header.author = cy.first.id();
    note.header.auth = {*added};
    CHECK(group.membership.judge(note, cy.id, known_to_nobody).verdict == Verdict::set_aside);
}

TEST_CASE("a stranger's control commit is not valid, whatever it says") {
    Somebody ana("Ana"), mal("Mal");
    auto group = GroupOf::founded_by({&ana});
    CHECK_FALSE(group.write(mal.first, {make_op(PersonsOp{{mal.card}}), make_op(AppointOp{mal.id})}));
    CHECK_FALSE(group.write(mal.first, {make_op(LeaveOp{})}));
}

TEST_CASE("a second device speaks for its person once its link is known, and no longer once it is revoked") {
    Somebody ana("Ana");
    auto group = GroupOf::founded_by({&ana});
    const auto phone = ana.link("Ana's phone", 0);
    CHECK_FALSE(group.write(phone, {make_op(InviteOp{})}));
    group.write(ana.first, {make_op(PersonsOp{{ana.card}})});
    CHECK(group.membership.role_of(phone.id()) == Role::organiser);
    CHECK(group.write(phone, {make_op(InviteOp{})}));
    CHECK(group.membership.readers().size() == 2);

    ana.card.statements.push_back(make_revocation(ana.id, ana.first.key, phone.id()));
    group.write(ana.first, {make_op(PersonsOp{{ana.card}})});
    CHECK(group.membership.standing(phone.id()) == Standing::removed);
    CHECK(group.membership.readers().size() == 1);
    CHECK(group.membership.members()[0].devices == std::vector<DeviceId>{ana.first.id()});
}

TEST_CASE("a younger device does not revoke an older one, and a stranger who carries a revocation masks nothing") {
    Somebody ana("Ana"), cy("Cy");
    auto group = GroupOf::founded_by({&ana});
    const auto phone = ana.link("phone", 0);
    group.write(ana.first, {make_op(PersonsOp{{ana.card}})});
    group.let_in(ana.first, cy);

    auto forged = ana.card;
    forged.statements.push_back(make_revocation(ana.id, phone.key, ana.first.id()));
    group.write(phone, {make_op(PersonsOp{{forged}})});
    CHECK(group.membership.role_of(ana.first.id()) == Role::organiser);

    auto true_card = ana.card;
    true_card.statements.push_back(make_revocation(ana.id, ana.first.key, phone.id()));
    group.write(cy.first, {make_op(PersonsOp{{true_card}})});
    CHECK(group.membership.role_of(phone.id()) == Role::organiser);
}

TEST_CASE("a card proves only links whose whole chain it holds") {
    Somebody ana("Ana");
    const auto phone = ana.link("phone", 0);
    Device tablet("tablet");
    ana.card.statements.push_back(make_link(ana.id, phone.key, tablet.record, tablet.key, {0, 0}));
    Device wrong("wrong path");
    ana.card.statements.push_back(make_link(ana.id, phone.key, wrong.record, wrong.key, {1, 0}));
    REQUIRE(is_valid(ana.card));
    CHECK(prove(ana.card).devices.size() == 3);
    CHECK(prove(ana.card).devices.at(tablet.id()).path == DevicePath{0, 0});
    CHECK(next_path(ana.card, ana.first.id()) == DevicePath{1});
    CHECK(next_path(ana.card, tablet.id()) == DevicePath{0, 0, 0});
    CHECK(next_path(ana.card, Device("stranger").id()).empty());

    auto broken = ana.card;
    broken.statements.erase(broken.statements.begin());
    CHECK(prove(broken).devices.size() == 1);
}

TEST_CASE("a device that consented to two people is the person's who linked it first") {
    Somebody ana("Ana"), ben("Ben");
    auto group = GroupOf::founded_by({&ana, &ben});
    Device shared("shared");
    ana.card.statements.push_back(make_link(ana.id, ana.first.key, shared.record, shared.key, {0}));
    ben.card.statements.push_back(make_link(ben.id, ben.first.key, shared.record, shared.key, {0}));
    const auto one = *group.write(ben.first, {make_op(PersonsOp{{ben.card}})});
    const auto two = *group.write(ana.first, {make_op(PersonsOp{{ana.card}})});
    CHECK(group.membership.person_of(shared.id()) == ben.id);
    CHECK(group.membership.author_of(shared.id(), {one}) == ben.id);
    CHECK(group.membership.author_of(shared.id(), {two}) == ben.id);

    // Said by two who do not know of each other: in each one's past it is theirs, and with both the first by order.
    Device torn("torn");
    const auto heads = group.heads;
    ana.card.statements.push_back(make_link(ana.id, ana.first.key, torn.record, torn.key, {1}));
    ben.card.statements.push_back(make_link(ben.id, ben.first.key, torn.record, torn.key, {1}));
    const auto hers = *group.write(ana.first, {make_op(PersonsOp{{ana.card}})}, heads);
    const auto his = *group.write(ben.first, {make_op(PersonsOp{{ben.card}})}, heads);
    CHECK(group.membership.author_of(torn.id(), {hers}) == ana.id);
    CHECK(group.membership.author_of(torn.id(), {his}) == ben.id);
    CHECK(group.membership.person_of(torn.id()) == (hers < his ? ana.id : ben.id));
}

TEST_CASE("two people who make their pair group apart make the same one, and each brings their own card") {
    Somebody ana("Ana"), ben("Ben");
    GroupOf one(make_pair_genesis(ana.id, ben.id)), other(make_pair_genesis(ben.id, ana.id));
    CHECK(one.id == other.id);
    CHECK_FALSE(one.write(ana.first, {make_op(AdmitOp{})}));
    CHECK(one.write(ana.first, {make_op(PersonsOp{{ana.card}})}));
    CHECK(one.write(ben.first, {make_op(PersonsOp{{ben.card}}), make_op(RemoveOp{ana.id})}));
    CHECK(one.membership.role_of(ana.first.id()) == Role::organiser);
    CHECK(one.membership.role_of(ben.first.id()) == Role::organiser);
}

TEST_CASE("S14 an op of a newer version makes the group wait for an update; the ops beside it count") {
    Somebody ana("Ana"), cy("Cy");
    auto group = GroupOf::founded_by({&ana});
    group.write(ana.first,
                {make_op(PersonsOp{{cy.card}}), Op{999, {1, 2, 3}}, make_op(AddOp{cy.id, Role::member, {}})});
    CHECK(group.membership.needs_update());
    CHECK(group.membership.role_now(cy.id).role == Role::member);
}

TEST_CASE("an op whose bytes are damaged has no effect, nor has a part") {
    Somebody ana("Ana"), cy("Cy");
    auto group = GroupOf::founded_by({&ana});
    group.write(ana.first, {Op{AddOp::kind, {1, 2, 3}}, make_op(AppointOp{cy.id})});
    CHECK(group.membership.role_now(cy.id).role == Role::organiser);
    CHECK(read_control_ops({Bytes{0xff, 0xff}, encode(OpList{{make_op(LeaveOp{})}})}).ops.size() == 1);
    CHECK(read_control_ops({Bytes{}, encode(OpList{{make_op(LeaveOp{})}})}).ops[0].index == 1u << 16);
}

TEST_CASE("members are listed organisers first, the most senior before") {
    Somebody ana("Ana"), ben("Ben"), cy("Cy"), dan("Dan");
    auto group = GroupOf::founded_by({&ana, &ben});
    group.let_in(ana.first, cy, Role::reader);
    group.let_in(ana.first, dan);
    std::vector<std::string> names;
    for (const auto& row : group.membership.members()) names.push_back(row.name);
    CHECK(names == std::vector<std::string>{"Ana", "Ben", "Dan", "Cy"});
}

TEST_CASE("an invitation's uses are counted, it is closed, and it falls with its inviter") {
    Somebody ana("Ana"), ben("Ben"), cy("Cy");
    auto group = GroupOf::founded_by({&ana, &ben});
    const InviteKey key = SigningKey(new_signing_seed()).public_key<InviteKey>();
    CHECK_FALSE(group.membership.invite(key));
    group.write(ben.first, {make_op(InviteOp{key, Role::member, 2, false})});
    REQUIRE(group.membership.invite(key));
    CHECK(group.membership.invite(key)->standing);
    group.write(ana.first, {make_op(PersonsOp{{cy.card}}), make_op(AddOp{cy.id, Role::member, key})});
    CHECK(group.membership.invite(key)->used_by == std::vector<PersonId>{cy.id});
    CHECK_FALSE(group.membership.invite(key)->closed);
    group.write(ben.first, {make_op(CloseOp{key})});
    CHECK(group.membership.invite(key)->closed);
    group.write(ana.first, {make_op(RemoveOp{ben.id})});
    CHECK_FALSE(group.membership.invite(key)->standing);
}
