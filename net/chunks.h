// Exchanges chunks with all neighbours at once, beside their sessions.
//
// Rules:
//  - the 2,048 most wanted are told to every neighbour that shares the group they are for (512 in version 1); each answers
//    which it has, now and as they arrive, so that many devices fetch one file mostly from each other;
//  - bytes of 2 to 64 whole chunks are under way on a link, in at most 2,048 chunks: as many as are answered within a quarter
//    of a second. So a fast line does not stand still while this disk syncs, and on a slow one an edit never waits long
//    behind a file;
//  - of the wanted, those of small files first; among the next few the rarest; from the least busy neighbour;
//  - a chunk is verified by its id, several together where they come fast (core/hashes.h), stored, and only then offered
//    to others. A neighbour that sent wrong bytes, or none in time, is not asked for that chunk again while its link
//    lasts (S10); others are. It is told so, since it does not verify what it gives;
//  - no faster than the teacher wants files to move (net/pace.h), and not at all while transfers are paused;
//  - a large file that would not fit as a whole is not begun (ChunkStore::fitting);
//  - what could not be stored (the disk is full) stops all requests for a while, and so does a disk that is slower than the
//    lines, until it has caught up.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "net/chunk_giving.h"
#include "net/session.h"

namespace staffroom::net {

// Whether this disk takes all files that are wanted, some of them, or none.
enum class RoomForFiles : std::uint8_t { all, some, none };

class ChunkExchange {
  public:
    static constexpr std::uint64_t gather_ms = 25, tell_again_ms = 20'000, wait_ms = 15'000, wait_ms_max = 240'000;
    static constexpr std::uint64_t verify_ms = 5;  // a chunk that came waits so long for others to be verified with
    static constexpr std::uint64_t full_pause_ms = 10'000;
    static constexpr std::uint64_t quick_ms = 250;  // an answer within this asks for a wider window
    static constexpr std::size_t window_min = 2;
    static constexpr unsigned tries_max = 3;  // of one chunk with one neighbour who says again that it has it (S05)

    ChunkExchange(const Here& here, Outbox& out) : here_(here), out_(out), giving_(here, out) {}

    // The session is talking, or what it shares changed. It outlives its line: left() comes first.
    void met(const Session& session, std::uint64_t now);
    void left(LinkId link, std::uint64_t now);
    // The link's queue is full. What does not belong here is said again by whoever said it.
    void unsent(const Send& send, std::uint64_t now);
    // Gives the reason when the link must be closed.
    std::optional<Parting> hear(const Session& session, const SharedBytes& frame, std::uint64_t now);

    // What is wanted here may have changed. It is looked for at once, but what changes close together is looked at together.
    void changed(std::uint64_t now) { refresh_ = std::min(refresh_, std::max(now, refreshed_ + gather_ms)); }
    // Those that came together.
    void stored(const std::vector<ChunkId>& chunks, bool ok, std::uint64_t now);
    // What finds no room is not asked for, and the neighbours know why. Called again and again while only some fit: which
    // those are is looked at anew.
    void set_room(RoomForFiles room, std::uint64_t now);
    // Whether this disk is slower than the lines. While it is, none is asked for.
    void set_disk_behind(bool is_behind, std::uint64_t now);
    // Whether that neighbour's disk has no room for all that it wants, as it says.
    bool is_full(LinkId link) const;
    // What is under way still comes.
    void set_pace(const Pace& pace, std::uint64_t now);

    void tick(std::uint64_t now);
    std::uint64_t deadline() const;

    // Nothing is wanted that a neighbour is known to have, and nothing is under way.
    bool is_settled() const;
    // More has been asked for and may be on its way.
    bool is_fetching() const {
        return std::any_of(lines_.begin(), lines_.end(),
                           [](const auto& each) { return !each.second.under_way.empty(); });
    }
    std::uint64_t bytes_in() const { return bytes_in_; }
    std::uint64_t bytes_out() const { return giving_.bytes_out(); }

  private:
    struct Request {
        std::uint64_t sent = 0, until = 0;
        std::size_t bytes = 0;
    };
    struct Come {  // not verified yet
        LinkId link;
        ChunkId id;
        SharedBytes bytes;
    };
    struct Line {
        const Session* session = nullptr;
        std::unordered_set<ChunkId, IdHash> has;
        std::unordered_map<ChunkId, unsigned, IdHash> failed;  // how often it gave none, or a wrong one
        std::unordered_set<ChunkId, IdHash> wants;             // theirs
        std::unordered_map<ChunkId, Request, IdHash> under_way;
        std::size_t bytes_under_way = 0;
        bool is_full = false;       // their disk
        std::vector<ChunkId> told;  // what of ours it was last told to be wanted
        std::uint64_t tell = 0;     // when to tell it again
        std::size_t window = window_min;
        std::uint64_t wait = wait_ms;
        bool may_give(const ChunkId& chunk) const {
            const auto at = failed.find(chunk);
            return at == failed.end() || at->second < tries_max;
        }
        bool takes_many() const { return session->greeted()->version >= 2; }
        std::size_t ids_most() const { return takes_many() ? limits::chunk_ids_count : limits::ids_count; }
        // How many more may be asked for, and bytes of whole ones.
        std::size_t room() const;
        std::size_t room_bytes() const;
        // A quarter of the window is asked for at a time: a question for each chunk that came would wake both ends for
        // little.
        bool is_well_filled() const;
    };

    void offer(const Line& line);
    // How long it took; nothing when it is none that was asked for.
    // `frame_bytes`: of the frame that it came in.
    std::optional<std::uint64_t> hear(Line& line, ChunkFrame&& frame, std::size_t frame_bytes, std::uint64_t now);
    void verify();
    // More, or less, is asked for from now on.
    void widen(Line& line, std::optional<std::uint64_t> took_ms, std::uint64_t now);
    using Requests = std::unordered_map<ChunkId, Request, IdHash>;
    Requests::iterator drop(Line& line, Requests::iterator request);
    void refresh(std::uint64_t now);
    void tell(Line& line, std::uint64_t now);
    void fill(std::uint64_t now);
    Line* choose(const ChunkId& chunk);
    std::size_t holders(const ChunkId& chunk) const;

    const Here& here_;
    Outbox& out_;
    std::map<LinkId, Line> lines_;
    std::vector<WantedChunk> wanted_;
    std::unordered_set<ChunkId, IdHash> busy_;  // under way, or come and being stored
    std::vector<Come> come_;
    std::uint64_t verify_ = 0;   // when, while some have come: they are waited for until several are hashed at once
    std::vector<ChunkId> news_;  // stored, to be offered
    std::uint64_t refresh_ = 0, refreshed_ = 0, paused_ = 0;
    std::size_t looked_at_ = limits::chunk_ids_count;  // so many wants at most: what every line can be told
    RoomForFiles room_ = RoomForFiles::all;
    bool is_disk_behind_ = false;
    bool more_ = false;  // there were more
    ChunkGiving giving_;
    PaceBudget budget_;
    std::uint64_t bytes_in_ = 0;
};

}  // namespace staffroom::net
