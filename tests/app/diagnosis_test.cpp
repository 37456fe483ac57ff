// The connection doctor: what is known, put into causes and the next step.
#include "app/api/diagnosis.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace staffroom;
using namespace staffroom::api;
using Found = net::Probe::Found;

namespace {

std::vector<std::string> causes(const Surroundings& here) {
    std::vector<std::string> all;
    for (const auto& each : findings(here)) all.emplace_back(each.cause);
    return all;
}

using Causes = std::vector<std::string>;

}  // namespace

TEST_CASE("all well: found, on a network, who is near; nothing to do") {
    Surroundings here;
    here.port = 47710;
    here.addresses = {"192.168.1.5:47710", "10.0.0.5:47710"};
    here.colleagues = 2;
    here.near = {"Brian", "Chidi"};
    const auto all = findings(here);
    CHECK(causes(here) == Causes{"found", "network", "near"});
    CHECK(all[0].say == "This computer can be found. It listens for colleagues on port 47710.");
    CHECK(all[1].say.ends_with("192.168.1.5:47710, 10.0.0.5:47710"));
    CHECK(all[2].say == "Near now: Brian, Chidi");
    for (const auto& each : all) {
        CHECK(each.state == Finding::State::well);
        CHECK(each.advice.empty());
    }
}

TEST_CASE("what is wrong with this computer is told first, and the ladder ends with a stick") {
    Surroundings here;
    here.runs_on = false;
    here.has_network = false;
    here.looks_around = false;
    here.copy = Error{Code::refused, "This profile was restored from a backup.", "Say which it is."};
    here.clock_is_plausible = false;
    here.has_room = false;
    here.colleagues = here.away = 1;
    CHECK(causes(here) ==
          Causes{"not_running", "no_network", "not_looking", "copy", "clock", "disk_full", "guests", "stick"});
    for (const auto& each : findings(here)) {
        CHECK(each.state ==
              (each.cause == "guests" || each.cause == "stick" ? Finding::State::step : Finding::State::trouble));
        CHECK_FALSE(each.say.empty());
        CHECK_FALSE(each.advice.empty());
    }
}

TEST_CASE("who is heard and who is not are told apart: nobody, strangers, nobody in a group yet") {
    Surroundings here;
    here.colleagues = here.away = 1;
    CHECK(causes(here) == Causes{"found", "network", "nobody_heard", "guests", "stick"});
    here.strangers = 2;
    CHECK(causes(here) == Causes{"found", "network", "strangers", "guests", "stick"});
    here.heard = 1;  // what is the matter is told beside that colleague
    CHECK(causes(here) == Causes{"found", "network", "guests", "stick"});
    here = {};
    CHECK(causes(here) == Causes{"found", "network", "no_colleagues", "nobody_heard", "guests", "stick"});
}

TEST_CASE("why a colleague's computer is not near: only what is known") {
    const Surroundings well;
    Surroundings alone, silent;
    alone.has_network = false;
    silent.looks_around = false;
    struct Story {
        Away away;
        Surroundings here;
        std::string_view cause;
    };
    for (const auto& [away, here, cause] : std::vector<Story>{
             {{}, well, "not_heard"},
             {{}, alone, "no_network"},
             {{}, silent, "not_looked_for"},
             {{.heard = true}, well, "just_heard"},
             {{.heard = true, .failed = net::Parting::silent}, well, "door_shut"},
             {{.heard = true, .failed = net::Parting::stranger}, well, "door_shut"},
             {{.heard = true, .failed = net::Parting::protocol}, well, "not_understood"},
             {{.heard = true, .failed = net::Parting::done}, well, "just_heard"},
             {{.heard = true, .failed = net::Parting::silent, .others_near = true}, well, "through_others"},
             // Said by the other side, so it holds after that computer has gone too.
             {{.failed = net::Parting::version}, well, "version"},
             // Silence in the past says nothing about why it is not heard now.
             {{.failed = net::Parting::silent}, well, "not_heard"}}) {
        CHECK(why_away(away, here).cause == cause);
    }
}

TEST_CASE("an address that was asked: whose it is, or why nobody answers") {
    struct Story {
        AskedAddress asked;
        std::string_view cause;
    };
    for (const auto& [asked, cause] : std::vector<Story>{
             {{.near = true, .name = "Brian", .answered = true, .door = Found::open}, "near"},
             {{.answered = true, .own = true, .door = Found::open}, "oneself"},
             {{.answered = true, .door = Found::open}, "strangers"},
             {{.name = "Brian", .answered = true, .failed = net::Parting::version, .door = Found::open}, "version"},
             {{.name = "Brian", .answered = true, .door = Found::open}, "not_let_in"},
             {{.name = "Brian", .answered = true, .door = Found::silence}, "door_shut"},
             {{.name = "Brian", .answered = true, .door = Found::refused}, "door_shut"},
             {{.door = Found::open}, "other_program"},
             {{.door = Found::refused}, "no_staffroom"},
             {{.door = Found::no_way}, "no_way"},
             {{.door = Found::silence}, "silence"}}) {
        const auto told = about_address(asked);
        CHECK(told.cause == cause);
        CHECK((told.state == Finding::State::well) == (cause == "near"));
        CHECK(told.advice.empty() == (cause == "near"));
    }
}
