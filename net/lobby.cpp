#include "net/lobby.h"

#include <algorithm>

namespace staffroom::net {

Outcome outcome_of(Admission admission) {
    switch (admission) {
        case Admission::admit:
        case Admission::again:
            return Outcome::welcome;
        case Admission::ask:
            return Outcome::asked;
        case Admission::elsewhere:
            return Outcome::elsewhere;
        case Admission::unknown:
            return Outcome::unknown;
        case Admission::used:
            return Outcome::used;
        case Admission::closed:
            return Outcome::closed;
        case Admission::removed:
            return Outcome::removed;
        case Admission::oneself:
            return Outcome::oneself;
    }
    return Outcome::wait;
}

std::optional<Admission> refusal_in(Outcome outcome) {
    for (const auto admission : {Admission::elsewhere, Admission::unknown, Admission::used, Admission::closed,
                                 Admission::removed, Admission::oneself}) {
        if (outcome_of(admission) == outcome) return admission;
    }
    return std::nullopt;
}

JoinRequest make_join(const Invitation& invitation, const PersonCard& card, const DeviceId& device,
                      const BoxPair& box) {
    const auto key = invitation.key();
    JoinRequest request{invitation.group, invitation.link, {}, box};
    request.claim.group = invitation.group;
    request.claim.invite = key.public_key<InviteKey>();
    request.claim.card = card;
    request.claim.device = device;
    sign(request.claim, key);
    return request;
}

// --- the newcomer's side ---------------------------------------------------------------------------------------------

void Joining::opened(LinkId link, std::uint64_t now) {
    link_ = link;
    next_ = now;
    until_ = now + link_ms;
    due_ = now + link_ms + again_ms;
}

void Joining::closed(LinkId link) {
    if (link_ == link) link_.reset();
}

bool Joining::hear(LinkId link, ByteView frame, Outbox& out) {
    if (link_ != link || !open_) return true;
    if (kind_of(frame) != Kind::answer) return false;
    const auto answer = message_in<Answer>(frame);
    if (!answer) return true;
    auto outcome = answer->outcome;
    if (outcome == Outcome::welcome) {
        const auto opened = open_box(request_.box, answer->sealed);
        auto welcome = opened ? decode<Welcome>(*opened) : Result<Welcome>(Code::malformed, "");
        if (welcome && is_valid(welcome->genesis) && id_of(welcome->genesis) == request_.group) {
            open_ = false;
            out.act(Joined{std::move(*welcome)});
            return true;
        }
        outcome = Outcome::wait;  // not from who invited us, or damaged: come again
    }
    open_ = outcome == Outcome::wait || outcome == Outcome::asked || outcome == Outcome::elsewhere;
    out.act(JoinAnswered{request_.group, outcome, !open_});
    return true;
}

std::optional<LinkId> Joining::tick(std::uint64_t now, Outbox& out) {
    if (!link_) return std::nullopt;
    if (now >= until_) return std::exchange(link_, std::nullopt);
    if (now >= next_) {
        next_ = now + again_ms;
        out.say(*link_, request_.claim);
    }
    return std::nullopt;
}

// --- the admitting side ----------------------------------------------------------------------------------------------

bool Admitting::is_blocked(const LinkKey& key, const std::optional<Address>& from, std::uint64_t now) const {
    return std::any_of(blocked_.begin(), blocked_.end(), [&](const Blocked& blocked) {
        return now < blocked.until &&
               (blocked.key == key || (from && blocked.from && blocked.from->bytes == from->bytes));
    });
}

void Admitting::hear(LinkId link, const LinkKey& key, const std::optional<Address>& from, ByteView frame,
                     std::uint64_t now, Outbox& out) {
    const auto [at, is_new] = links_.try_emplace(link, Visit{key, from, {}, now + link_ms});
    auto& visit = at->second;
    if (visit.answer) return out.say(link, *visit.answer);
    if (!is_new) return;  // the host is deciding
    const auto claim = message_in<Claim>(frame);
    if (is_blocked(key, from, now)) return answer(link, visit, {Outcome::wait, {}}, now, out);
    if (!claim || !is_valid(*claim)) return answer(link, visit, {Outcome::unknown, {}}, now, out);
    if (std::min(here_.newest, claim->newest) < std::max(here_.oldest, claim->oldest)) {
        return answer(link, visit, {Outcome::version, {}}, now, out);
    }
    out.act(Claimed{link, *claim});
}

void Admitting::decided(LinkId link, const Answer& decision, std::uint64_t now, Outbox& out) {
    const auto at = links_.find(link);
    if (at != links_.end() && !at->second.answer) answer(link, at->second, decision, now, out);
}

void Admitting::answer(LinkId link, Visit& visit, Answer answer, std::uint64_t now, Outbox& out) {
    if (answer.outcome == Outcome::unknown) {
        ++wrong_;
        blocked_.push_back({visit.key, visit.from, now + blocked_ms});
        if (blocked_.size() > blocked_max) blocked_.pop_front();
    }
    visit.answer = std::move(answer);
    visit.until = now + link_ms;
    out.say(link, *visit.answer);
}

std::vector<LinkId> Admitting::overdue(std::uint64_t now) const {
    std::vector<LinkId> links;
    for (const auto& [link, visit] : links_) {
        if (now >= visit.until) links.push_back(link);
    }
    return links;
}

std::uint64_t Admitting::deadline() const {
    auto earliest = never_ms;
    for (const auto& [link, visit] : links_) earliest = std::min(earliest, visit.until);
    return earliest;
}

}  // namespace staffroom::net
