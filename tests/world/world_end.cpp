// Whether a world has kept its promises.
#include <algorithm>

#include "tests/world/world.h"

namespace staffroom::world {

void World::stop_faults() {
    network_.faults = {};
    network_.parts.clear();
    for (const auto& device : devices_) {
        if (!device->is_on()) switch_on(*device);
        device->host->lie = nullptr;
        device->withholds = false;
        // A newcomer whose own lies had its claim refused types the invitation once more.
        if (invited_.contains(device.get()) && !device->replica->group(group_)) device->joins(*invitation_);
    }
    say("the faults stop");
}

std::vector<Device*> World::current_members() {
    std::vector<Device*> members;
    const auto& judge = *devices_[0]->replica;
    for (const auto& device : devices_) {
        if (judge.log().standing(group_, device->device()) == Standing::current) members.push_back(device.get());
    }
    return members;
}

// What one of these has, all must come to have. What none of them has can only be gone with a disk that was put back to
// an earlier state, or with somebody who was shut out.
std::string World::lack_of(const Device& device, const std::vector<Device*>& members) const {
    const auto somebody = [&](const auto& has) {
        return std::any_of(members.begin(), members.end(), [&](const Device* each) { return has(*each->replica); });
    };
    const auto must_come = [&](const auto& has) { return !may_be_gone_ || somebody(has); };
    constexpr std::size_t some = 100;
    for (const auto& part : device.replica->log().wanted_parts(group_, some)) {
        if (must_come([&](const Replica& each) { return each.log().read_part(group_, part).has_value(); }))
            return "a part";
    }
    for (const auto& epoch : device.replica->log().wanted_epochs(group_)) {
        if (must_come([&](const Replica& each) { return each.group(group_)->held.contains(epoch); }))
            return "an epoch key";
    }
    for (const auto& chunk : device.replica->chunks().wanted(some)) {
        if (must_come([&](const Replica& each) { return each.chunks().has(chunk.id); })) return "a chunk";
    }
    return {};
}

std::string World::difference() {
    const auto members = current_members();
    const auto& first = *members[0];
    for (const auto* device : members) {
        const auto name = "device " + std::to_string(device->number());
        if (!device->replica->group(group_)) return name + " has not joined";
        for (const auto kind : all_kinds) {
            if (device->replica->root(group_, kind) != first.replica->root(group_, kind)) {
                return name + " has another set of kind " + std::to_string(static_cast<int>(kind));
            }
        }
        // What only a removed colleague had stays missing; what a member has must have come.
        for (const auto& id : device->replica->log().missing(group_, 100)) {
            for (const auto* other : members) {
                if (other->replica->log().knows(group_, id)) return name + " lacks an ancestor";
            }
        }
        if (const auto lacks = lack_of(*device, members); !lacks.empty()) return name + " lacks " + lacks;
    }
    // Views cost most, so they come last.
    const auto shown = first.view(group_);
    for (const auto* device : members) {
        if (device->view(group_) != shown) return "device " + std::to_string(device->number()) + " shows other notes";
    }
    return {};
}

std::optional<std::string> World::check_nothing_lost() {
    const auto& log = devices_[0]->replica->log();
    for (const auto* device : current_members()) {
        for (const auto& id : device->own) {
            if (!log.knows(group_, id))
                return "a commit written by device " + std::to_string(device->number()) + " is lost";
        }
    }
    return std::nullopt;
}

}  // namespace staffroom::world
