// One person on several computers: each group hears of all of them, and only of these.
#include "storage/own_card.h"

#include <doctest/doctest.h>

#include "tests/storage/staff.h"

using namespace staffroom;

namespace {

// Amina's laptop; she founded two groups. At home she has another computer, linked and nowhere known yet.
struct AtHome {
    AtHome() {
        science = laptop.founds("Science");
        maths = laptop.founds("Maths");
        laptop.lets_in(brian, science);
        first = laptop.notes(science, "Before");
        card = laptop.identity.card;
        card.statements.push_back(make_link(laptop.person(), SigningKey(laptop.identity.secrets.signing),
                                            home.identity.record, SigningKey(home.identity.secrets.signing), {0}));
    }
    void tell() {
        laptop.replica->become(card);
        REQUIRE(carry_own_card(*laptop.replica).ok());
    }
    void come_home() {
        home.replica->become(card);
        home.identity.card = card;
        for (const auto& id : groups_lacked_by(*laptop.replica, home.identity.device())) {
            REQUIRE(home.replica->adopt(laptop.replica->welcome_to(id).value()).ok());
            laptop.gives(home, id);
        }
    }

    Computer laptop{"Amina"}, home{"Amina at home"}, brian{"Brian"};
    GroupId science, maths;
    RecordId first;
    PersonCard card;
};

}  // namespace

TEST_CASE("a computer that is linked is told to every group once, and reads what was written before") {
    AtHome at;
    at.laptop.replica->become(at.card);
    const auto told = carry_own_card(*at.laptop.replica);
    REQUIRE(told.ok());
    CHECK(told->size() == 2);
    CHECK(carry_own_card(*at.laptop.replica)->empty());
    CHECK(groups_lacked_by(*at.laptop.replica, at.home.identity.device()).size() == 2);
    at.come_home();
    CHECK(at.home.replica->identity().person() == at.laptop.person());
    CHECK(at.home.title(at.science, at.first) == "Before");
    CHECK(at.home.equals(at.laptop, at.science));
    const auto note = at.home.notes(at.maths, "At home");
    at.home.gives(at.laptop, at.maths);
    CHECK(at.laptop.title(at.maths, note) == "At home");
    CHECK(at.laptop.replica->record(at.maths, note)->birth->owner == at.laptop.person());
}

TEST_CASE("who only reads in a group tells it of a further computer by themselves") {
    AtHome at;
    Computer reader{"Chipo"}, second{"Chipo at home"};
    at.laptop.lets_in(reader, at.science, Role::reader);
    at.laptop.gives(reader, at.science);
    auto card = reader.identity.card;
    card.statements.push_back(make_link(reader.person(), SigningKey(reader.identity.secrets.signing),
                                        second.identity.record, SigningKey(second.identity.secrets.signing), {0}));
    reader.replica->become(card);
    const auto told = carry_own_card(*reader.replica);
    REQUIRE(told.ok());
    CHECK(told->size() == 1);
    reader.gives(at.laptop, at.science);
    const auto* group = at.laptop.replica->group(at.science);
    CHECK(group->members.person_of(second.identity.device()) == reader.person());
    CHECK(group->members.role_of(second.identity.device()) == Role::reader);
}

TEST_CASE("a linked computer founds a group and continues one, and both are its person's everywhere") {
    AtHome at;
    at.tell();
    at.come_home();
    const auto garden = at.home.founds("Garden");
    const auto next = at.home.replica->found_successor(at.science);
    REQUIRE(next.ok());
    for (const auto& id : {garden, *next}) {
        REQUIRE(at.laptop.replica->adopt(at.home.replica->welcome_to(id).value()).ok());
        const auto& members = at.laptop.replica->group(id)->members;
        CHECK(members.role_of(at.laptop.identity.device()) == Role::organiser);
        CHECK(members.role_of(at.home.identity.device()) == Role::organiser);
    }
}

TEST_CASE("P14 the power goes before the groups are told: the next start tells them") {
    AtHome at;
    at.laptop.identity.card = at.card;  // kept in the profile, and no more
    at.laptop.start();
    CHECK(groups_lacked_by(*at.laptop.replica, at.home.identity.device()).empty());
    REQUIRE(carry_own_card(*at.laptop.replica).ok());
    CHECK(groups_lacked_by(*at.laptop.replica, at.home.identity.device()).size() == 2);
}

TEST_CASE("who learns of a further computer from a group keeps it, and does not tell the groups again") {
    AtHome at;
    at.tell();
    at.come_home();
    Computer third("Amina's tablet");
    auto more = at.card;
    more.statements.push_back(make_link(at.laptop.person(), SigningKey(at.laptop.identity.secrets.signing),
                                        third.identity.record, SigningKey(third.identity.secrets.signing), {1}));
    at.laptop.replica->become(more);
    REQUIRE(carry_own_card(*at.laptop.replica).ok());
    at.laptop.gives(at.home, at.science);
    const auto fuller = fuller_card(*at.home.replica);
    REQUIRE(fuller);
    CHECK(devices_on(*fuller).size() == 3);
    at.home.replica->become(*fuller);
    CHECK_FALSE(fuller_card(*at.home.replica));
    at.laptop.gives(at.home, at.maths);
    CHECK(carry_own_card(*at.home.replica)->empty());
}

TEST_CASE("M11 a computer that is shut out in one group is so in all, those for two included") {
    AtHome at;
    at.tell();
    at.come_home();
    at.laptop.gives(at.brian, at.science);
    // Brian opens something private before he hears of the theft: his card of Amina's still has her computer at home.
    const auto pair = open_pair(*at.brian.replica, at.laptop.person());
    REQUIRE(pair.ok());
    auto card = at.card;
    card.statements.push_back(
        make_revocation(at.laptop.person(), SigningKey(at.laptop.identity.secrets.signing), at.home.identity.device()));
    at.laptop.replica->become(card);
    REQUIRE(carry_own_card(*at.laptop.replica).ok());
    at.brian.gives(at.laptop, at.science);
    REQUIRE(take_pair_offers(*at.laptop.replica).ok());
    at.brian.gives(at.laptop, pair->group);
    REQUIRE(carry_own_card(*at.laptop.replica).ok());
    for (const auto& id : {at.science, at.maths, pair->group}) {
        const auto& members = at.laptop.replica->group(id)->members;
        CHECK(members.role_of(at.home.identity.device()) == Role::none);
        CHECK(members.role_of(at.laptop.identity.device()) == Role::organiser);
    }
    CHECK(devices_on(card).size() == 1);
}
