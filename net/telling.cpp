#include "net/telling.h"

#include <algorithm>

namespace staffroom::net {

void Telling::changed(const GroupId& group, std::uint64_t now) {
    auto& due = groups_[group].due;
    due = std::min(due, now + gather_ms);
}

void Telling::hear(const Shared& shared, const Haves& haves, Outbox& out) {
    if (shared.mine != Serves::all) return;
    auto& group = groups_[shared.group];
    std::optional<std::vector<Have>> kept;
    for (const auto& have : haves.haves) {
        if (have.group != shared.group) continue;
        const Author author{have.device, have.run};
        auto& known = group.known[author];
        if (have.counter <= known) continue;
        if (have.device == here_.record.device && have.run == here_.run) continue;
        if (!kept) kept = here_.log.haves(shared.group);
        const bool stale = std::any_of(kept->begin(), kept->end(), [&](const Have& old) {
            return old.device == have.device && old.run == have.run && old.counter >= have.counter;
        });
        const bool theirs = have.device == greeted_.record.device && have.run == greeted_.run;
        if (stale && !theirs) {
            known = have.counter;
            continue;
        }
        if (here_.log.standing(shared.group, have.device) != Standing::current || !is_valid(have)) continue;
        known = have.counter;
        if (theirs) group.theirs = have;
        if (!stale) out.act(StoreHave{have});
    }
    // Bounded by the devices that are current, times their runs.
    if (group.known.size() > 4'096) group.known.clear();
}

const Have* Telling::theirs(const GroupId& group) const {
    const auto at = groups_.find(group);
    return at == groups_.end() || !at->second.theirs ? nullptr : &*at->second.theirs;
}

void Telling::tell(const Shared& shared, PerGroup& group, Outbox& out) {
    Haves haves{shared.name, {here_.log.own_have(shared.group)}};
    auto others = here_.log.haves(shared.group);
    if (others.size() > crowd_count) others.clear();
    for (auto& have : others) {
        if (have.device == greeted_.record.device && have.run == greeted_.run) continue;
        auto& known = group.known[{have.device, have.run}];
        if (have.counter <= known) continue;
        known = have.counter;
        haves.haves.push_back(std::move(have));
        if (haves.haves.size() < limits::haves_count) continue;
        out.say(link_, haves);
        haves.haves.clear();
    }
    if (!haves.haves.empty()) out.say(link_, haves);
}

void Telling::tick(const Offers& offers, std::uint64_t now, Outbox& out) {
    for (auto& [id, group] : groups_) {
        if (now < group.due) continue;
        const auto* shared = offers.find(id);
        if (!shared || !shared->gives(CommitKind::content)) {
            group.due = never_ms;
            continue;
        }
        group.due = now + again_ms;
        tell(*shared, group, out);
    }
}

std::uint64_t Telling::deadline() const {
    auto earliest = never_ms;
    for (const auto& [id, group] : groups_) earliest = std::min(earliest, group.due);
    return earliest;
}

}  // namespace staffroom::net
