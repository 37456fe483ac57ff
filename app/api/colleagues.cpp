#include "app/api/colleagues.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "app/home.h"
#include "app/last_met.h"
#include "app/network.h"

namespace staffroom::api {
namespace {

// What a teacher should know of how the two give each other changes and files; empty as a rule.
std::string notice_about(const net::Neighbour& neighbour) {
    std::string notice;
    if (neighbour.held) notice = "You have many changes to give; this colleague takes them bit by bit.";
    if (neighbour.full) notice = "The disk of this computer is full: what does not fit waits until there is room.";
    if (neighbour.too_fast > 0) {
        notice =
            "This computer sends more changes than anybody can write; the rest is taken bit by bit. If it goes on, ask "
            "its owner what runs there.";
    }
    return notice;
}

// What a computer was last heard to lack of what is here; nothing when it never said.
struct Lacks {
    std::uint64_t changes = 0, files = 0;  // commits; parts of files, which it wants itself
};
std::optional<Lacks> lacks_of(const Replica& replica, const DeviceId& device) {
    std::optional<Lacks> lacks;
    for (const auto& [id, group] : replica.groups()) {
        const auto haves = replica.newest_haves(id);
        const auto said = haves.find(device);
        if (said == haves.end()) continue;
        if (!lacks) lacks.emplace();
        lacks->files += said->second.wanted_chunks;
        for (const auto kind : all_kinds) {
            const auto& its = said->second.set(kind);
            const auto here = replica.count(id, kind);
            if (its.root == replica.root(id, kind)) continue;
            lacks->changes += std::max<std::uint64_t>(here - std::min(here, its.count), 1);
        }
    }
    return lacks;
}

}  // namespace

boost::json::array colleagues_rows(Desk& desk) {
    const auto& replica = desk.home.replica();
    const LastMet last_met(desk.home.profile().store());
    struct Known {
        std::string name;
        PersonId person;
    };
    std::map<DeviceId, Known> known;
    for (const auto& [id, group] : replica.groups()) {
        for (const auto& member : group->members.members()) {
            for (const auto& device : member.devices) known[device] = {member.name, member.person};
        }
    }
    known.erase(desk.home.identity().device());
    const auto neighbours = desk.network.neighbours();
    boost::json::array near, far;
    for (const auto& [device, whose] : known) {
        const auto found = std::find_if(neighbours.begin(), neighbours.end(),
                                        [of = device](const net::Neighbour& each) { return each.device == of; });
        const bool is_near = found != neighbours.end();
        const auto when = is_near ? std::optional(Home::wall_ms()) : last_met.of(device);
        const auto lacks = lacks_of(replica, device);
        Json row{{"name", whose.name},
                 {"near", is_near},
                 {"last_met", when ? boost::json::value(*when) : boost::json::value()},
                 {"lacks_changes", lacks ? boost::json::value(lacks->changes) : boost::json::value()},
                 {"lacks_files", lacks ? boost::json::value(lacks->files) : boost::json::value()}};
        if (is_near) {
            row["groups"] = found->groups;
            row["up_to_date"] = found->settled;
            row["given"] = found->given;
            row["taken"] = found->taken;
            row["declined"] = found->too_fast;
            row["disk_full"] = found->full;
            row["notice"] = notice_about(*found);
        }
        row["person"] = to_text(whose.person);
        row["device"] = to_text(device);
        (is_near ? near : far).push_back(std::move(row));
    }
    for (auto& row : far) near.push_back(std::move(row));
    return near;
}

}  // namespace staffroom::api
