#include "net/comparing.h"

#include <algorithm>

namespace staffroom::net {
namespace {

Compared compared(bool hosting, const CompareReveal& newcomer, const CompareReveal& host, const LinkKey& key) {
    auto both = encode(newcomer);
    append(both, encode(host));
    append(both, key.view());
    return {
        hosting,    hash_of<Hash>("staffroom-compare-words-v1", both), hash_of<Hash>("staffroom-compare-seed-v1", both),
        host.group, hosting ? newcomer.record : host.record,           key};
}

CompareReveal drawn(const GroupId& group, const DeviceRecord& record) { return {group, record, random_id<Hash>()}; }

}  // namespace

Hash commitment_of(const CompareReveal& reveal) { return hash_of<Hash>("staffroom-compare-commit-v1", encode(reveal)); }

// --- the newcomer's side ---------------------------------------------------------------------------------------------

CompareSeeker::CompareSeeker(const LinkKey& host, const DeviceRecord& own) : host_(host), own_(own) {}

void CompareSeeker::opened(LinkId link, std::uint64_t now) {
    link_ = link;
    next_ = now;
    until_ = now + link_ms;
    commitment_.reset();
    reveal_ = drawn(GroupId{}, own_);
}

void CompareSeeker::closed(LinkId link) {
    if (link_ == link) link_.reset();
}

bool CompareSeeker::hear(LinkId link, ByteView frame, Outbox& out) {
    if (link_ != link || !open_) return true;
    if (kind_of(frame) == Kind::answer) {
        const auto answer = message_in<Answer>(frame);
        open_ = answer && answer->outcome == Outcome::wait;
        return true;
    }
    if (kind_of(frame) == Kind::compare_commit) {
        const auto commit = message_in<CompareCommit>(frame);
        if (!commit) return true;
        if (!commitment_) commitment_ = commit->commitment;
        out.say(link, reveal_);
        return false;
    }
    if (kind_of(frame) != Kind::compare_reveal) return false;
    const auto reveal = message_in<CompareReveal>(frame);
    open_ = false;
    // Who answers with something else than what it committed to is refused like one who does not answer.
    if (!reveal || !commitment_ || commitment_of(*reveal) != *commitment_ || !is_valid(reveal->record)) return true;
    if (reveal->record.link != host_ || reveal->group.is_zero()) return true;
    out.act(compared(false, reveal_, *reveal, host_));
    return true;
}

std::optional<LinkId> CompareSeeker::tick(std::uint64_t now, Outbox& out) {
    if (!link_) return std::nullopt;
    if (now >= until_) return std::exchange(link_, std::nullopt);
    if (now < next_) return std::nullopt;
    next_ = now + again_ms;
    if (commitment_) {
        out.say(*link_, reveal_);
    } else {
        out.say(*link_, CompareCommit{protocol_newest, protocol_oldest, commitment_of(reveal_)});
    }
    return std::nullopt;
}

// --- the side whose window is open -----------------------------------------------------------------------------------

void CompareWindow::hear(LinkId link, ByteView frame, std::uint64_t now, Outbox& out) {
    const auto visit = visits_.find(link);
    const bool answered = visit != visits_.end() && visit->second.compared;
    if (!is_open(now) && !answered) return out.say(link, Answer{Outcome::closed, {}});
    if (kind_of(frame) == Kind::compare_commit) {
        const auto commit = message_in<CompareCommit>(frame);
        if (!commit) return;
        if (commit->newest < protocol_oldest || commit->oldest > protocol_newest) {
            return out.say(link, Answer{Outcome::version, {}});
        }
        return take_commit(link, *commit, out);
    }
    if (const auto reveal = message_in<CompareReveal>(frame)) take_reveal(link, *reveal, out);
}

void CompareWindow::take_commit(LinkId link, const CompareCommit& commit, Outbox& out) {
    if (shown_ && visits_.count(link) == 0) return out.say(link, Answer{Outcome::wait, {}});
    const auto [at, is_new] = visits_.try_emplace(link);
    if (is_new) at->second = {commit.commitment, drawn(group_, own_), false};
    out.say(link, CompareCommit{protocol_newest, protocol_oldest, commitment_of(at->second.reveal)});
}

void CompareWindow::take_reveal(LinkId link, const CompareReveal& reveal, Outbox& out) {
    const auto at = visits_.find(link);
    if (at == visits_.end()) return;
    auto& visit = at->second;
    const bool fits = commitment_of(reveal) == visit.commitment && is_valid(reveal.record) && reveal.group.is_zero();
    if (visit.compared) {
        if (fits) out.say(link, visit.reveal);
        return;
    }
    if (shown_) return out.say(link, Answer{Outcome::wait, {}});
    ++tries_;
    if (!fits) {
        visits_.erase(at);
        return out.say(link, Answer{Outcome::unknown, {}});
    }
    visit.compared = shown_ = true;
    out.say(link, visit.reveal);
    out.act(compared(true, reveal, visit.reveal, key_));
}

void CompareWindow::decided(bool same) {
    shown_ = false;
    closed_ |= same;
}

}  // namespace staffroom::net
