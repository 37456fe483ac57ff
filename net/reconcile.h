// The conversation by which two devices make one set of commits equal: a pure state machine over the sync tree.
// See net/PROTOCOL.md, "Reconciliation: the tree", for the messages and a worked example.
//
// One of the two asks (the dialler), the other answers. They take turns: a turn is one or more frames, and the answer
// to it is the next turn. Whoever asks repeats its turn until it is answered; whoever answers says its last turn again
// when it hears one twice. So frames may be lost, doubled or overtaken, and only the asking side needs a clock.
//
//   turn 0  asks     opening: number of commits and root
//   turn 1  answers  closing, if the roots are equal; else two levels of its tree and the way to its newest commits
//   turn n  both     ranges that differ, a level further down, or as lists of short ids, or "send me all of it"; and of
//                    the ranges that the other listed: which of them to send
//   last    asks     closing: root again. Unequal once everything promised has come: once more from the start, with
//                    another key, in case two short ids were alike
//
// Who sends what. Whoever finds in a turn that the other lacks commits pushes them (take_pushes) when the comparison has
// come to its closing, in order: what comes before its ancestors would have to wait for them. It says in each frame how
// many it has promised in all, so that both know what is under way.
// The set may change at any time: every turn is worked out from the set as it is then.
//
// What a liar can do: nothing but waste its own turn. 40 rounds, 16 frames a turn, no commit pushed twice, three rounds
// without progress, three promises not kept: then it is said to be failed, and the session parts.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/crypto.h"
#include "core/ports.h"
#include "net/message.h"
#include "net/range_comparison.h"
#include "net/reconcile_frame.h"

namespace staffroom::net {

// What the two talk about. Both must name the same; short ids and fingerprints are keyed by all of it, so that nobody
// can prepare commits whose short ids are alike for two others.
struct ReconcileTopic {
    Nonce16 dialler_nonce, listener_nonce;
    DeviceId dialler, listener;
    GroupId group;
    CommitKind kind = CommitKind::control;
};
ShortKey reconcile_key(const ReconcileTopic& topic, std::uint64_t attempt);

class Reconciler {
  public:
    enum class Role : std::uint8_t { asks, answers };
    enum class State : std::uint8_t {
        idle,       // not begun
        talking,    // finding what differs, or waiting for what was promised
        equal,      // both sets were equal when they were last compared
        different,  // asks only: they are not, though all that was promised came: something was declined, or changes
        failed,     // see failure(); for good
    };
    struct Failure {
        Parting why = Parting::protocol;  // done: the trouble is our own
        Error error;
    };

    Reconciler(const ReconcileTopic& topic, Role role) : topic_(topic), role_(role) {}

    // `set` is the topic's set as it is now, with every complete commit in its tree.

    // Asks, from the start; also again after equal or different. Requires the role that asks. No effect while talking.
    void start(const TreeStore& set, std::uint64_t now_ms);
    // The body of a reconcile message of this topic from the other side. Whatever it is, it is taken or fails us.
    void receive(const TreeStore& set, ByteView body, std::uint64_t now_ms);
    // So many commits of this topic have come from the other side and are dealt with: kept, known before, or declined.
    void settled(const TreeStore& set, std::size_t commits, std::uint64_t now_ms);
    void tick(const TreeStore& set, std::uint64_t now_ms);
    std::optional<std::uint64_t> deadline_ms() const;

    // The next body to send. After every call above: poll until empty.
    std::optional<Bytes> poll();

    // Commits that the other side lacks, each once and by key, to be sent as fast as it takes them. At most `most` at a
    // time; they are read from the set when they are taken, so a set sent whole costs no memory here. Error: the store's.
    bool has_pushes() const { return attempt_ && attempt_->closing && attempt_->comparison.has_pushes(); }
    Result<std::vector<CommitKey>> take_pushes(const TreeStore& set, std::size_t most);

    State state() const { return state_; }
    const Failure& failure() const { return assert(state_ == State::failed), failure_; }
    // Commits that the other side promised and that have not been settled.
    std::uint64_t awaited() const {
        return attempt_ && attempt_->promised > attempt_->settled ? attempt_->promised - attempt_->settled : 0;
    }

  private:
    // All that begins anew with an opening.
    struct Attempt {
        RangeComparison comparison;
        std::uint64_t expected = 0;                 // the other's turn to come; ours, said last, is the one before
        std::map<std::uint8_t, Ranges> parts = {};  // of it, as far as they have come
        bool answered = false;                      // our last turn
        bool closing = false;                       // our last turn is a closing
        Hash their_root = {};                       // as they said it last
        bool cut = false;                           // closing for length, not because nothing was in doubt
        std::uint64_t promised = 0, settled = 0;    // commits
        std::uint64_t their_awaited = 0;
        std::uint64_t progress_seen = 0;
        unsigned idle_turns = 0;
    };

    void begin(const TreeStore& set, std::uint64_t now_ms);
    void open(const TreeStore& set, std::uint64_t number, const Opening& opening);
    void collect(const TreeStore& set, Ranges part, std::uint64_t now_ms);
    void take_turn(const TreeStore& set, std::uint64_t now_ms);
    void take_closing(const TreeStore& set, const Closing& closing, std::uint64_t now_ms);
    void end_attempt(const TreeStore& set, bool promises_kept, std::uint64_t now_ms);
    void say(std::vector<RangeItem> items, std::uint64_t now_ms);
    void say_closing(const TreeStore& set, std::uint64_t now_ms);
    void say(std::vector<Bytes> frames, std::uint64_t now_ms, std::uint64_t pause_ms);
    void be_equal();
    void fail(Parting why, Error error);
    void fail(const Error& error);

    const ReconcileTopic topic_;
    const Role role_;
    State state_ = State::idle;
    Failure failure_;
    std::uint64_t number_ = 0;  // of the attempt, on this topic
    std::optional<Attempt> attempt_;
    std::vector<Bytes> said_;  // the frames of our last turn
    std::size_t unsent_ = 0;   // how many at the end of said_ poll() has still to give out

    // Since start(), or, for the side that answers, since something was settled last.
    unsigned unequal_attempts_ = 0, cut_attempts_ = 0, broken_attempts_ = 0;

    // Asks only.
    std::uint64_t moved_at_ms_ = 0;  // the last sign of progress
    std::uint64_t speak_at_ms_ = 0;  // when to repeat, or to close anew
    std::uint64_t pause_ms_ = 0;
};

}  // namespace staffroom::net
