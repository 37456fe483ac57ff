// Who may read and write in a world, judged by what was done there and not by what a replica says of it. Rules of
// core/members/rules.h and core/members/epochs.h are named.
#include <algorithm>

#include "tests/world/world.h"

namespace staffroom::world {

// E3 Who is shut out when something is written never gets the key that it was written with, unless let in again by
// somebody who knows of the removal: a writer elsewhere may not have heard of that yet.
void World::note_who_is_shut_out(const Device& writer) {
    if (!writer.wrote_with) return;
    for (const auto& other : devices_) {
        if (let_in_again_.contains(other->person())) continue;
        if (writer.replica->log().standing(group_, other->device()) == Standing::removed) {
            closed_to_[*writer.wrote_with].insert(other->device());
        }
    }
}

void World::note_let_in(const Device& by, const Device& other) {
    if (readmission_ && readmission_->who == other.person()) readmission_->is_newest = false;
    if (!removal_ || !by.replica->group(group_)->members.has(removal_->commit)) return;
    let_in_again_.insert(other.person());
    for (const auto& device : devices_) {
        if (device->person() != other.person()) continue;
        for (auto& [epoch, closed] : closed_to_) closed.erase(device->device());
    }
}

void World::check_readers() {
    if (stranger_ && stranger_->is_on() && !stranger_->replica->log().groups().empty()) {
        broken_.push_back("the stranger is in a group");
    }
    for (const auto& device : devices_) {
        const auto* group = device->is_on() ? device->replica->group(group_) : nullptr;
        if (!group) continue;
        for (const auto& [epoch, closed] : closed_to_) {
            if (!closed.contains(device->device()) || !group->held.contains(epoch)) continue;
            // A removal may turn out to be none, when a senior has removed whoever did it: then others say so too.
            const bool is_in = std::any_of(devices_.begin(), devices_.end(), [&](const auto& other) {
                return other->is_on() && other->device() != device->device() && other->replica->group(group_) &&
                       other->replica->group(group_)->held.contains(epoch) &&
                       other->replica->log().standing(group_, device->device()) == Standing::current;
            });
            if (!is_in) {
                broken_.push_back("device " + std::to_string(device->number()) +
                                  " can read what was written after it was shut out");
            }
        }
    }
}

// The content that a removal knows: the past of what its author had seen.
std::set<CommitId> World::known_to(const CommitId& cut) const {
    const auto& log = devices_[0]->replica->log();
    const auto header = [&](const CommitId& id) { return read_commit(log.read(group_, id)->commit)->header; };
    std::set<CommitId> known;
    std::vector<CommitId> open = header(cut).seen;
    while (!open.empty()) {
        const auto id = open.back();
        open.pop_back();
        if (!log.knows(group_, id) || !known.insert(id).second) continue;
        for (const auto& parent : header(id).parents) open.push_back(parent);
    }
    return known;
}

// M-4, M-6 What the removed wrote is shown if the removal knows it, else it is set aside. What others wrote is shown.
std::optional<std::string> World::check_writers() const {
    const auto& judge = *devices_[0]->replica;
    const auto& members = judge.group(group_)->members;
    const auto is_here = [&](const std::optional<Cut>& cut) { return cut && members.has(cut->commit); };
    std::set<CommitId> masked, waiting, known, known_when_shut_out;
    for (const auto& each : judge.masked(group_)) masked.insert(each.id);
    for (const auto& id : judge.log().waiting(group_, limits::waiting_commits)) waiting.insert(id);
    if (is_here(removal_)) known = known_to(removal_->commit);
    if (is_here(shut_out_)) known_when_shut_out = known_to(shut_out_->commit);
    // Once an organiser was cut, some whom they let in may not be in either.
    const bool is_plain = !(removal_ && appointed_.contains(removal_->who)) && !shut_out_;
    for (const auto& device : devices_) {
        const bool is_in = members.role_now(device->person()).role >= Role::member;
        const bool is_removed = !is_in && is_here(removal_) && removal_->who == device->person();
        const bool is_shut_out = device.get() == second_ && is_here(shut_out_);
        const bool was_removed = removal_ && removal_->who == device->person();
        for (const auto& id : device->own) {
            if (!judge.log().knows(group_, id) || waiting.contains(id)) continue;
            if (read_commit(judge.log().read(group_, id)->commit)->header.kind != CommitKind::content) continue;
            const auto name = "what device " + std::to_string(device->number()) + " wrote ";
            if (is_removed && !known.contains(id) && !masked.contains(id)) return name + "when removed is shown";
            if (is_shut_out && !known_when_shut_out.contains(id) && !masked.contains(id)) {
                return name + "when shut out is shown";
            }
            const bool may_be_seen = is_removed ? known.contains(id) : is_in && !was_removed;
            if (is_plain && may_be_seen && masked.contains(id)) return name + "with right is set aside";
        }
    }
    return std::nullopt;
}

// M-3 Who is let in again by somebody who knew of the removal is in; by somebody who did not, not.
std::optional<std::string> World::check_readmission() const {
    const auto& members = devices_[0]->replica->group(group_)->members;
    if (!readmission_ || !readmission_->is_newest || !members.has(readmission_->commit)) return std::nullopt;
    const bool is_in = members.role_now(readmission_->who).role >= Role::member;
    if (is_in == readmission_->aware) return std::nullopt;
    return is_in ? "who was let in again by somebody who did not know of the removal is in"
                 : "who was let in again is not in";
}

}  // namespace staffroom::world
