// Gives commits to one colleague: what they asked for, what reconciliation found missing there, and what is new.
//
// Rules:
//  - at most 8 frames are under way; each is sent again, ever more slowly, until taken. That a frame was taken is known
//    from the other side's transaction, so a slow disk there slows us down and nothing else;
//  - frames start at 16 KiB and two at a time, both double while frames are taken within a second and halve when one is
//    not taken in time: a line of 1 kB/s carries small frames, and nobody else waits for it;
//  - new commits go before history, and history takes turns between groups, so a big group delays nobody;
//  - what may be given is decided when a frame is filled, by the standings that hold then: everything only where both
//    give each other everything, since a device that does not know us would decline it;
//  - a new commit that the other side is known to have is not given (the last 8,192 are remembered; giving twice does
//    no harm). What they ask for, and what reconciliation finds missing there, is given whatever was seen;
//  - commits that this device wrote itself are given no faster than the other side takes them (net/author_rates.h). The
//    new ones among them then wait, control and key before content, while others' go on; of history the whole set
//    waits, for what comes later builds on it.
#pragma once

#include <deque>
#include <map>
#include <unordered_set>
#include <vector>

#include "net/author_rates.h"
#include "net/offers.h"
#include "net/outbox.h"

namespace staffroom::net {

class Giving {
  public:
    static constexpr std::uint64_t wait_ms_min = 2'000, wait_ms_max = 60'000;
    static constexpr unsigned tries_max = 7;
    static constexpr std::size_t frame_bytes_min = 4 * 1024, frame_bytes_start = 16 * 1024;
    static constexpr std::size_t remembered_count = 8'192;
    static constexpr std::uint64_t held_ms = 500;  // until a hundred of our own may go again

    // The lobby's frames are smaller, and one commit may take 64 KiB.
    static constexpr std::size_t lobby_bytes_max = 24 * 1024;

    Giving(const Here& here, LinkId link, Door door, const DeviceId& to, AuthorRates& rates)
        : here_(here),
          link_(link),
          to_(to),
          rates_(rates),
          frame_bytes_max_(door == Door::lobby ? lobby_bytes_max : limits::batch_bytes) {}

    // New ones. `asked`: the other side wants them, whatever it was seen to have.
    void give(const GroupId& group, const std::vector<CommitId>& ids, bool asked = false);
    // Found missing there by reconciliation, which counts them.
    void give_promised(const GroupId& group, CommitKind set, const std::vector<CommitKey>& keys);
    // How many of those wait here.
    std::size_t promised_count(const GroupId& group, CommitKind set) const;
    // A removed device may have these and nothing else of the group.
    void allow_farewell(const GroupId& group, const std::vector<CommitId>& ids);
    // The other side has it: it gave it to us, or took it.
    void seen(const CommitId& id);
    bool has_seen(const CommitId& id) const { return seen_.contains(id); }

    void taken(const Taken& taken, std::uint64_t now);
    // Fills frames while there is room.
    void fill(const Offers& offers, std::uint64_t now, Outbox& out);
    // Sends again what was not taken in time. False when the other side takes nothing any more.
    bool tick(const Offers& offers, std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const;

    bool idle() const { return under_way_.empty() && fresh_.empty() && held_.empty() && history_.empty(); }
    // New commits wait, since what is under way is not taken: the link, or the disk at its other end, is behind.
    bool is_behind() const { return !has_room() && !(fresh_.empty() && history_.empty()); }
    std::uint64_t given_count() const { return given_; }
    // Whether commits of our own wait for the other side's limit.
    bool is_held() const { return held_until_ != 0 && !(held_.empty() && history_.empty()); }

  private:
    using Set = std::pair<GroupId, CommitKind>;
    using Queue = std::deque<std::pair<GroupId, CommitId>>;
    struct Frame {
        GroupId group;
        CommitKind set = CommitKind::control;
        std::uint64_t promised = 0;
        std::vector<CommitId> ids;
        std::uint64_t sent = 0, again = 0;
        unsigned tries = 0;
    };

    bool may_give(const Shared& shared, const CommitId& id, const CommitFrame& frame) const;
    // One frame from fresh_ or held_.
    void fill_new(Queue& queue, const Offers& offers, std::uint64_t now, Outbox& out);
    // False when all of it has to wait.
    bool fill_promised(const Set& set, std::deque<CommitId>& queue, const Offers& offers, std::uint64_t now,
                       Outbox& out);
    // Whether this one's turn is now, as far as its author's rate goes. Asked once for each that is given.
    bool is_in_time(const CommitFrame& commit, std::uint64_t now);
    void hold(const GroupId& group, const CommitId& id, const CommitFrame& commit);
    // Empty when it is not here or not for them.
    std::optional<CommitFrame> read(const Offers& offers, const GroupId& group, const CommitId& id) const;
    void begin(Frame frame, std::vector<CommitFrame> commits, const Offers& offers, std::uint64_t now, Outbox& out);
    void send(std::uint64_t number, Frame& frame, std::vector<CommitFrame> commits, const Offers& offers,
              std::uint64_t now, Outbox& out);
    bool has_room() const {
        return under_way_.empty() ||
               (under_way_.size() < window_ && number_ - under_way_.begin()->first < limits::frames_ahead);
    }
    bool is_full(const std::vector<CommitFrame>& commits, std::size_t bytes) const {
        return commits.size() >= limits::ids_count || bytes >= frame_bytes_;
    }

    const Here& here_;
    LinkId link_;
    DeviceId to_;
    AuthorRates& rates_;
    std::size_t frame_bytes_max_;
    Queue fresh_;
    Queue held_;                                   // our own, from fresh_ or declined for their rate
    std::uint64_t held_until_ = 0;                 // no commit of our own before; 0: none is held back
    std::unordered_set<CommitId, IdHash> queued_;  // in fresh_ or held_, or under way from there
    std::map<Set, std::deque<CommitId>> history_;
    Set turn_;  // the set served last
    std::unordered_set<CommitId, IdHash> seen_;
    std::deque<CommitId> seen_order_;
    std::map<GroupId, std::unordered_set<CommitId, IdHash>> farewell_;
    std::map<std::uint64_t, Frame> under_way_;
    std::uint64_t number_ = 0, given_ = 0;
    std::size_t frame_bytes_ = frame_bytes_start, window_ = 2;
    std::uint64_t wait_ms_ = wait_ms_min;
};

}  // namespace staffroom::net
