// membership.md E2 in the store: when a new epoch key is made, by whom, and who cannot open what is written next.
#include <doctest/doctest.h>

#include "tests/storage/staff.h"

using namespace staffroom;

namespace {

// Amina founded the school; Brian is an organiser too; Carla, Dora and Emil are members. All have everything.
struct School {
    School() {
        school = amina.founds("Hill School");
        first = amina.notes(school, "Welcome");
        for (auto* each : {&brian, &carla, &dora, &emil}) amina.lets_in(*each, school);
        AppointOp appoint;
        appoint.who = brian.person();
        REQUIRE(amina.replica->write_control(school, {make_op(appoint)}).ok());
        for (auto* each : {&brian, &carla, &dora, &emil}) amina.gives(*each, school);
    }

    void removes(Computer& by, const Computer& who) {
        RemoveOp remove;
        remove.who = who.person();
        const auto before = keys(by);
        REQUIRE(by.replica->write_control(school, {make_op(remove)}).ok());
        CHECK_EQ(keys(by), before + 1);  // in the same transaction
    }
    std::uint64_t keys(const Computer& of) const { return of.replica->count(school, CommitKind::key); }
    // How many key commits `to` makes of its own on hearing of the control commits alone.
    std::uint64_t made_on_hearing(Computer& from, Computer& to) {
        const auto before = keys(to);
        REQUIRE(to.replica->ingest(school, from.frames(school, CommitKind::control)).ok());
        return keys(to) - before;
    }
    // What comes into the wrong hands whole.
    bool can_read(Computer& reader, Computer& from, const RecordId& note, const std::string& title) {
        from.gives(reader, school);
        return reader.title(school, note) == title;
    }

    Computer amina{"Amina"}, brian{"Brian"}, carla{"Carla"}, dora{"Dora"}, emil{"Emil"};
    GroupId school;
    RecordId first;
};

}  // namespace

TEST_CASE("M09 two organisers remove apart; who merges both makes at once a key that neither of the removed opens") {
    School at;
    at.removes(at.amina, at.carla);
    at.removes(at.brian, at.dora);
    CHECK_EQ(at.made_on_hearing(at.amina, at.brian), 1);
    CHECK_EQ(at.made_on_hearing(at.amina, at.brian), 0);  // once
    at.amina.gives(at.brian, at.school);
    const auto made = at.keys(at.brian);
    const auto note = at.brian.notes(at.school, "After both");
    CHECK_EQ(at.keys(at.brian), made);  // the key was there already
    CHECK(at.can_read(at.amina, at.brian, note, "After both"));
    CHECK(at.can_read(at.emil, at.brian, note, "After both"));
    CHECK(!at.can_read(at.carla, at.brian, note, "After both"));
    CHECK(!at.can_read(at.dora, at.brian, note, "After both"));
    CHECK_EQ(at.carla.title(at.school, at.first), "Welcome");  // what one had, one keeps
    at.amina.gives(at.brian, at.school);
    CHECK(at.amina.equals(at.brian, at.school));
}

TEST_CASE("a member who merges two removals makes the key when there is something to write, not before") {
    School at;
    at.removes(at.amina, at.carla);
    at.removes(at.brian, at.dora);
    at.amina.gives(at.emil, at.school);
    CHECK_EQ(at.made_on_hearing(at.brian, at.emil), 0);
    at.brian.gives(at.emil, at.school);
    const auto before = at.keys(at.emil);
    const auto note = at.emil.notes(at.school, "From Emil");
    CHECK_EQ(at.keys(at.emil), before + 1);
    CHECK(at.can_read(at.amina, at.emil, note, "From Emil"));
    CHECK(!at.can_read(at.carla, at.emil, note, "From Emil"));
    CHECK(!at.can_read(at.dora, at.emil, note, "From Emil"));
}

TEST_CASE("a removal that comes ahead of its key makes nobody else begin another") {
    School at;
    at.removes(at.amina, at.carla);
    CHECK_EQ(at.made_on_hearing(at.amina, at.brian), 0);
    at.amina.gives(at.brian, at.school);
    CHECK_EQ(at.keys(at.brian), at.keys(at.amina));
    SUBCASE("and if that key never came, the next who writes makes one") {
        CHECK_EQ(at.made_on_hearing(at.amina, at.emil), 0);
        const auto before = at.keys(at.emil);
        const auto note = at.emil.notes(at.school, "Meanwhile");
        CHECK_EQ(at.keys(at.emil), before + 1);
        CHECK(!at.can_read(at.carla, at.emil, note, "Meanwhile"));
        CHECK(at.can_read(at.amina, at.emil, note, "Meanwhile"));
    }
}

TEST_CASE("somebody leaves: an organiser who hears of it makes the next key at once") {
    School at;
    const auto before = at.keys(at.dora);
    REQUIRE(at.dora.replica->write_control(at.school, {make_op(LeaveOp{})}).ok());
    CHECK_EQ(at.keys(at.dora), before);
    CHECK_EQ(at.made_on_hearing(at.dora, at.emil), 0);
    CHECK_EQ(at.made_on_hearing(at.dora, at.brian), 1);
    const auto note = at.brian.notes(at.school, "Without Dora");
    CHECK(at.can_read(at.emil, at.brian, note, "Without Dora"));
    CHECK(!at.can_read(at.dora, at.brian, note, "Without Dora"));
}
