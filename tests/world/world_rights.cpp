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

void World::note_let_in(const Device& by, const Device& other, const std::optional<CommitId>& commit) {
    if (readmission_ && readmission_->who == other.person()) readmission_->is_newest = false;
    if (!removal_ || !by.replica->group(group_)->members.has(removal_->commit)) return;
    let_in_again_.insert(other.person());
    if (commit && removal_->who == other.person()) let_in_knowing_.insert(*commit);
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

// These and all before them, as far as they are known to the judge.
std::set<CommitId> World::past_of(std::vector<CommitId> heads) const {
    const auto& log = devices_[0]->replica->log();
    std::set<CommitId> past;
    while (!heads.empty()) {
        const auto id = heads.back();
        heads.pop_back();
        if (!log.knows(group_, id) || !past.insert(id).second) continue;
        const auto header = read_commit(log.read(group_, id)->commit)->header;
        heads.insert(heads.end(), header.parents.begin(), header.parents.end());
    }
    return past;
}

// The content that a removal knows: the past of what its author had seen.
std::set<CommitId> World::known_to(const CommitId& cut) const {
    return past_of(read_commit(devices_[0]->replica->log().read(group_, cut)->commit)->header.seen);
}

std::optional<std::string> World::check_writers() const {
    std::set<CommitId> masked;
    for (const auto& each : devices_[0]->replica->masked(group_)) masked.insert(each.id);
    for (const auto& device : devices_) {
        if (auto broken = check_writer(*device, masked)) return broken;
    }
    return std::nullopt;
}

// M-4, M-6 What the removed wrote is shown if the removal knows it, or if they wrote it under a later grant that knows of
// the removal; else it is set aside. What others wrote is shown.
std::optional<std::string> World::check_writer(const Device& device, const std::set<CommitId>& masked) const {
    const auto& judge = *devices_[0]->replica;
    const auto& members = judge.group(group_)->members;
    const auto is_here = [&](const std::optional<Cut>& cut) { return cut && members.has(cut->commit); };
    const auto is_of_removed = removal_ && removal_->who == device.person();
    const bool is_in = members.role_now(device.person()).role >= Role::member;
    // Whoever was an organiser has two grants, of which a junior's removal may bind one.
    if (is_of_removed && (!is_here(removal_) || appointed_.contains(device.person()))) return std::nullopt;
    // Once an organiser was cut, some whom they let in are not in either. The founder is never cut.
    const bool stands = let_in_by_founder_.contains(&device) || !removal_ || !appointed_.contains(removal_->who);
    if (!is_of_removed && (!stands || !is_in)) return std::nullopt;

    std::optional<std::set<CommitId>> known;  // by whoever cut them
    if (is_of_removed) known = known_to(removal_->commit);
    // Of a disk that was copied both go on as one device.
    const bool is_shut_out = second_ != nullptr && device.device() == second_->device() && is_here(shut_out_);
    if (is_shut_out) {
        const auto then = known_to(shut_out_->commit);
        if (known) {
            std::erase_if(*known, [&](const CommitId& id) { return !then.contains(id); });
        } else {
            known = then;
        }
    }
    std::set<CommitId> waiting;
    for (const auto& id : judge.log().waiting(group_, limits::waiting_commits)) waiting.insert(id);
    for (const auto& id : device.own) {
        if (!judge.log().knows(group_, id) || waiting.contains(id)) continue;
        const auto header = read_commit(judge.log().read(group_, id)->commit)->header;
        if (header.kind != CommitKind::content) continue;
        bool with_right = !known || known->contains(id);
        // Whoever is let in again comes with all computers but that one.
        if (!with_right && !is_shut_out) {
            const auto past = past_of(header.auth);
            with_right = std::any_of(let_in_knowing_.begin(), let_in_knowing_.end(),
                                     [&](const CommitId& grant) { return past.contains(grant); });
        }
        if (with_right != masked.contains(id)) continue;
        return "what device " + std::to_string(device.number()) + " wrote " +
               (with_right ? "with right is set aside" : "when it was cut is shown");
    }
    return std::nullopt;
}

// Who has an invitation and was never removed is in, in the end.
std::optional<std::string> World::check_newcomers() const {
    const bool stands = !removal_ || !appointed_.contains(removal_->who);
    for (const auto* device : invited_) {
        if (!stands || (removal_ && removal_->who == device->person())) continue;
        if (devices_[0]->replica->log().standing(group_, device->device()) != Standing::current) {
            return "device " + std::to_string(device->number()) + " was invited and never let in";
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
