// Pairing without an invitation: two computers near each other, two teachers who compare six words.
//
//     newcomer                        a member's device whose window is open
//     commit: H(reveal)        ->
//                              <-     commit: H(reveal)
//     reveal: record, nonce    ->     must be what was committed to
//                              <-     reveal: group, record, nonce;  must be what was committed to
//     both show six words of a hash over both reveals and the transport key that the newcomer dialled
//
// Whoever stands between the two has one exchange with each, and had to commit to his numbers in both before he saw
// anybody's: the words are equal once in 2^48, however many keys he has at hand (P05, P06). When both teachers say "same",
// a seed of the same hash is an invitation that only these two know (core/members/invite.h), and the newcomer comes in
// with it as with any other. On "different" both forget it.
//
// Rules:
//  - a window is open for some minutes of monotonic time and for three tries, a reveal that fits or not being one. It shows
//    one newcomer at a time; others wait;
//  - a link has one commitment, made before anything is revealed. Frames may be lost: the newcomer says its last one again,
//    and is answered as before;
//  - whoever opens the window says no name before the newcomer has.
#pragma once

#include <map>

#include "net/outbox.h"

namespace staffroom::net {

// What a reveal is bound by.
Hash commitment_of(const CompareReveal& reveal);

class CompareSeeker {
  public:
    static constexpr std::uint64_t again_ms = 1'000, link_ms = 10'000;

    CompareSeeker(const LinkKey& host, const DeviceRecord& own);

    const LinkKey& host() const { return host_; }
    // Neither compared nor refused.
    bool is_open() const { return open_; }
    void opened(LinkId link, std::uint64_t now);
    // Whether it is done with the link.
    bool hear(LinkId link, ByteView frame, Outbox& out);
    void closed(LinkId link);
    // Gives a link that brought no answer.
    std::optional<LinkId> tick(std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const { return link_ ? std::min(next_, until_) : never_ms; }

  private:
    LinkKey host_;
    DeviceRecord own_;
    CompareReveal reveal_;            // drawn anew for each link
    std::optional<Hash> commitment_;  // the host's
    bool open_ = true;
    std::optional<LinkId> link_;
    std::uint64_t next_ = 0, until_ = 0;
};

class CompareWindow {
  public:
    static constexpr unsigned tries_max = 3;

    CompareWindow(const GroupId& group, const DeviceRecord& own, const LinkKey& key, std::uint64_t until)
        : group_(group), own_(own), key_(key), until_(until) {}

    bool is_open(std::uint64_t now) const { return now < until_ && tries_ < tries_max && !closed_; }
    // A commit or a reveal on an accepted link of the lobby.
    void hear(LinkId link, ByteView frame, std::uint64_t now, Outbox& out);
    void closed(LinkId link) { visits_.erase(link); }
    // The teacher said whether the words were the same; when they were, the window has done its duty.
    void decided(bool same);

  private:
    struct Visit {
        Hash commitment;
        CompareReveal reveal;  // ours
        bool compared = false;
    };
    void take_commit(LinkId link, const CompareCommit& commit, Outbox& out);
    void take_reveal(LinkId link, const CompareReveal& reveal, Outbox& out);

    GroupId group_;
    DeviceRecord own_;
    LinkKey key_;
    std::uint64_t until_;
    std::map<LinkId, Visit> visits_;
    unsigned tries_ = 0;
    bool closed_ = false, shown_ = false;
};

}  // namespace staffroom::net
