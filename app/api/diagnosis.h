// Why does somebody not appear? What the program knows, put into causes and next steps: the same on the command line and on
// the page. Nothing is guessed here: what may be so, and cannot be known, is a step to take and says so.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/verb.h"
#include "net/message.h"
#include "net/probe.h"

namespace staffroom::api {

struct Finding {
    enum class State : std::uint8_t { well, trouble, step };
    std::string_view cause;  // a word for programs
    State state = State::well;
    std::string say, advice;
};
std::string_view name_of(Finding::State state);

// This computer, and what it hears.
struct Surroundings {
    bool runs_on = true;  // a daemon runs, so colleagues can find this computer at any time
    std::uint16_t port = 0;
    bool has_network = true;
    std::vector<std::string> addresses;
    bool looks_around = true;   // for colleagues, by itself
    std::optional<Error> copy;  // this profile was copied or restored, and has to say which it is
    bool clock_is_plausible = true;
    bool has_room = true;           // on this disk
    std::size_t colleagues = 0;     // computers of theirs, and one's own others
    std::vector<std::string> near;  // whose computers are near
    std::size_t away = 0;           // computers that are not
    std::size_t heard = 0;          // of those away, that were heard lately
    std::size_t strangers = 0;      // others that were heard lately: of none of one's groups
};
// Down the ladder: the last step is a stick, which always works.
std::vector<Finding> findings(const Surroundings& here);

// A colleague's computer that is not near.
struct Away {
    bool heard = false;                       // lately
    std::optional<net::Parting> failed = {};  // what the last try to reach it came to
    bool others_near = false;                 // as many as one speaks with at a time
};
Finding why_away(const Away& away, const Surroundings& here);

// What came of asking an address that the teacher typed.
struct AskedAddress {
    bool near = false;
    std::string name = {};  // whose computer it is, if anybody's of one's groups
    bool answered = false;  // Staffroom did, whoever's it is
    bool own = false;       // it is this very computer
    std::optional<net::Parting> failed = {};
    net::Probe::Found door = net::Probe::Found::nothing_yet;
};
Finding about_address(const AskedAddress& asked);

}  // namespace staffroom::api
