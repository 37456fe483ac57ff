// While a profile is locked its views can be neither read nor written; colleagues are heard and served all the same.
#include <doctest/doctest.h>

#include <random>

#include "tests/storage/staff.h"

using namespace staffroom;

namespace {

// Amina and Brian share a group with one note, and Amina's computer is locked.
struct Locked {
    Locked() {
        science = brian.founds("Science");
        brian.lets_in(amina, science);
        note = brian.notes(science, "Before");
        brian.gives(amina, science);
        REQUIRE(amina.title(science, note) == "Before");
        amina.store.locked = true;
    }
    void unlock() {
        amina.store.locked = false;
        REQUIRE(amina.replica->catch_up().ok());
    }

    Computer amina{"Amina"}, brian{"Brian"}, carla{"Carla"};
    GroupId science;
    RecordId note;
};

}  // namespace

TEST_CASE("what comes while the profile is locked is kept and passed on, unread, and there after the unlock") {
    Locked at;
    at.brian.titles(at.science, at.note, "Meanwhile");
    at.brian.types(at.science, at.note, {0, 0, "Light bends."});
    at.brian.gives(at.amina, at.science);
    CHECK(at.amina.equals(at.brian, at.science));
    CHECK(at.amina.title(at.science, at.note).empty());
    CHECK(at.amina.replica->log().wanted_epochs(at.science).empty());  // its keys are here: nobody is asked for them
    at.brian.lets_in(at.carla, at.science);
    at.brian.gives(at.amina, at.science);
    at.amina.gives(at.carla, at.science);
    CHECK(at.carla.title(at.science, at.note) == "Meanwhile");
    at.unlock();
    CHECK(at.amina.title(at.science, at.note) == "Meanwhile");
    CHECK(at.amina.body(at.science, at.note) == "Light bends.");
    CHECK(at.amina.replica->unreadable_parts(at.science) == 0);
    CHECK(at.amina.replica->catch_up()->empty());
}

TEST_CASE("a removal that comes while the profile is locked masks what it cuts, after the unlock") {
    Locked at;
    at.brian.lets_in(at.carla, at.science);
    at.brian.gives(at.carla, at.science);
    at.brian.gives(at.amina, at.science);
    at.carla.titles(at.science, at.note, "By Carla");
    RemoveOp remove;
    remove.who = at.carla.person();
    REQUIRE(at.brian.replica->write_control(at.science, {make_op(remove)}).ok());
    at.carla.gives(at.amina, at.science);
    at.brian.gives(at.amina, at.science);
    at.unlock();
    CHECK(at.amina.title(at.science, at.note) == "Before");
}

TEST_CASE("the power goes while the profile is locked: the next start reads what came") {
    Locked at;
    at.brian.titles(at.science, at.note, "Meanwhile");
    at.brian.gives(at.amina, at.science);
    at.amina.store.locked = false;
    at.amina.start();
    CHECK(at.amina.title(at.science, at.note) == "Before");
    REQUIRE(at.amina.replica->catch_up().ok());
    CHECK(at.amina.title(at.science, at.note) == "Meanwhile");
}

TEST_CASE("locked and unlocked at random, the views are what they are without") {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        Locked at;
        std::mt19937 random(seed);
        const auto chance = [&](std::size_t of) { return random() % of; };
        std::vector<RecordId> notes{at.note};
        for (int step = 0; step < 30; ++step) {
            switch (chance(4)) {
                case 0:
                    notes.push_back(at.brian.notes(at.science, "Note " + std::to_string(step)));
                    break;
                case 1:
                    at.brian.titles(at.science, notes[chance(notes.size())], std::to_string(step));
                    break;
                case 2:
                    at.brian.types(at.science, notes[chance(notes.size())], {0, 0, "x"});
                    break;
                default:
                    at.brian.gives(at.amina, at.science);
                    if (at.amina.store.locked) {
                        at.unlock();
                    } else {
                        at.amina.store.locked = true;
                    }
            }
        }
        at.brian.gives(at.amina, at.science);
        at.unlock();
        for (const auto& note : notes) {
            CHECK(at.amina.title(at.science, note) == at.brian.title(at.science, note));
            CHECK(at.amina.body(at.science, note) == at.brian.body(at.science, note));
        }
    }
}
