#include "app/api/diagnosis.h"

namespace staffroom::api {
namespace {

using State = Finding::State;

std::string listed(const std::vector<std::string>& words) {
    std::string list;
    for (const auto& each : words) list += (list.empty() ? "" : ", ") + each;
    return list;
}

Finding no_network() {
    return Finding{"no_network", State::trouble, "This computer is on no network.",
                   "Join the same Wi-Fi, or connect both computers by a cable. A phone's hotspot works too, without "
                   "Internet."};
}

Finding other_version() {
    return Finding{"version", State::trouble, "The other computer has another version.",
                   "Update both, then try again."};
}

Finding itself(const Surroundings& here) {
    if (!here.runs_on) {
        return Finding{"not_running", State::trouble, "Staffroom is not running here.",
                       "Start it with: staffroom start"};
    }
    return Finding{"found", State::well,
                   "This computer can be found. It listens for colleagues on port " + std::to_string(here.port) + ".",
                   ""};
}

Finding network(const Surroundings& here) {
    if (!here.has_network) return no_network();
    return Finding{"network", State::well, "It is on a network, at: " + listed(here.addresses), ""};
}

// Nobody is near.
std::optional<Finding> who_is_heard(const Surroundings& here) {
    if (here.heard > 0) return std::nullopt;  // what is the matter with each is told beside them
    if (here.strangers > 0) {
        return Finding{"strangers", State::trouble, "Staffroom is heard on this network, but nobody of your groups.",
                       "Look at the groups near you with: staffroom group nearby"};
    }
    if (!here.has_network || !here.looks_around) return std::nullopt;
    return Finding{
        "nobody_heard", State::trouble, "No other computer with Staffroom is heard on this network.",
        "Ask whether Staffroom runs there, on the same Wi-Fi or cable. A computer that sleeps is not heard."};
}

}  // namespace

std::string_view name_of(Finding::State state) {
    switch (state) {
        case State::well:
            return "well";
        case State::trouble:
            return "trouble";
        default:
            return "step";
    }
}

std::vector<Finding> findings(const Surroundings& here) {
    std::vector<Finding> all{itself(here), network(here)};
    if (!here.looks_around) {
        all.push_back(
            Finding{"not_looking", State::trouble, "Staffroom was started without looking for colleagues by itself.",
                    "Start it again without --no-discovery, or ask an address: staffroom doctor --peer HOST"});
    }
    if (here.copy) all.push_back(Finding{"copy", State::trouble, here.copy->say, here.copy->advice});
    if (!here.clock_is_plausible) {
        all.push_back(Finding{"clock", State::trouble,
                              "This computer's clock is wrong. Everything works; dates will look odd.",
                              "Set the date and the time of this computer."});
    }
    if (!here.has_room) {
        all.push_back(Finding{"disk_full", State::trouble,
                              "The disk of this computer is full: what does not fit waits until there is room.",
                              "Free some space."});
    }
    if (here.colleagues == 0) {
        all.push_back(Finding{"no_colleagues", State::trouble, "Nobody is in a group with you yet.",
                              "Invite somebody to one of your groups, or join one of theirs."});
    }
    if (!here.near.empty()) {
        all.push_back(Finding{"near", State::well, "Near now: " + listed(here.near), ""});
    } else if (const auto heard = who_is_heard(here)) {
        all.push_back(*heard);
    }
    if (here.away > 0 || here.colleagues == 0) {
        all.push_back(Finding{"guests", State::step, "A firewall, or a Wi-Fi that keeps guests apart?",
                              "Ask the colleague's computer by its address: staffroom doctor --peer HOST"});
        all.push_back(Finding{"stick", State::step, "A stick always works: it carries sealed changes both ways.",
                              "Carry it there: staffroom carry DIR"});
    }
    return all;
}

Finding why_away(const Away& away, const Surroundings& here) {
    if (away.failed == net::Parting::version) return other_version();
    if (!here.has_network) return no_network();
    if (!away.heard) {
        if (!here.looks_around) {
            return Finding{"not_looked_for", State::trouble,
                           "Staffroom was started without looking for colleagues by itself.",
                           "Ask the colleague's computer by its address: staffroom doctor --peer HOST"};
        }
        return Finding{"not_heard", State::trouble, "Their computer is not heard on this network.",
                       "Ask whether it is awake, runs Staffroom, and is on the same Wi-Fi or cable."};
    }
    if (away.others_near) {
        return Finding{"through_others", State::well,
                       "Their computer is heard. Changes come and go by way of the others near you.", ""};
    }
    if (away.failed == net::Parting::protocol || away.failed == net::Parting::promises) {
        return Finding{"not_understood", State::trouble, "That computer sent something this one does not understand.",
                       "Check that both computers run the same version of Staffroom."};
    }
    if (away.failed == net::Parting::silent || away.failed == net::Parting::stranger) {
        return Finding{"door_shut", State::trouble, "Their computer is heard, but does not let this one in.",
                       "Ask whether a firewall runs there, and whether you are still in the same group."};
    }
    return Finding{"just_heard", State::well, "Their computer has just been heard.", "Wait a moment."};
}

Finding about_address(const AskedAddress& asked) {
    using Found = net::Probe::Found;
    if (asked.near)
        return Finding{"near", State::well, "This is the computer of " + asked.name + ", and it is near.", ""};
    if (asked.own) {
        return Finding{"oneself", State::trouble, "That is the address of this very computer.",
                       "Give the colleague's. Their computer says it with: staffroom doctor"};
    }
    if (asked.failed == net::Parting::version) return other_version();
    if (asked.answered && asked.name.empty()) {
        return Finding{"strangers", State::trouble, "Staffroom answers there, but it is nobody's of your groups.",
                       "Invite somebody to one of your groups, or join one of theirs."};
    }
    if (asked.answered && asked.door == Found::open) {
        return Finding{"not_let_in", State::trouble,
                       "This is the computer of " + asked.name + ", but it does not let this one in.",
                       "Ask whether you are still in the same group there: staffroom members GROUP"};
    }
    if (asked.answered) {
        return Finding{"door_shut", State::trouble,
                       "This is the computer of " + asked.name + ", but its door stays shut.",
                       "Ask whether a firewall runs there: it has to let Staffroom through, by UDP and TCP."};
    }
    switch (asked.door) {
        case Found::open:
            return Finding{"other_program", State::trouble, "Something answers there, but not as Staffroom does.",
                           "Compare the port with what their computer says: staffroom doctor. A firewall that lets no "
                           "UDP through looks the same."};
        case Found::refused:
            return Finding{"no_staffroom", State::trouble,
                           "That computer is there, but no Staffroom listens at this port.",
                           "Ask whether Staffroom runs there, and at which port: staffroom doctor"};
        case Found::no_way:
            return Finding{"no_way", State::trouble, "No way leads from here to that address.",
                           "Check the address, and that both are on the same network."};
        default:
            return Finding{
                "silence", State::trouble, "Nothing answers at that address.",
                "Check the address, and that the computer is awake. A firewall, or a Wi-Fi that keeps guests "
                "apart, is as silent."};
    }
}

}  // namespace staffroom::api
