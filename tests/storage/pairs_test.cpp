// What two keep between themselves, in a group of three: how both come to have it, and that the third never does.
#include "storage/pairs.h"

#include <doctest/doctest.h>

#include "core/members/rekey.h"
#include "tests/storage/staff.h"

using namespace staffroom;

namespace {

struct Three {
    Three() {
        group = amina.founds("Science");
        for (auto* each : {&brian, &carla}) amina.lets_in(*each, group);
        for (auto* each : {&brian, &carla}) amina.gives(*each, group);
    }
    // Everybody gives everybody else what both have, until nothing is new.
    void meet() {
        for (int round = 0; round < 3; ++round) {
            for (auto* from : {&amina, &brian, &carla}) {
                for (auto* to : {&amina, &brian, &carla}) {
                    for (const auto& [id, held] : from->replica->groups()) {
                        if (from != to && to->replica->group(id) != nullptr) from->gives(*to, id);
                    }
                }
            }
            for (auto* each : {&amina, &brian, &carla}) REQUIRE(take_pair_offers(*each->replica).ok());
        }
    }
    SymmetricKey key(const Computer& of, const GroupId& pair) { return of.replica->group(pair)->keys.root; }

    Computer amina{"Amina"}, brian{"Brian"}, carla{"Carla"};
    GroupId group;
};

}  // namespace

TEST_CASE("what one writes for another alone comes to both, and the third never has the group") {
    Three at;
    const auto opened = open_pair(*at.amina.replica, at.brian.person());
    REQUIRE(opened.ok());
    CHECK(opened->changes.size() == 2);
    const auto note = at.amina.notes(opened->group, "For you alone");
    at.meet();
    CHECK(at.brian.title(opened->group, note) == "For you alone");
    CHECK(at.amina.equals(at.brian, opened->group));
    CHECK(at.carla.replica->group(opened->group) == nullptr);
    CHECK(at.carla.replica->groups().size() == 1);
    // Carla has the offer, as any member of the group, and no key in it is for her.
    CHECK(at.carla.equals(at.amina, at.group));
    CHECK(at.carla.replica->group(at.group)->pair_offers.empty());

    // Brian answers; nothing has to be offered again.
    const auto again = open_pair(*at.brian.replica, at.amina.person());
    REQUIRE(again.ok());
    CHECK(again->group == opened->group);
    CHECK(again->changes.empty());
    const auto reply = at.brian.notes(opened->group, "Thank you");
    at.meet();
    CHECK(at.amina.title(opened->group, reply) == "Thank you");
}

TEST_CASE("both begin at once and apart: they go by the same key, and nothing of either is lost") {
    Three at;
    const auto by_amina = open_pair(*at.amina.replica, at.brian.person());
    const auto by_brian = open_pair(*at.brian.replica, at.amina.person());
    REQUIRE(by_amina.ok());
    REQUIRE(by_brian.ok());
    const auto pair = by_amina->group;
    REQUIRE(by_brian->group == pair);
    CHECK(at.key(at.amina, pair) != at.key(at.brian, pair));
    const auto hers = at.amina.notes(pair, "Hers"), his = at.brian.notes(pair, "His");
    at.meet();
    CHECK(at.key(at.amina, pair) == at.key(at.brian, pair));
    for (auto* each : {&at.amina, &at.brian}) {
        CHECK(each->title(pair, hers) == "Hers");
        CHECK(each->title(pair, his) == "His");
    }
    const auto common = at.key(at.amina, pair);
    for (auto* each : {&at.amina, &at.brian}) {
        each->start();
        REQUIRE(take_pair_offers(*each->replica).ok());
        CHECK(at.key(*each, pair) == common);
    }
}

TEST_CASE("a power cut between the offer and the group is made good at the next start") {
    Three at;
    const auto pair = id_of(make_pair_genesis(at.amina.person(), at.brian.person()));
    const auto op = make_pair_op(at.amina.replica->group(at.group)->members, at.amina.person(), at.brian.person(),
                                 random_secret<SymmetricKey>());
    REQUIRE(at.amina.replica->write_key(at.group, make_op(*op)).ok());
    at.amina.start();
    REQUIRE(take_pair_offers(*at.amina.replica).ok());
    REQUIRE(at.amina.replica->group(pair) != nullptr);
    REQUIRE(open_pair(*at.amina.replica, at.brian.person()).ok());
    const auto note = at.amina.notes(pair, "After the power cut");
    at.meet();
    CHECK(at.brian.title(pair, note) == "After the power cut");
}

TEST_CASE("M11 a thief's offer parts nobody: a device that is shut out comes after all others") {
    Three at;
    const auto pair = id_of(make_pair_genesis(at.amina.person(), at.brian.person()));
    // Brian's second laptop is stolen, and offers first.
    Computer stolen("Brian's old laptop");
    auto card = at.brian.identity.card;
    card.statements.push_back(make_link(at.brian.person(), SigningKey(at.brian.identity.secrets.signing),
                                        stolen.identity.record, SigningKey(stolen.identity.secrets.signing), {0}));
    stolen.identity.card = card;
    REQUIRE(at.brian.replica->write_control(at.group, {make_op(PersonsOp{{card}})}).ok());
    stolen.start();
    REQUIRE(stolen.replica->adopt(at.brian.replica->welcome_to(at.group).value()).ok());
    at.meet();
    at.brian.gives(stolen, at.group);
    REQUIRE(open_pair(*stolen.replica, at.amina.person()).ok());
    stolen.gives(at.amina, at.group);
    REQUIRE(take_pair_offers(*at.amina.replica).ok());
    CHECK(at.key(at.amina, pair) == at.key(stolen, pair));
    // Brian has not heard of that; he shuts it out and makes an offer of his own.
    const auto revocation =
        make_revocation(at.brian.person(), SigningKey(at.brian.identity.secrets.signing), stolen.identity.device());
    card.statements.push_back(revocation);
    REQUIRE(at.brian.replica->write_control(at.group, {make_op(PersonsOp{{card}})}).ok());
    REQUIRE(open_pair(*at.brian.replica, at.amina.person()).ok());
    at.meet();
    CHECK(at.key(at.amina, pair) == at.key(at.brian, pair));
    CHECK(at.key(at.amina, pair) != at.key(stolen, pair));
}

TEST_CASE("there is nothing private with oneself, or with somebody one shares no group with") {
    Three at;
    CHECK(open_pair(*at.amina.replica, at.amina.person()).code() == Code::refused);
    Computer stranger("Dan");
    CHECK(open_pair(*at.amina.replica, stranger.person()).code() == Code::refused);
    RemoveOp remove;
    remove.who = at.carla.person();
    REQUIRE(at.amina.replica->write_control(at.group, {make_op(remove)}).ok());
    CHECK(open_pair(*at.amina.replica, at.carla.person()).code() == Code::refused);
}
