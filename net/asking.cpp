#include "net/asking.h"

#include <algorithm>

namespace staffroom::net {

void Asking::want(const Shared& shared, const std::vector<CommitId>& ids, bool promised, std::uint64_t now,
                  Outbox& out) {
    Want want{shared.name, {}};
    for (const auto& id : ids) {
        if (asked_.size() >= outstanding_max) break;
        if (asked_.contains(id) || here_.log.knows(shared.group, id)) continue;
        asked_.emplace(id, Asked{shared.group, now + again_ms, 1, promised});
        want.ids.push_back(id);
    }
    if (!want.ids.empty()) out.say(link_, want);
}

void Asking::arrived(const CommitId& id, std::uint64_t now) {
    if (asked_.erase(id) > 0) arrived_ = now;
}

void Asking::hear(const Shared& shared, const Announce& announce, std::uint64_t now, Outbox& out) {
    want(shared, announce.ids, true, now, out);
}

void Asking::hear(const Shared& shared, Parts&& parts, std::uint64_t now, Outbox& out) {
    auto& group = groups_[shared.group];
    if (group.parts.empty()) return;
    std::erase_if(parts.parts, [&](const GivenPart& part) {
        return std::find(group.parts.begin(), group.parts.end(), part.name) == group.parts.end();
    });
    for (const auto& name : parts.absent) {
        if (std::find(group.parts.begin(), group.parts.end(), name) != group.parts.end()) group.absent.insert(name);
    }
    group.parts.clear();
    if (parts.parts.empty()) return ask_parts(shared, group, now, out);
    for (const auto& part : parts.parts) group.given.push_back(part.name);
    group.ticket = out.next_ticket();
    out.act(StoreParts{group.ticket, shared.group, std::move(parts.parts)});
}

std::optional<GroupId> Asking::stored(std::uint64_t ticket) {
    for (auto& [id, group] : groups_) {
        if (group.ticket != ticket) continue;
        group.ticket = 0;
        return id;
    }
    return std::nullopt;
}

void Asking::ask_farewell(const Shared& shared, std::uint64_t now, Outbox& out) {
    auto& group = groups_[shared.group];
    auto heads = here_.log.heads(shared.group, CommitKind::control);
    std::sort(heads.begin(), heads.end());
    if (heads.size() > staffroom::limits::heads_count) heads.resize(staffroom::limits::heads_count);
    if (heads != group.farewell_heads) group.farewell_tries = 0;
    if (group.farewell_tries == tries_max || (group.farewell_tries > 0 && now < group.farewell_again)) return;
    ++group.farewell_tries;
    group.farewell_again = now + again_ms;
    group.farewell_heads = heads;
    out.say(link_, AskFarewell{shared.name, std::move(heads)});
}

void Asking::ask_parts(const Shared& shared, PerGroup& group, std::uint64_t now, Outbox& out) {
    if (!group.parts.empty() || !shared.gets(CommitKind::content)) return;
    const auto wanted =
        here_.log.wanted_parts(shared.group, limits::parts_count + group.absent.size() + group.given.size());
    // What was given and is still wanted came wrong (S10): others are asked for it.
    for (const auto& name : group.given) {
        if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) group.absent.insert(name);
    }
    group.given.clear();
    for (const auto& name : wanted) {
        if (group.parts.size() == limits::parts_count) break;
        if (!group.absent.contains(name)) group.parts.push_back(name);
    }
    if (group.parts.empty()) return;
    group.parts_again = now + again_ms;
    out.say(link_, WantParts{shared.name, group.parts});
}

void Asking::look(const Shared& shared, const Sets& sets, std::uint64_t now, Outbox& out) {
    auto& group = groups_[shared.group];
    if (shared.gets(CommitKind::control)) {
        want(shared, here_.log.missing(shared.group, outstanding_max), false, now, out);
    }
    if (shared.mine == Serves::all) {
        auto waiting = here_.log.waiting(shared.group, limits::ids_count);
        if (waiting != group.announced && !waiting.empty()) out.say(link_, Announce{shared.name, waiting});
        group.announced = std::move(waiting);
    }
    if (sets.equal_but_for_content(shared)) ask_keys(shared, group, now, out);
    if (sets.equal(shared)) ask_parts(shared, group, now, out);
}

void Asking::ask_keys(const Shared& shared, PerGroup& group, std::uint64_t now, Outbox& out) {
    AskKeys ask{shared.name, {}};
    for (const auto& epoch : here_.log.wanted_epochs(shared.group)) {
        auto& again = group.keys_again[epoch];
        if (now < again || ask.epochs.size() == limits::epochs_count) continue;
        again = now + keys_ms;
        ask.epochs.push_back(epoch);
    }
    if (!ask.epochs.empty()) out.say(link_, ask);
}

bool Asking::tick(const Offers& offers, std::uint64_t now, Outbox& out) {
    std::map<GroupId, Want> again;
    for (auto at = asked_.begin(); at != asked_.end();) {
        auto& [id, asked] = *at;
        if (now < asked.again) {
            ++at;
            continue;
        }
        const auto* shared = offers.find(asked.group);
        if (here_.log.knows(asked.group, id) || !shared || !asked.promised || asked.tries == tries_max) {
            const bool broken = asked.promised && asked.tries == tries_max && !here_.log.knows(asked.group, id);
            if (broken && now < arrived_ + (again_ms << tries_max)) {  // a slow line keeps its promises slowly
                asked.again = now + again_ms;
                ++at;
                continue;
            }
            broken_ += broken;
            at = asked_.erase(at);
            continue;
        }
        asked.again = now + (again_ms << asked.tries);
        ++asked.tries;
        auto& want = again[asked.group];
        want.group = shared->name;
        if (want.ids.size() < limits::ids_count) want.ids.push_back(id);
        ++at;
    }
    for (const auto& [group, want] : again) out.say(link_, want);
    for (auto& [id, group] : groups_) {
        if (group.farewell_tries > 0 && now >= group.farewell_again) {
            const auto* shared = offers.find(id);
            if (shared && shared->theirs == Serves::farewell) {
                ask_farewell(*shared, now, out);
            } else {
                group.farewell_tries = 0;
            }
        }
        if (group.parts.empty() || now < group.parts_again) continue;
        group.parts.clear();
        if (const auto* shared = offers.find(id)) ask_parts(*shared, group, now, out);
    }
    return broken_ < broken_max;
}

std::uint64_t Asking::deadline() const {
    auto earliest = never_ms;
    for (const auto& [id, asked] : asked_) earliest = std::min(earliest, asked.again);
    for (const auto& [id, group] : groups_) {
        if (!group.parts.empty()) earliest = std::min(earliest, group.parts_again);
        if (group.farewell_tries > 0 && group.farewell_tries < tries_max) {
            earliest = std::min(earliest, group.farewell_again);
        }
    }
    return earliest;
}

bool Asking::idle() const {
    return asked_.empty() &&
           std::all_of(groups_.begin(), groups_.end(), [](const auto& entry) { return entry.second.parts.empty(); });
}

}  // namespace staffroom::net
