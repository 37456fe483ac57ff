#include "core/members/epochs.h"

#include <doctest/doctest.h>

#include <set>

#include "core/members/rekey.h"
#include "tests/members_people.h"

using namespace staffroom;
using namespace staffroom::people;

namespace {

// One device's knowledge of a group's keys.
struct Keyring {
    const Device& device;
    Epochs epochs;
    EpochKeys held;
    Keyring(const GroupOf& group, const Device& of) : device(of), epochs(group.id, of.id()) {}
    void hear(const KeyFact& fact) {
        epochs.add(fact);
        for (auto& [id, key] : epochs.open(device.secrets.box, held)) held.emplace(id, key);
    }
};

KeyFact rekey(GroupOf& group, const Keyring& by, NewEpoch* made = nullptr) {
    const auto wrap = by.epochs.to_wrap(by.held, group.membership.newcomers());
    const auto fresh = make_rekey(group.id, group.membership.readers(), wrap);
    REQUIRE(fresh.commits.size() == 1);
    if (made != nullptr) *made = fresh;
    return group.key_fact(by.device, {fresh.commits[0]});
}

}  // namespace

TEST_CASE("E1 a new key opens for every device of every reader, and for nobody else") {
    Somebody ana("Ana"), cy("Cy"), mal("Mal");
    auto group = GroupOf::founded_by({&ana});
    group.let_in(ana.first, cy, Role::reader);
    Keyring hers(group, ana.first), his(group, cy.first), other(group, mal.first);
    CHECK_FALSE(hers.epochs.choose(group.membership, hers.held));
    NewEpoch made;
    const auto fact = rekey(group, hers, &made);
    for (auto* ring : {&hers, &his, &other}) ring->hear(fact);
    CHECK(hers.held.count(made.epoch) == 1);
    CHECK(his.held.at(made.epoch) == made.key);
    CHECK(other.held.empty());
    CHECK(hers.epochs.choose(group.membership, hers.held) == made.epoch);
    CHECK(made.commits[0].boxes[0].box.size() == 80);
}

TEST_CASE("M09 two removals at once: a key that knows only one of them is not written with") {
    Somebody ana("Ana"), ben("Ben"), cy("Cy"), dan("Dan");
    auto group = GroupOf::founded_by({&ana, &ben});
    group.let_in(ana.first, cy);
    group.let_in(ana.first, dan);
    const auto before = group.heads;
    Keyring hers(group, ana.first), his(group, ben.first), gone(group, cy.first);
    const auto first = rekey(group, hers);
    for (auto* ring : {&hers, &his, &gone}) ring->hear(first);

    group.write(ana.first, {make_op(RemoveOp{cy.id})});
    const auto second = rekey(group, hers);
    group.write(ben.first, {make_op(RemoveOp{dan.id})}, before);
    for (auto* ring : {&hers, &his, &gone}) ring->hear(second);
    CHECK_FALSE(hers.epochs.choose(group.membership, hers.held));

    NewEpoch made;
    const auto third = rekey(group, his, &made);
    for (auto* ring : {&hers, &his, &gone}) ring->hear(third);
    CHECK(hers.epochs.choose(group.membership, hers.held) == made.epoch);
    CHECK(gone.held.size() == 1);
}

TEST_CASE("E3 of several good keys the deepest, then the smallest id; a removed author's never") {
    Somebody ana("Ana"), mal("Mal");
    auto group = GroupOf::founded_by({&ana});
    group.let_in(ana.first, mal);
    Keyring hers(group, ana.first);
    NewEpoch one, two;
    hers.hear(rekey(group, hers, &one));
    hers.hear(rekey(group, hers, &two));
    CHECK(hers.epochs.choose(group.membership, hers.held) == std::min(one.epoch, two.epoch));
    NewEpoch deeper;
    group.write(ana.first, {make_op(InviteOp{})});
    hers.hear(rekey(group, hers, &deeper));
    CHECK(hers.epochs.choose(group.membership, hers.held) == deeper.epoch);

    Keyring his(group, mal.first);
    group.write(ana.first, {make_op(RemoveOp{mal.id})});
    hers.hear(rekey(group, his));  // he knows of his removal, and offers a key that he has
    CHECK_FALSE(hers.epochs.choose(group.membership, hers.held));
}

TEST_CASE("E3 nobody makes an old key look new by naming it again") {
    Somebody ana("Ana"), cy("Cy"), dan("Dan");
    auto group = GroupOf::founded_by({&ana});
    group.let_in(ana.first, cy);
    group.let_in(ana.first, dan);
    Keyring hers(group, ana.first);
    NewEpoch old;
    hers.hear(rekey(group, hers, &old));
    group.write(ana.first, {make_op(RemoveOp{cy.id})});
    hers.hear(group.key_fact(dan.first, {RekeyOp{old.epoch, old.commits[0].boxes, {}}}));
    CHECK_FALSE(hers.epochs.choose(group.membership, hers.held));
}

TEST_CASE("E4 whoever came later is left out until somebody shares, and then is not") {
    Somebody ana("Ana"), cy("Cy");
    auto group = GroupOf::founded_by({&ana});
    Keyring hers(group, ana.first), his(group, cy.first);
    NewEpoch made;
    const auto fact = rekey(group, hers, &made);
    hers.hear(fact);
    his.hear(fact);
    group.let_in(ana.first, cy);
    CHECK(hers.epochs.choose(group.membership, hers.held) == made.epoch);
    auto lacking = hers.epochs.left_out(made.epoch, group.membership);
    REQUIRE(lacking.size() == 1);
    CHECK(lacking[0].device == cy.first.id());
    CHECK(hers.epochs.owed(cy.first.id(), {made.epoch}, group.membership, hers.held).size() == 1);

    const auto shared = group.key_fact(ana.first, {make_shares(made.epoch, made.key, lacking)[0]});
    hers.hear(shared);
    his.hear(shared);
    CHECK(his.held.count(made.epoch) == 1);
    CHECK(hers.epochs.left_out(made.epoch, group.membership).empty());
    CHECK(hers.epochs.owed(cy.first.id(), {made.epoch}, group.membership, hers.held).empty());
    CHECK(hers.epochs.owed(Device("stranger").id(), {made.epoch}, group.membership, hers.held).empty());
}

TEST_CASE("E4 a box that does not open, or a flood of them, is told and mended") {
    Somebody ana("Ana"), cy("Cy"), mal("Mal");
    auto group = GroupOf::founded_by({&ana});
    group.let_in(ana.first, cy);
    group.let_in(ana.first, mal);
    Keyring hers(group, ana.first), his(group, cy.first);
    NewEpoch made;
    auto fact = rekey(group, hers, &made);
    for (auto& box : std::get<RekeyOp>(fact.ops[0]).boxes) {
        if (box.device == cy.first.id()) box.box[40] ^= 1;
    }
    const auto bad_share = group.key_fact(mal.first, {ShareOp{made.epoch, {{cy.first.id(), Bytes(80)}}}});
    for (auto* ring : {&hers, &his}) {
        ring->hear(fact);
        ring->hear(bad_share);
    }
    CHECK(his.held.empty());
    CHECK(hers.epochs.left_out(made.epoch, group.membership).empty());

    const auto sayings = his.epochs.cannot_open(his.held);
    REQUIRE(sayings.size() == 1);
    CHECK(sayings[0].tried.size() == 2);
    const auto said = group.key_fact(cy.first, {sayings[0]});
    for (auto* ring : {&hers, &his}) ring->hear(said);
    CHECK(his.epochs.cannot_open(his.held).empty());
    const auto lacking = hers.epochs.left_out(made.epoch, group.membership);
    REQUIRE(lacking.size() == 1);

    const auto shared = group.key_fact(ana.first, {make_shares(made.epoch, made.key, lacking)[0]});
    for (auto* ring : {&hers, &his}) ring->hear(shared);
    CHECK(his.held.at(made.epoch) == made.key);
    CHECK(hers.epochs.left_out(made.epoch, group.membership).empty());
}

TEST_CASE("M13 E5 where newcomers read all, the newest key opens every earlier one") {
    Somebody ana("Ana"), cy("Cy");
    auto group = GroupOf::founded_by({&ana});
    Keyring hers(group, ana.first), his(group, cy.first);
    std::vector<KeyFact> facts;
    for (int i = 0; i < 5; ++i) {
        facts.push_back(rekey(group, hers));
        hers.hear(facts.back());
    }
    CHECK(hers.epochs.to_wrap(hers.held, NewcomersRead::all).size() == 1);
    group.let_in(ana.first, cy);
    facts.push_back(rekey(group, hers));
    hers.hear(facts.back());
    for (const auto& fact : facts) his.hear(fact);
    CHECK(his.held.size() == 6);

    Keyring in_another_order(group, cy.first);
    for (auto fact = facts.rbegin(); fact != facts.rend(); ++fact) in_another_order.hear(*fact);
    CHECK(in_another_order.held.size() == 6);
}

TEST_CASE("M13 E5 where newcomers read from when they join, they get exactly the keys since") {
    Somebody ana("Ana"), cy("Cy");
    auto group = GroupOf::founded_by({&ana}, NewcomersRead::from_join);
    Keyring hers(group, ana.first), his(group, cy.first);
    NewEpoch old, made;
    const auto first = rekey(group, hers, &old);
    hers.hear(first);
    group.let_in(ana.first, cy);
    CHECK_FALSE(hers.epochs.choose(group.membership, hers.held));  // an add asks for a new key
    const auto second = rekey(group, hers, &made);
    hers.hear(second);
    his.hear(first);
    his.hear(second);
    CHECK(his.held.size() == 1);
    CHECK(his.held.count(made.epoch) == 1);
    CHECK(hers.epochs.left_out(old.epoch, group.membership).empty());
    CHECK(hers.epochs.owed(cy.first.id(), {old.epoch}, group.membership, hers.held).empty());

    // A member's new device reads what its person could.
    const auto phone = ana.link("phone", 0);
    group.write(ana.first, {make_op(PersonsOp{{ana.card}})});
    CHECK(hers.epochs.owed(phone.id(), {old.epoch}, group.membership, hers.held).size() == 1);
}

TEST_CASE("E5 a lie about what a key wraps cuts no chain") {
    Somebody ana("Ana"), mal("Mal"), cy("Cy");
    auto group = GroupOf::founded_by({&ana});
    group.let_in(ana.first, mal);
    Keyring hers(group, ana.first);
    NewEpoch old, lie, ring;
    const auto first = rekey(group, hers, &old);
    hers.hear(first);
    lie = make_rekey(group.id, group.membership.readers(), {});
    auto op = lie.commits[0];
    op.wrapped.push_back({old.epoch, random_id<Nonce24>(), Bytes(48)});
    const auto second = group.key_fact(mal.first, {op});
    hers.hear(second);
    CHECK(hers.epochs.to_wrap(hers.held, NewcomersRead::all).size() == 2);

    // Two keys that wrap each other still have one on top.
    const EpochKeys both = {{old.epoch, old.key}, {lie.epoch, lie.key}};
    Keyring fresh(group, ana.first);
    for (const auto& [outer, inner] : {std::pair(&old, &lie), std::pair(&lie, &old)}) {
        const auto nonce = random_id<Nonce24>();
        RekeyOp turned = outer->commits[0];
        turned.wrapped = {{inner->epoch, nonce, seal(outer->key, nonce, inner->epoch.view(), inner->key.view())}};
        fresh.hear(group.key_fact(mal.first, {turned}));
    }
    CHECK(fresh.held.size() == 2);
    CHECK(fresh.epochs.to_wrap(fresh.held, NewcomersRead::all).size() == 1);
}

TEST_CASE("O17 a box with a key of another id is ignored") {
    Somebody ana("Ana");
    auto group = GroupOf::founded_by({&ana});
    Keyring hers(group, ana.first);
    NewEpoch made;
    auto fact = rekey(group, hers, &made);
    std::get<RekeyOp>(fact.ops[0]).epoch.bytes[0] ^= 1;
    hers.hear(fact);
    CHECK(hers.held.empty());
}

TEST_CASE("M16 a key for 500 devices fits one commit; for 1,200 it is split, and every box is there once") {
    const GroupId group = random_id<GroupId>();
    Device one("one");
    std::vector<DeviceRecord> devices(1200, one.record);
    for (auto& device : devices) device.device = random_id<DeviceId>();
    const std::vector<DeviceRecord> five_hundred(devices.begin(), devices.begin() + 500);
    const auto small = make_rekey(group, five_hundred, {});
    REQUIRE(small.commits.size() == 1);
    CHECK(encode(OpList{{make_op(small.commits[0])}}).size() <= 64000);

    const auto made = make_rekey(group, devices, {});
    CHECK(made.commits.size() == 3);
    std::set<DeviceId> boxed;
    for (const auto& op : made.commits) {
        CHECK(op.epoch == made.epoch);
        CHECK(encode(OpList{{make_op(op)}}).size() <= limits::commit_bytes - 1500);
        for (const auto& box : op.boxes) CHECK(boxed.insert(box.device).second);
    }
    CHECK(boxed.size() == devices.size());
    CHECK(make_shares(made.epoch, made.key, devices).size() == 3);
    CHECK(make_shares(made.epoch, made.key, {}).empty());
}

TEST_CASE("key ops are read back as written, and unreadable ones left out") {
    const RekeyOp rekey{random_id<EpochId>(), {{random_id<DeviceId>(), Bytes(80)}}, {}};
    const auto ops = read_key_ops(
        {encode(OpList{{make_op(rekey), Op{77, {}}, Op{ShareOp::kind, {1}}, make_op(CannotOpenOp{rekey.epoch, {}})}}),
         Bytes{9, 9}});
    REQUIRE(ops.size() == 2);
    CHECK(std::get<RekeyOp>(ops[0]).epoch == rekey.epoch);
}
