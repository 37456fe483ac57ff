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
    Claim claim;
    claim.group = invitation.group;
    claim.invite = key.public_key<InviteKey>();
    claim.card = card;
    claim.device = device;
    sign(claim, key);
    return {invitation.group, invitation.link, std::move(claim), box};
}

JoinRequest make_link_request(const LinkOffer& offer, const DeviceRecord& record, const DeviceSecrets& secrets) {
    const auto key = offer.key();
    LinkClaim claim;
    claim.offer = key.public_key<InviteKey>();
    claim.statement = propose_link(offer.person, offer.device, record, SigningKey(secrets.signing), offer.path);
    sign(claim, key);
    return {GroupId{}, offer.link, std::move(claim), secrets.box};
}

JoinRequest make_rescue_request(const LinkKey& colleague, const SigningKey& recovery, const DeviceRecord& record,
                                const BoxPair& box, std::optional<DeviceStatement> link) {
    RescueClaim claim;
    claim.recovery = recovery.public_key<Hash>();
    claim.record = record;
    claim.link = std::move(link);
    sign(claim, recovery);
    return {GroupId{}, colleague, std::move(claim), box};
}

JoinRequest make_vouch_request(const LinkKey& colleague, const RecoveryRequest& request, const BoxPair& box) {
    VouchClaim claim;
    claim.request = request;
    return {GroupId{}, colleague, std::move(claim), box};
}

JoinRequest make_ask_request(const LinkKey& at, const GroupId& group, const PersonCard& card, const DeviceId& device,
                             const DeviceSecrets& secrets) {
    AskClaim claim;
    claim.group = group;
    claim.card = card;
    claim.device = device;
    sign(claim, SigningKey(secrets.signing));
    return {group, at, std::move(claim), secrets.box};
}

// --- the newcomer's side ---------------------------------------------------------------------------------------------

void Joining::opened(LinkId link, std::uint64_t now) {
    link_ = link;
    next_ = now;
    until_ = now + link_ms;
    due_ = now + link_ms + again_ms;
}

void Joining::told(LinkId link) {
    link_.reset();
    told_on_ = link;
}

void Joining::closed(LinkId link) {
    if (link_ == link) link_.reset();
    if (told_on_ != link) return;
    told_on_.reset();
    due_ = 0;  // on another one it is not known
}

bool Joining::is_let_in(ByteView frame, Outbox& out) {
    const auto answer = message_in<Answer>(frame);
    if (!open_ || !answer || answer->outcome != Outcome::welcome) return false;
    open_ = !take(*answer, out);
    return !open_;
}

bool Joining::hear(LinkId link, ByteView frame, Outbox& out) {
    if ((link_ != link && told_on_ != link) || !open_) return true;
    if (kind_of(frame) != Kind::answer) return false;
    const auto answer = message_in<Answer>(frame);
    if (!answer) return true;
    auto outcome = answer->outcome;
    if (outcome == Outcome::welcome) {
        open_ = !take(*answer, out);
        if (!open_) return true;
        outcome = Outcome::wait;  // not from who invited us, or damaged: come again
    }
    open_ = outcome == Outcome::wait || outcome == Outcome::asked || outcome == Outcome::elsewhere;
    out.act(JoinAnswered{request_.group, outcome, !open_});
    return true;
}

bool Joining::take(const Answer& answer, Outbox& out) {
    const auto opened = open_box(request_.box, answer.sealed);
    if (!opened) return false;
    const bool for_group =
        std::holds_alternative<Claim>(request_.claim) || std::holds_alternative<AskClaim>(request_.claim);
    if (!for_group) return take_card(*opened, out);
    auto welcome = decode<Welcome>(*opened);
    if (!welcome || !is_valid(welcome->genesis) || id_of(welcome->genesis) != request_.group) return false;
    out.act(Joined{std::move(*welcome)});
    return true;
}

bool Joining::take_card(ByteView opened, Outbox& out) {
    auto card = decode<PersonCard>(opened);
    if (!card || !is_valid(*card)) return false;
    if (const auto* vouch = std::get_if<VouchClaim>(&request_.claim)) {
        if (id_of(card->genesis) != vouch->request.person) return false;
        out.act(Vouched{std::move(*card)});
        return true;
    }
    const auto* rescue = std::get_if<RescueClaim>(&request_.claim);
    const auto* link = std::get_if<LinkClaim>(&request_.claim);
    const auto device = rescue ? rescue->record.device : link->statement.device;
    const bool asked_for =
        rescue ? card->genesis.recovery == rescue->recovery : id_of(card->genesis) == link->statement.person;
    const bool linked = prove(*card).devices.count(device) != 0;
    if (!asked_for || (link && !linked)) return false;
    out.act(linked ? Action(Linked{std::move(*card)}) : Action(Rescued{std::move(*card)}));
    return true;
}

std::optional<LinkId> Joining::tick(std::uint64_t now, Outbox& out) {
    if (!link_) return std::nullopt;
    if (now >= until_) return std::exchange(link_, std::nullopt);
    if (now >= next_) {
        next_ = now + again_ms;
        std::visit([&](const auto& claim) { out.say(*link_, claim); }, request_.claim);
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

void Admitting::hear(LinkId link, const Caller& caller, ByteView frame, std::uint64_t now, Outbox& out) {
    const auto [at, is_new] = links_.try_emplace(link);
    auto& visit = at->second;
    if (!is_new) {
        if (!visit.answer) return;  // the host is deciding
        const bool is_same = std::ranges::equal(visit.claim, frame);
        if (now < visit.until && (is_same || !caller.stays)) return out.say(link, *visit.answer);
        if (now < visit.since + other_claim_ms) return;  // it is said again
    }
    visit = {caller, Bytes(frame.begin(), frame.end()), {}, now, now + link_ms};
    if (is_blocked(caller.key, caller.from, now)) return answer(link, visit, {Outcome::wait, {}}, now, out);
    judge(link, visit, now, out);
}

void Admitting::judge(LinkId link, Visit& visit, std::uint64_t now, Outbox& out) {
    switch (kind_of(visit.claim)) {
        case Kind::claim:
            return judge_as<Claim, Claimed>(link, visit, now, out);
        case Kind::link_claim:
            return judge_as<LinkClaim, LinkClaimed>(link, visit, now, out);
        case Kind::ask_claim:
            return judge_as<AskClaim, AskClaimed>(link, visit, now, out);
        case Kind::vouch_claim:
            return judge_as<VouchClaim, VouchClaimed>(link, visit, now, out);
        default:
            return judge_as<RescueClaim, RescueClaimed>(link, visit, now, out);
    }
}

template <class M, class Asked>
void Admitting::judge_as(LinkId link, Visit& visit, std::uint64_t now, Outbox& out) {
    auto claim = message_in<M>(visit.claim);
    if (!claim || !is_valid(*claim)) return answer(link, visit, {Outcome::unknown, {}}, now, out);
    if (std::min(here_.newest, claim->newest) < std::max(here_.oldest, claim->oldest)) {
        return answer(link, visit, {Outcome::version, {}}, now, out);
    }
    out.act(Asked{link, std::move(*claim)});
}

void Admitting::decided(LinkId link, const Answer& decision, std::uint64_t now, Outbox& out) {
    const auto at = links_.find(link);
    if (at == links_.end()) return;
    auto& visit = at->second;
    const bool is_other = visit.is_waiting() && visit.answer->outcome != decision.outcome;
    if (!visit.answer || is_other) answer(link, visit, decision, now, out);
}

void Admitting::reconsider(std::uint64_t now, Outbox& out) {
    for (auto& [link, visit] : links_) {
        if (visit.is_waiting() && !is_blocked(visit.caller.key, visit.caller.from, now)) judge(link, visit, now, out);
    }
}

void Admitting::answer(LinkId link, Visit& visit, Answer answer, std::uint64_t now, Outbox& out) {
    if (answer.outcome == Outcome::unknown) {
        ++wrong_;
        blocked_.push_back({visit.caller.key, visit.caller.from, now + blocked_ms});
        if (blocked_.size() > blocked_max) blocked_.pop_front();
    }
    visit.answer = std::move(answer);
    visit.until = now + link_ms;
    out.say(link, *visit.answer);
}

std::vector<LinkId> Admitting::overdue(std::uint64_t now) const {
    std::vector<LinkId> links;
    for (const auto& [link, visit] : links_) {
        if (now >= visit.until && !visit.is_waiting()) links.push_back(link);
    }
    return links;
}

std::uint64_t Admitting::deadline() const {
    auto earliest = never_ms;
    for (const auto& [link, visit] : links_) {
        if (!visit.is_waiting()) earliest = std::min(earliest, visit.until);
    }
    return earliest;
}

}  // namespace staffroom::net
