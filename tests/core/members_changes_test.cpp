// What organisers and members are told before they change anything, and how a group goes on without its organisers.
#include "core/members/changes.h"

#include <doctest/doctest.h>

#include "core/members/pair.h"
#include "tests/decoder_laws.h"
#include "tests/members_people.h"

using namespace staffroom;
using namespace staffroom::people;

namespace {

// Founded by ana; ben is an organiser after her, cy a member, dan a reader.
struct Team {
    Somebody ana{"Ana"}, ben{"Ben"}, cy{"Cy"}, dan{"Dan"};
    GroupOf group = GroupOf::founded_by({&ana});
    const Membership& members = group.membership;

    Team() {
        group.let_in(ana.first, ben);
        group.write(ana.first, {make_op(AppointOp{ben.id})});
        group.let_in(ana.first, cy);
        group.let_in(ana.first, dan, Role::reader);
    }
    Role role(const Somebody& who) const { return members.role_now(who.id).role; }
    void write(const Device& by, const Result<MemberChange>& change) {
        REQUIRE(change);
        REQUIRE(group.write(by, change->ops));
    }
};

template <class T>
void check_refused(const Result<T>& change, Code code = Code::refused) {
    REQUIRE_FALSE(change);
    CHECK(change.code() == code);
    CHECK(change.error().say.size() > 10);
}

}  // namespace

TEST_CASE("a member is told that only organisers change roles, and nothing is written") {
    Team team;
    for (const auto* by : {&team.cy, &team.dan}) {
        check_refused(decide_remove(team.members, by->first.id(), team.ben.id));
        check_refused(decide_role(team.members, by->first.id(), team.dan.id, Role::member));
        check_refused(decide_set_aside(team.members, by->first.id(), team.ben.id, {}, SetAside::hide));
    }
    check_refused(may_succeed(team.members, team.dan.first.id()));
    CHECK(may_succeed(team.members, team.cy.first.id()));
}

TEST_CASE("M04 a junior hears that a removal or demotion of a senior would have no effect") {
    Team team;
    const auto removal = decide_remove(team.members, team.ben.first.id(), team.ana.id);
    check_refused(removal);
    CHECK(removal.error().say.find("Ana") != std::string::npos);
    check_refused(decide_role(team.members, team.ben.first.id(), team.ana.id, Role::reader));
    check_refused(decide_set_aside(team.members, team.ben.first.id(), team.ana.id, {CommitId{}}, SetAside::hide));
    CHECK(decide_set_aside(team.members, team.ana.first.id(), team.ben.id, {CommitId{}}, SetAside::hide));
}

TEST_CASE("roles go up and down as asked, and each decision does what it said") {
    Team team;
    const auto me = team.ana.first.id();
    team.write(team.ana.first, decide_role(team.members, me, team.dan.id, Role::member));
    CHECK(team.role(team.dan) == Role::member);
    team.write(team.ana.first, decide_role(team.members, me, team.dan.id, Role::organiser));
    CHECK(team.role(team.dan) == Role::organiser);
    team.write(team.ana.first, decide_role(team.members, me, team.dan.id, Role::reader));
    CHECK(team.role(team.dan) == Role::reader);
    check_refused(decide_role(team.members, me, team.dan.id, Role::reader));
    team.write(team.ana.first, decide_remove(team.members, me, team.dan.id));
    CHECK(team.role(team.dan) == Role::none);
    check_refused(decide_remove(team.members, me, team.dan.id), Code::not_found);
    team.write(team.ana.first, decide_role(team.members, me, team.dan.id, Role::member));
    CHECK(team.role(team.dan) == Role::member);
    check_refused(decide_remove(team.members, me, team.ana.id));
    check_refused(decide_role(team.members, me, team.ana.id, Role::member));
    check_refused(decide_role(team.members, me, random_id<PersonId>(), Role::member), Code::not_found);
}

TEST_CASE("M07 whom a senior removed is made no organiser by a junior, and the junior is told") {
    Team team;
    team.write(team.ana.first, decide_role(team.members, team.ana.first.id(), team.cy.id, Role::organiser));
    team.write(team.ana.first, decide_remove(team.members, team.ana.first.id(), team.cy.id));
    check_refused(decide_role(team.members, team.ben.first.id(), team.cy.id, Role::organiser));
    team.write(team.ben.first, decide_role(team.members, team.ben.first.id(), team.cy.id, Role::member));
    CHECK(team.role(team.cy) == Role::member);
}

TEST_CASE("M17 the only organiser is warned before leaving, and others are not") {
    Team team;
    CHECK(decide_leave(team.members, team.ben.first.id())->warning.empty());
    CHECK(decide_leave(team.members, team.cy.first.id())->warning.empty());
    team.write(team.ben.first, decide_leave(team.members, team.ben.first.id()));
    CHECK_FALSE(decide_leave(team.members, team.ana.first.id())->warning.empty());
    check_refused(decide_leave(team.members, team.ben.first.id()));
    CHECK_FALSE(needs_second_organiser(team.members));
    std::vector<Somebody> more;
    for (const auto* name : {"Eve", "Fay", "Gil"}) more.emplace_back(name);
    for (const auto& each : more) team.group.let_in(team.ana.first, each);
    CHECK(needs_second_organiser(team.members));
}

TEST_CASE("M11 a lost laptop is shut out by an older one or by an organiser, not by a younger one") {
    Team team;
    const auto phone = team.cy.link("Cy's phone", 0);
    team.group.write(team.cy.first, {make_op(PersonsOp{{team.cy.card}})});
    const auto by_cy = make_revocation(team.cy.id, team.cy.first.key, phone.id());
    const auto by_phone = make_revocation(team.cy.id, phone.key, team.cy.first.id());
    const auto by_ben = make_revocation(team.cy.id, team.ben.first.key, phone.id());
    check_refused(decide_revoke(team.members, phone.id(), by_phone));
    check_refused(decide_revoke(team.members, phone.id(), by_cy));
    check_refused(decide_revoke(team.members, team.dan.first.id(), by_cy));
    check_refused(decide_revoke(team.members, team.ben.first.id(),
                                make_revocation(team.ana.id, team.ben.first.key, team.ana.first.id())));
    check_refused(
        decide_revoke(team.members, team.ben.first.id(), make_revocation(team.dan.id, team.ben.first.key, phone.id())),
        Code::not_found);

    Epochs epochs(team.group.id, team.ana.first.id());
    const auto begun = make_rekey(team.group.id, team.members.readers(), {});
    const EpochKeys held = {{begun.epoch, begun.key}};
    epochs.add(team.group.key_fact(team.ana.first, {begun.commits[0]}));
    CHECK(epochs.duty(team.members, held) == KeyDuty::none);
    team.write(team.ben.first, decide_revoke(team.members, team.ben.first.id(), by_ben));
    CHECK(team.members.role_of(phone.id()) == Role::none);
    CHECK(team.members.role_of(team.cy.first.id()) == Role::member);
    CHECK_FALSE(epochs.choose(team.members, held));
    CHECK(epochs.duty(team.members, held) == KeyDuty::now);
}

TEST_CASE("M-9 vouching is refused where it is useless, and asked twice where it is not") {
    Team team;
    Device fresh("new");
    const auto request = make_recovery_request(team.cy.id, fresh.record, fresh.key);
    const auto vouch = decide_vouch(team.members, team.ana.first.id(), request);
    REQUIRE(vouch);
    CHECK(vouch->warning.find("Cy") != std::string::npos);
    check_refused(decide_vouch(team.members, team.dan.first.id(), request));
    check_refused(
        decide_vouch(team.members, team.ana.first.id(), make_recovery_request(team.ana.id, fresh.record, fresh.key)));
    check_refused(decide_vouch(team.members, team.ana.first.id(),
                               make_recovery_request(random_id<PersonId>(), fresh.record, fresh.key)),
                  Code::not_found);
    check_refused(decide_vouch(team.members, team.ana.first.id(),
                               make_recovery_request(team.cy.id, team.dan.first.record, team.dan.first.key)));
    auto damaged = request;
    damaged.person = team.dan.id;
    check_refused(decide_vouch(team.members, team.ana.first.id(), damaged), Code::malformed);

    team.write(team.ana.first, vouch);
    team.write(team.ben.first, decide_vouch(team.members, team.ben.first.id(), request));
    CHECK(team.members.role_of(fresh.id()) == Role::member);
    check_refused(decide_leave(team.members, fresh.id()));
    // Recovered organisers are told why they organise nothing yet.
    Device other("Ben's new one");
    team.write(team.ana.first, decide_vouch(team.members, team.ana.first.id(),
                                            make_recovery_request(team.ben.id, other.record, other.key)));
    REQUIRE(team.members.role_of(other.id()) == Role::member);
    const auto organise = may_organise(team.members, other.id());
    REQUIRE_FALSE(organise);
    CHECK(organise.error().say.find("colleagues helped") != std::string::npos);
}

TEST_CASE("M15 2,500 changes that were set aside are shown again in three commits, each id once") {
    Team team;
    std::vector<CommitId> contents(2500);
    for (auto& id : contents) id = random_id<CommitId>();
    contents.push_back(contents[0]);
    const auto changes = decide_set_aside(team.members, team.ana.first.id(), team.cy.id, contents, SetAside::show);
    REQUIRE(changes);
    CHECK(changes->size() == 3);
    std::size_t count = 0;
    for (const auto& change : *changes) {
        const auto read = read_op<AdmitOp>(change.ops[0]);
        REQUIRE(read);
        count += read->ids.size();
        CHECK(encode(OpList{change.ops}).size() < limits::commit_bytes - 2048);
    }
    CHECK(count == 2500);
}

TEST_CASE("M12 the last organiser is lost: a member continues the group in a new one that names the old") {
    Team team;
    const auto cards = [](const std::vector<const Somebody*>& people) {
        std::vector<PersonCard> all;
        for (const auto* each : people) all.push_back(each->card);
        return all;
    };
    std::vector<CommitId> heads;
    for (int i = 0; i < 40; ++i) heads.push_back(random_id<CommitId>());
    const auto successor = make_successor(team.group.genesis, heads, cards({&team.cy, &team.dan}), team.cy.first.key);
    REQUIRE(is_valid(successor));
    CHECK(successor.continues->group == team.group.id);
    CHECK(successor.continues->heads.size() == limits::heads_count);
    CHECK(successor.name == team.group.genesis.name);
    CHECK(id_of(successor) != team.group.id);
    const auto read = decode<Genesis>(encode(successor));
    REQUIRE(read);
    CHECK((*read == successor));
    GroupOf next(successor);
    CHECK(next.membership.role_of(team.cy.first.id()) == Role::organiser);
    CHECK(next.membership.role_of(team.ana.first.id()) == Role::none);
    CHECK(team.role(team.ana) == Role::organiser);  // of the archive

    auto forged = successor;
    forged.continues->group = GroupId{};
    CHECK_FALSE(is_valid(forged));
}

TEST_CASE("the key of a pair group comes to both, sealed in a group they share, and to nobody else") {
    Team team;
    const auto key = random_secret<SymmetricKey>();
    const auto op = make_pair_op(team.members, team.cy.id, team.dan.id, key);
    REQUIRE(op);
    CHECK(op->boxes.size() == 2);
    const auto fact = team.group.key_fact(team.cy.first, {*op});
    const auto offers = [&](const Somebody& who) {
        return pair_offers(fact, who.id, who.first.id(), who.first.secrets.box);
    };
    for (const auto* each : {&team.cy, &team.dan}) {
        REQUIRE(offers(*each).size() == 1);
        CHECK(offers(*each)[0].key == key);
        CHECK(offers(*each)[0].pair == id_of(make_pair_genesis(team.cy.id, team.dan.id)));
    }
    CHECK(offers(team.cy)[0].other == team.dan.id);
    CHECK(offers(team.dan)[0].other == team.cy.id);
    CHECK(offers(team.ana).empty());
    // Not even when the op is pretended to be of them.
    for (const auto& [who, device] : {std::pair(team.cy.id, team.ana.first.id()), {team.dan.id, team.dan.first.id()}}) {
        const auto pretended = pair_offers(fact, who, device, team.ana.first.secrets.box);
        REQUIRE(pretended.size() == 1);
        CHECK_FALSE(pretended[0].key);
    }

    auto meddling = *op;
    meddling.boxes.push_back({team.ana.first.id(), *seal_box(team.ana.first.record.box, key.view())});
    CHECK(pair_offers(team.group.key_fact(team.cy.first, {meddling}), team.ana.id, team.ana.first.id(),
                      team.ana.first.secrets.box)
              .empty());

    CHECK_FALSE(make_pair_op(team.members, team.cy.id, random_id<PersonId>(), key));
    CHECK_FALSE(make_pair_op(team.members, team.cy.id, team.cy.id, key));
}

TEST_CASE("two who offer each other a pair key at once go by the same one") {
    Team team;
    const auto one = random_secret<SymmetricKey>(), other = random_secret<SymmetricKey>();
    auto by_cy = team.group.key_fact(team.cy.first, {*make_pair_op(team.members, team.cy.id, team.dan.id, one)});
    team.group.write(team.ana.first, {make_op(AddOp{team.dan.id, Role::member, std::nullopt})});
    auto by_dan = team.group.key_fact(team.dan.first, {*make_pair_op(team.members, team.dan.id, team.cy.id, other)});
    by_dan.id = CommitId{};  // the smaller id, on a deeper commit
    for (const auto* who : {&team.cy, &team.dan}) {
        std::vector<PairOffer> all;
        for (const auto* fact : {&by_dan, &by_cy}) {
            for (auto& offer : pair_offers(*fact, who->id, who->first.id(), who->first.secrets.box)) {
                all.push_back(std::move(offer));
            }
        }
        REQUIRE(all.size() == 2);
        CHECK(std::min_element(all.begin(), all.end())->key == one);  // its commit is less deep
    }
}

TEST_CASE("O01 O02 O03 O04 O05 a pair key's op is decoded exactly or not at all") {
    laws::check_decoder(PairOp{random_id<PersonId>(), {{random_id<DeviceId>(), Bytes(80, 7)}}});
}
