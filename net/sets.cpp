#include "net/sets.h"

#include <algorithm>

#include "core/tree.h"

namespace staffroom::net {

Sets::Set& Sets::set_of(const GroupId& group, CommitKind kind) {
    const Name name{group, kind};
    if (const auto at = sets_.find(name); at != sets_.end()) return at->second;
    ReconcileTopic topic;
    topic.dialler_nonce = greeted_.dialler;
    topic.listener_nonce = greeted_.acceptor;
    topic.dialler = dialled_ ? here_.record.device : greeted_.record.device;
    topic.listener = dialled_ ? greeted_.record.device : here_.record.device;
    topic.group = group;
    topic.kind = kind;
    const auto role = dialled_ ? Reconciler::Role::asks : Reconciler::Role::answers;
    return sets_.try_emplace(name, topic, role).first->second;
}

Sets::Verdict Sets::after(const Shared& shared, CommitKind kind, Set& set, const TreeStore& tree, std::uint64_t now,
                          Giving& giving, Outbox& out) {
    while (auto body = set.talk.poll()) out.say(link_, ReconcileFrame{shared.name, kind, std::move(*body)});
    if (set.talk.state() == Reconciler::State::failed) return set.talk.failure().why;
    while (set.talk.has_pushes() && giving.promised_count(shared.group, kind) < queued_max) {
        const auto keys = set.talk.take_pushes(tree, queued_max);
        if (!keys) return Parting::done;
        giving.give_promised(shared.group, kind, *keys);
        if (keys->empty()) break;
    }
    if (set.ended || set.talk.state() == Reconciler::State::talking) return std::nullopt;
    set.ended = true;
    set.pause_ms = set.talk.state() == Reconciler::State::equal ? soon_ms : std::min(2 * set.pause_ms, again_ms);
    set.due = now + (set.talk.state() == Reconciler::State::equal ? again_ms : set.pause_ms);
    next_ = now;  // the next set's turn
    return std::nullopt;
}

Sets::Verdict Sets::hear(const Shared& shared, const ReconcileFrame& frame, std::uint64_t now, Giving& giving,
                         Outbox& out) {
    if (!shared.both(frame.set)) return std::nullopt;  // offers changed meanwhile
    auto& set = set_of(shared.group, frame.set);
    const auto tree = here_.log.tree(shared.group, frame.set);
    set.talk.receive(*tree, frame.body, now);
    return after(shared, frame.set, set, *tree, now, giving, out);
}

Sets::Verdict Sets::settled(const Shared& shared, CommitKind kind, std::uint64_t promised, std::uint64_t now,
                            Giving& giving, Outbox& out) {
    const auto at = sets_.find({shared.group, kind});
    if (promised == 0 || at == sets_.end()) return std::nullopt;
    const auto tree = here_.log.tree(shared.group, kind);
    at->second.talk.settled(*tree, promised, now);
    return after(shared, kind, at->second, *tree, now, giving, out);
}

const std::vector<GroupId>& Sets::in_order(const Offers& offers) {
    if (order_version_ == offers.version()) return order_;
    order_version_ = offers.version();
    std::vector<std::pair<std::uint64_t, GroupId>> sized;
    for (const auto& shared : offers.shared()) {
        std::uint64_t count = 0;
        for (const auto kind : all_kinds) count += here_.log.count(shared.group, kind);
        sized.emplace_back(count, shared.group);
    }
    std::sort(sized.begin(), sized.end());
    order_.clear();
    for (const auto& [count, group] : sized) order_.push_back(group);
    return order_;
}

Sets::Verdict Sets::start_due(const Offers& offers, std::uint64_t now, Giving& giving, Outbox& out) {
    next_ = never_ms;
    auto talking = static_cast<std::size_t>(std::count_if(sets_.begin(), sets_.end(), [](const auto& entry) {
        return !entry.second.resting && entry.second.talk.state() == Reconciler::State::talking;
    }));
    for (const auto& group : in_order(offers)) {
        const auto* shared = offers.find(group);
        if (!shared) continue;
        for (const auto kind : all_kinds) {
            if (!shared->both(kind)) continue;
            auto& set = set_of(group, kind);
            if (set.talk.state() == Reconciler::State::talking) break;
            if (now < set.due) {
                next_ = std::min(next_, set.due);
                continue;
            }
            if (talking == talking_max) return std::nullopt;
            ++talking;
            set.ended = false;
            const auto tree = here_.log.tree(group, kind);
            set.talk.start(*tree, now);
            if (auto verdict = after(*shared, kind, set, *tree, now, giving, out)) return verdict;
            break;
        }
    }
    return std::nullopt;
}

Sets::Verdict Sets::tick(const Offers& offers, std::uint64_t now, Giving& giving, Outbox& out) {
    // A set that is not shared any more has nothing left to wait for.
    std::erase_if(sets_, [&](const auto& each) {
        const auto* shared = offers.find(each.first.first);
        const auto timer = each.second.talk.deadline_ms();
        return timer && *timer <= now && (!shared || !shared->both(each.first.second));
    });
    for (auto& [name, set] : sets_) {
        const auto* shared = offers.find(name.first);
        set.resting = !shared || !shared->both(name.second);
        if (set.resting) continue;
        const auto timer = set.talk.deadline_ms();
        const bool timed = timer && *timer <= now;
        const bool hungry = set.talk.has_pushes() && giving.promised_count(name.first, name.second) < queued_max;
        if (!timed && !hungry) continue;
        const auto tree = here_.log.tree(name.first, name.second);
        if (timed) set.talk.tick(*tree, now);
        if (auto verdict = after(*shared, name.second, set, *tree, now, giving, out)) return verdict;
    }
    return dialled_ ? start_due(offers, now, giving, out) : std::nullopt;
}

std::uint64_t Sets::deadline() const {
    auto earliest = dialled_ ? next_ : never_ms;
    for (const auto& [name, set] : sets_) {
        if (const auto timer = set.talk.deadline_ms(); timer && !set.resting) earliest = std::min(earliest, *timer);
    }
    return earliest;
}

void Sets::suspect(const GroupId& group, std::uint64_t now) {
    for (const auto kind : all_kinds) {
        const auto at = sets_.find({group, kind});
        if (at == sets_.end()) continue;
        at->second.due = std::min(at->second.due, now + soon_ms);
        next_ = std::min(next_, now + soon_ms);
    }
}

bool Sets::differs(const Have& theirs) const {
    for (const auto kind : all_kinds) {
        const auto top = tree_top(*here_.log.tree(theirs.group, kind));
        if (top && top->fingerprint != theirs.set(kind).root) return true;
    }
    return false;
}

bool Sets::equal(const Shared& shared, CommitKind kind) const {
    if (!shared.both(kind)) return true;
    const auto at = sets_.find({shared.group, kind});
    return at != sets_.end() && at->second.talk.state() == Reconciler::State::equal;
}

bool Sets::equal_but_for_content(const Shared& shared) const {
    return equal(shared, CommitKind::control) && equal(shared, CommitKind::key);
}

bool Sets::equal(const Shared& shared) const {
    return equal_but_for_content(shared) && equal(shared, CommitKind::content);
}

}  // namespace staffroom::net
