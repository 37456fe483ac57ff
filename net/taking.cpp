#include "net/taking.h"

#include <algorithm>

namespace staffroom::net {

bool Taking::is_too_fast(const Shared& shared, const Commit& commit, std::uint64_t now) {
    if (commit.header.author != from_ || here_.log.knows(shared.group, commit.id)) return false;
    return !rates_.take(from_, now);
}

std::optional<std::vector<CommitId>> Taking::hear(const Shared& shared, CommitsFrame&& frame, std::uint64_t now,
                                                  Outbox& out) {
    std::vector<CommitId> ids;
    if (const auto known = taken_by_.find(frame.number); known != taken_by_.end()) {
        out.say(link_, Taken{frame.number, known->second});
        return ids;
    }
    if (frame.number == 0 || frame.number > forgotten_ + 2 * limits::frames_ahead) return std::nullopt;
    if (frame.number <= forgotten_) return out.say(link_, Taken{frame.number, {}}), ids;
    const bool is_pending = std::any_of(pending_.begin(), pending_.end(),
                                        [&](const auto& entry) { return entry.second.number == frame.number; });
    if (is_pending || pending_.size() >= 2 * limits::requests_count) return ids;

    Pending pending{frame.number, {shared.group, frame.set, frame.promised}, {}, 0};
    std::vector<CommitFrame> kept;
    for (auto& commit : frame.commits) {
        const auto read = read_commit(commit.commit);
        if (!read) return std::nullopt;
        ids.push_back(read->id);
        if (read->header.group != shared.group || commit.parts.size() != read->header.parts.size()) {
            pending.declined.push_back({read->id, Declined::malformed});
        } else if (shared.mine != Serves::all && read->header.kind != CommitKind::control) {
            pending.declined.push_back({read->id, Declined::no_right});
        } else if (is_too_fast(shared, *read, now)) {
            pending.declined.push_back({read->id, Declined::rate});
            ++too_fast_;
        } else {
            kept.push_back(std::move(commit));
        }
    }
    pending.commits = kept.size();
    const auto ticket = out.next_ticket();
    pending_.emplace(ticket, std::move(pending));
    out.act(StoreCommits{ticket, shared.group, std::move(kept)});
    return ids;
}

std::optional<Taking::Settled> Taking::stored(std::uint64_t ticket, const Result<IngestReport>& report, Outbox& out) {
    const auto at = pending_.find(ticket);
    if (at == pending_.end()) return std::nullopt;
    auto pending = std::move(at->second);
    pending_.erase(at);
    if (!report) return Settled{};
    for (const auto& declined : report->declined) {
        if (pending.declined.size() == limits::ids_count) break;
        pending.declined.push_back({declined.id, declined.why});
    }
    taken_ += pending.commits;
    finish(pending.number, std::move(pending.declined), out);
    return pending.settled;
}

void Taking::finish(std::uint64_t number, std::vector<DeclinedId> declined, Outbox& out) {
    out.say(link_, Taken{number, declined});
    taken_by_.emplace(number, std::move(declined));
    // Only an unbroken run of numbers is forgotten, else a frame that is still to come would pass for taken.
    while (taken_by_.size() > remembered_count && taken_by_.begin()->first == forgotten_ + 1) {
        ++forgotten_;
        taken_by_.erase(taken_by_.begin());
    }
}

}  // namespace staffroom::net
