#include "net/giving.h"

#include <algorithm>

namespace staffroom::net {
namespace {

// Who says to have written it; nothing else is looked at.
std::optional<DeviceId> author_in(const CommitFrame& commit) {
    CommitHeader header;
    Reader ar(commit.commit);
    ar(header.version, header.group, choice(header.kind), header.author);
    return ar.failed() ? std::nullopt : std::optional(header.author);
}

}  // namespace

void Giving::give(const GroupId& group, const std::vector<CommitId>& ids, bool asked) {
    for (const auto& id : ids) {
        if (asked) seen_.erase(id);
        if (!seen_.contains(id) && queued_.insert(id).second) fresh_.emplace_back(group, id);
    }
}

void Giving::give_promised(const GroupId& group, CommitKind set, const std::vector<CommitKey>& keys) {
    if (keys.empty()) return;
    auto& queue = history_[{group, set}];
    for (const auto& key : keys) queue.push_back(id_of(key));
}

std::size_t Giving::promised_count(const GroupId& group, CommitKind set) const {
    const auto at = history_.find({group, set});
    return at == history_.end() ? 0 : at->second.size();
}

void Giving::allow_farewell(const GroupId& group, const std::vector<CommitId>& ids) {
    farewell_[group].insert(ids.begin(), ids.end());
}

void Giving::seen(const CommitId& id) {
    if (!seen_.insert(id).second) return;
    seen_order_.push_back(id);
    while (seen_order_.size() > remembered_count) {
        seen_.erase(seen_order_.front());
        seen_order_.pop_front();
    }
}

void Giving::taken(const Taken& taken, std::uint64_t now) {
    const auto at = under_way_.find(taken.number);
    if (at == under_way_.end()) return;
    const auto& frame = at->second;
    const auto took_ms = now - frame.sent;
    if (frame.tries == 1) {
        wait_ms_ = std::clamp(3 * took_ms, wait_ms_min, wait_ms_max);
        if (took_ms < 1'000) {
            frame_bytes_ = std::min(2 * frame_bytes_, frame_bytes_max_);
            window_ = std::min(2 * window_, limits::requests_count);
        }
    }
    for (const auto& id : frame.ids) {
        const auto declined = std::find_if(taken.declined.begin(), taken.declined.end(),
                                           [&](const DeclinedId& each) { return each.id == id; });
        queued_.erase(id);
        if (declined == taken.declined.end()) {
            seen(id);
            ++given_;
        } else if (declined->why == Declined::rate) {
            seen_.erase(id);
            if (queued_.insert(id).second) held_.emplace_back(frame.group, id);
            rates_.drain(to_, now);
            held_until_ = now + held_ms;
        }
    }
    under_way_.erase(at);
}

bool Giving::may_give(const Shared& shared, const CommitId& id, const CommitFrame& frame) const {
    if (shared.both(CommitKind::content)) return true;
    const auto commit = read_commit(frame.commit);
    if (!commit || commit->header.kind != CommitKind::control) return false;
    if (shared.mine != Serves::farewell) return true;
    const auto allowed = farewell_.find(shared.group);
    return allowed != farewell_.end() && allowed->second.contains(id);
}

std::optional<CommitFrame> Giving::read(const Offers& offers, const GroupId& group, const CommitId& id) const {
    const auto* shared = offers.find(group);
    if (!shared) return std::nullopt;
    auto commit = here_.log.read(group, id);
    return commit && may_give(*shared, id, *commit) ? std::move(commit) : std::nullopt;
}

bool Giving::is_in_time(const CommitFrame& commit, std::uint64_t now) {
    if (author_in(commit) != here_.record.device) return true;
    if (held_until_ == 0 && !rates_.take(to_, now)) held_until_ = now + held_ms;
    return held_until_ == 0;
}

void Giving::hold(const GroupId& group, const CommitId& id, const CommitFrame& commit) {
    const auto read = read_commit(commit.commit);
    if (read && read->header.kind == CommitKind::content) {
        held_.emplace_back(group, id);
    } else {
        held_.emplace_front(group, id);
    }
}

void Giving::fill_new(Queue& queue, const Offers& offers, std::uint64_t now, Outbox& out) {
    Frame frame;
    std::vector<CommitFrame> commits;
    std::size_t bytes = 0;
    while (!queue.empty() && !is_full(commits, bytes)) {
        const auto [group, id] = queue.front();
        if (!commits.empty() && group != frame.group) break;
        auto commit = seen_.contains(id) ? std::nullopt : read(offers, group, id);
        const bool in_time = !commit || is_in_time(*commit, now);
        if (!in_time && &queue == &held_) break;
        queue.pop_front();
        if (!commit) {
            queued_.erase(id);
        } else if (!in_time) {
            hold(group, id, *commit);
        } else {
            frame.group = group;
            frame.ids.push_back(id);
            bytes += commit->size();
            commits.push_back(std::move(*commit));
        }
    }
    if (!commits.empty()) begin(std::move(frame), std::move(commits), offers, now, out);
}

bool Giving::fill_promised(const Set& set, std::deque<CommitId>& queue, const Offers& offers, std::uint64_t now,
                           Outbox& out) {
    Frame frame;
    frame.group = set.first;
    frame.set = set.second;
    std::vector<CommitFrame> commits;
    std::size_t bytes = 0;
    while (!queue.empty() && !is_full(commits, bytes)) {
        const auto id = queue.front();
        auto commit = queued_.contains(id) ? std::nullopt : read(offers, set.first, id);
        if (commit && !is_in_time(*commit, now)) break;
        queue.pop_front();
        ++frame.promised;  // done with, also when it goes another way meanwhile
        if (!commit) continue;
        frame.ids.push_back(id);
        bytes += commit->size();
        commits.push_back(std::move(*commit));
    }
    if (frame.promised == 0) return false;
    begin(std::move(frame), std::move(commits), offers, now, out);
    return true;
}

void Giving::begin(Frame frame, std::vector<CommitFrame> commits, const Offers& offers, std::uint64_t now,
                   Outbox& out) {
    if (!offers.find(frame.group)) return;
    const auto number = ++number_;
    send(number, under_way_.emplace(number, std::move(frame)).first->second, std::move(commits), offers, now, out);
}

void Giving::send(std::uint64_t number, Frame& frame, std::vector<CommitFrame> commits, const Offers& offers,
                  std::uint64_t now, Outbox& out) {
    frame.sent = now;
    frame.again = now + (wait_ms_ << frame.tries);
    ++frame.tries;
    out.say(link_, CommitsFrame{offers.find(frame.group)->name, number, frame.set, frame.promised, std::move(commits)});
}

void Giving::fill(const Offers& offers, std::uint64_t now, Outbox& out) {
    if (now >= held_until_) held_until_ = 0;
    while (has_room() && held_until_ == 0 && !held_.empty()) fill_new(held_, offers, now, out);
    while (has_room() && !fresh_.empty()) fill_new(fresh_, offers, now, out);
    for (std::size_t waiting = 0; has_room() && waiting < history_.size();) {
        auto next = history_.upper_bound(turn_);
        if (next == history_.end()) next = history_.begin();
        turn_ = next->first;
        waiting = fill_promised(next->first, next->second, offers, now, out) ? 0 : waiting + 1;
        if (next->second.empty()) history_.erase(next);
    }
}

bool Giving::tick(const Offers& offers, std::uint64_t now, Outbox& out) {
    for (auto at = under_way_.begin(); at != under_way_.end();) {
        auto& [number, frame] = *at;
        if (now < frame.again) {
            ++at;
            continue;
        }
        if (frame.tries >= tries_max) return false;
        if (!offers.find(frame.group)) {
            for (const auto& id : frame.ids) queued_.erase(id);
            at = under_way_.erase(at);
            continue;
        }
        frame_bytes_ = std::max(frame_bytes_ / 2, frame_bytes_min);
        window_ = std::max(window_ / 2, std::size_t{1});
        std::vector<CommitFrame> commits;
        for (const auto& id : frame.ids) {
            if (auto commit = read(offers, frame.group, id)) commits.push_back(std::move(*commit));
        }
        send(number, frame, std::move(commits), offers, now, out);
        ++at;
    }
    fill(offers, now, out);
    return true;
}

std::uint64_t Giving::deadline() const {
    auto earliest = never_ms;
    for (const auto& [number, frame] : under_way_) earliest = std::min(earliest, frame.again);
    if (is_held()) earliest = std::min(earliest, held_until_);
    return earliest;
}

}  // namespace staffroom::net
