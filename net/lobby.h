// How a newcomer with an invitation is let in: the newcomer's side and the side that admits.
//
//     newcomer                         any organiser's device
//     dials the lobby of the device that the invitation names
//     claim, again each 2 s    ->      checks the signatures; the host decides and, to say yes, writes
//                              <-      answer: a welcome (genesis and group key, sealed to the newcomer's device),
//                                      "asked", "wait", or no, with the reason
//     keeps the group, and comes to the members' door
//
// Two who share another group already hold a link at the members' door: there the same two messages go over it, and it
// stays. Who was told to wait there need not come again to hear more: the answer is said as soon as it is another one.
//
// Rules:
//  - the invitation's seed never travels: it signs the claim. The claim names no role: the invitation's own counts
//    (P08);
//  - a claim that is wrong costs its key and its address 60 s, others may come meanwhile (P04). 64 such are remembered;
//  - nothing is decided twice within 10 s: a claim that comes again is answered with what was decided. Another claim over a
//    link that stays is another question, once a second at most; several of one newcomer go there one after the other;
//  - a new computer that is to be linked to its person (core/members/link_offer.h) comes the same way with a link claim,
//    and gets the person's card, sealed, with its link in it. One that has a recovery sheet comes twice to a colleague's:
//    to learn whose it is, and with the link that the recovery key then makes. One for which colleagues vouch asks until
//    enough have;
//  - 10 s without progress end a link in the lobby. A newcomer who was asked to wait comes again, every 10 s at first.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <variant>

#include "core/members/invite.h"
#include "core/members/link_offer.h"
#include "net/outbox.h"

namespace staffroom::net {

// How an organiser's decision goes over the wire, and back into words (core/members/invite.h refusal_of); nothing for
// what is no refusal.
Outcome outcome_of(Admission admission);
std::optional<Admission> refusal_in(Outcome outcome);

// What an invitation and its bearer bring; or a link offer and the new computer.
struct JoinRequest {
    GroupId group;                                                            // zero: to be linked
    LinkKey inviter;                                                          // transport key of the inviter's device
    std::variant<Claim, LinkClaim, RescueClaim, VouchClaim, AskClaim> claim;  // signed
    BoxPair box;  // of the device that claims: opens the answer
};

// `device` is the card's that asks. Needs: the card is valid.
JoinRequest make_join(const Invitation& invitation, const PersonCard& card, const DeviceId& device, const BoxPair& box);
// `record` is of the new computer.
JoinRequest make_link_request(const LinkOffer& offer, const DeviceRecord& record, const DeviceSecrets& secrets);
// To a colleague's device.
JoinRequest make_rescue_request(const LinkKey& colleague, const SigningKey& recovery, const DeviceRecord& record,
                                const BoxPair& box, std::optional<DeviceStatement> link);

// To a colleague's device.
JoinRequest make_vouch_request(const LinkKey& colleague, const RecoveryRequest& request, const BoxPair& box);

// To a device that shows the group.
JoinRequest make_ask_request(const LinkKey& at, const GroupId& group, const PersonCard& card, const DeviceId& device,
                             const DeviceSecrets& secrets);

class Joining {
  public:
    static constexpr std::uint64_t again_ms = 2'000, link_ms = 10'000;

    explicit Joining(JoinRequest request) : request_(std::move(request)) {}

    const JoinRequest& request() const { return request_; }
    // Neither let in nor refused for good.
    bool is_open() const { return open_; }
    // The link that it claims on, if any.
    std::optional<LinkId> link() const { return link_; }
    // From when on it may claim again on a link that stays: what was decided is decided anew by then.
    std::uint64_t due() const { return due_; }
    // Told on this link to wait, and may hear more there unasked.
    bool waits_on(LinkId link) const { return open_ && told_on_ == link; }

    void opened(LinkId link, std::uint64_t now);
    // Whether it is done with the link.
    bool hear(LinkId link, ByteView frame, Outbox& out);
    // Whether the frame is the welcome that it waits for.
    bool is_let_in(ByteView frame, Outbox& out);
    // It has its answer on a link that stays.
    void told(LinkId link);
    void closed(LinkId link);
    // Gives a link that brought no answer.
    std::optional<LinkId> tick(std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const { return link_ ? std::min(next_, until_) : never_ms; }

  private:
    // What the answer brings, if it is what was asked for.
    bool take(const Answer& answer, Outbox& out);
    bool take_card(ByteView opened, Outbox& out);

    JoinRequest request_;
    bool open_ = true;
    std::optional<LinkId> link_, told_on_;
    std::uint64_t next_ = 0, until_ = 0, due_ = 0;
};

class Admitting {
  public:
    static constexpr std::uint64_t blocked_ms = 60'000, link_ms = 10'000, other_claim_ms = 1'000;
    static constexpr std::size_t blocked_max = 64;

    explicit Admitting(const Here& here) : here_(here) {}

    // Whom a claim comes from. `stays`: over the link of two who share a group; else an accepted one of the lobby.
    struct Caller {
        LinkKey key;
        std::optional<Address> from;
        bool stays = false;
    };
    // A claim, of a newcomer or of a new computer.
    void hear(LinkId link, const Caller& caller, ByteView frame, std::uint64_t now, Outbox& out);
    void decided(LinkId link, const Answer& answer, std::uint64_t now, Outbox& out);
    // Who may come in has changed: the claims of those who were told to wait on a link that stays are decided once more.
    void reconsider(std::uint64_t now, Outbox& out);
    void closed(LinkId link) { links_.erase(link); }
    // Links whose visit is over.
    std::vector<LinkId> overdue(std::uint64_t now) const;
    std::uint64_t deadline() const;

    // Wrong claims since the start, for organisers to see.
    std::uint64_t wrong_count() const { return wrong_; }

  private:
    struct Visit {
        Caller caller;
        Bytes claim;  // as it came
        std::optional<Answer> answer;
        std::uint64_t since = 0, until = 0;
        // More may be said unasked.
        bool is_waiting() const {
            return caller.stays && answer && (answer->outcome == Outcome::asked || answer->outcome == Outcome::wait);
        }
    };
    struct Blocked {
        LinkKey key;
        std::optional<Address> from;
        std::uint64_t until = 0;
    };
    void judge(LinkId link, Visit& visit, std::uint64_t now, Outbox& out);
    template <class M, class Asked>
    void judge_as(LinkId link, Visit& visit, std::uint64_t now, Outbox& out);
    void answer(LinkId link, Visit& visit, Answer answer, std::uint64_t now, Outbox& out);
    bool is_blocked(const LinkKey& key, const std::optional<Address>& from, std::uint64_t now) const;

    const Here& here_;
    std::map<LinkId, Visit> links_;
    std::deque<Blocked> blocked_;
    std::uint64_t wrong_ = 0;
};

}  // namespace staffroom::net
