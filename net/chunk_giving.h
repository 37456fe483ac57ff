// Gives chunks to those who ask for them, in turn.
//
// Rules:
//  - a chunk is served only for a group that asker and giver share, by the standings that hold as it goes: it may have
//    waited for long;
//  - a few frames a turn, the askers one after another: who asks for much keeps nobody waiting, and what is asked for is
//    read only when it is about to go, so the memory of a turn bounds what a hostile member can make us hold;
//  - it is given as it lies here, and whoever gets it verifies it. Only when told that it was wrong is it looked at here:
//    one that is damaged is given up and wanted again;
//  - small chunks go before whole ones, so that a worksheet does not wait for a film that the same colleague asked for, and
//    share frames with whoever understands that (version 2);
//  - a frame that finds the link's queue full is kept and sent again, and nothing more is read for that asker till then: if it
//    were lost, what it says would be waited for in vain for many seconds. That goes for answers and questions, too. Of one
//    link 32 are kept, or a member who asks and does not read would fill our memory;
//  - while transfers are paused nothing goes, and what was asked for is kept until it does or the link is gone.
#pragma once

#include <deque>
#include <map>
#include <unordered_set>

#include "net/chunk_message.h"
#include "net/pace.h"
#include "net/session.h"

namespace staffroom::net {

class ChunkGiving {
  public:
    static constexpr std::size_t frames_a_turn = 8;
    static constexpr std::uint64_t again_ms = 5;
    static constexpr std::size_t unsent_max = 32;
    static constexpr std::size_t expected_max = 16;  // of one link: so many are read from the disk ahead
    static constexpr std::size_t asked_max =
        limits::chunk_ids_count;  // of one link; what is above must be asked for again

    ChunkGiving(const Here& here, Outbox& out) : here_(here), out_(out) {}

    bool may_serve(const Session& session, const ChunkId& chunk) const;
    void ask(const Session& session, const std::vector<ChunkId>& chunks, std::uint64_t now);
    void hear_wrong(const Session& session, const ChunkId& chunk);
    void left(LinkId link) { askers_.erase(link); }
    // A frame did not go, of chunks or about them. It is sent again in `again_ms`, or dropped above `unsent_max`.
    void unsent(const Send& send, std::uint64_t now);

    void set_pace(const Pace& pace);
    bool is_paused() const { return paused_; }

    void tick(std::uint64_t now);
    std::uint64_t deadline() const;
    std::uint64_t bytes_out() const { return bytes_out_; }

  private:
    struct Asked {
        ChunkId id;
        std::uint32_t size = 0;  // sealed bytes; 0: not here
    };
    struct Asker {
        const Session* session = nullptr;
        std::deque<Asked> small, queue;  // small ones first, each in the order asked
        std::unordered_set<ChunkId, IdHash> queued;
        std::size_t expected = 0;  // the disk was told of so many at the front of `queue`
        std::vector<SharedBytes> unsent;
        std::uint64_t again = 0;  // when to send them; anything new goes later still, for they may be turned away again
        bool is_served() const { return small.empty() && queue.empty(); }
        bool can_be_given(std::uint64_t now) const { return !is_served() && unsent.empty() && now >= again; }
    };
    void expect(Asker& asker) const;
    std::vector<Asked> next_frame(Asker& asker) const;
    SharedBytes frame_of(const Session& session, const Asked& asked);
    SharedBytes frame_of(const Session& session, const std::vector<Asked>& several);
    void lose_if_spoiled(const ChunkId& chunk);
    void give(LinkId link, Asker& asker, std::uint64_t now);
    void send_again(std::uint64_t now);

    const Here& here_;
    Outbox& out_;
    std::map<LinkId, Asker> askers_;
    LinkId latest_{};  // whose turn was last
    PaceBudget budget_;
    bool paused_ = false;
    std::uint64_t bytes_out_ = 0;
};

}  // namespace staffroom::net
