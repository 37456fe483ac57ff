// One side's half of comparing two sets range by range: takes the items of the other's turn, works out our own.
//
// A range in doubt belongs to exactly one side at a time: whoever noticed in a summary that fingerprints differ says
// what it has there, as a list when its keys are few, else as a summary one level down. So every range is settled once,
// and every key that the other lacks is found once.
//
// Rules, each with its cost in mind:
//  - up to 32 keys are listed (8 bytes each); more are summarised, in a bucket too: sixteen fingerprints and a list
//    of a sixteenth are shorter than a list of all;
//  - where nearly all children of a node differ, its buckets are listed whole, or all of it up to 512 keys;
//  - when no more than 128 keys are in doubt altogether, all are listed: that saves turns, and costs 1 KB;
//  - a list that meets more than 4,096 keys of ours is answered like a range in doubt, so that no message asks for work
//    out of proportion to its size. The summary that follows is looked at child by child, never listed whole again, or
//    few keys against many would go to and fro without end;
//  - a turn ends when it has filled its frames; what found no room waits, shortest way to a result first (depth first).
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "core/crypto.h"
#include "core/tree_reader.h"
#include "net/reconcile_frame.h"

namespace staffroom::net {

class RangeComparison {
  public:
    explicit RangeComparison(const ShortKey& key) : key_(key) {}

    // The first turn: the other side has `theirs` commits, and a root that is not ours. Errors here and below:
    // the store's own (io), or malformed for what no honest side would say.
    Result<std::vector<RangeItem>> open(TreeReader& set, std::uint64_t theirs);
    // All items of the other's turn, in order; then our own turn, in order. It may be empty.
    Result<> take(TreeReader& set, const std::vector<RangeItem>& items);
    Result<std::vector<RangeItem>> answer(TreeReader& set);

    // Ranges in doubt that the last answer had no room for.
    bool has_more() const { return !doubted_.empty() || !lacking_.empty(); }
    // Gives up what is in doubt.
    void cut() { doubted_.clear(), lacking_.clear(); }
    // Rises whenever a range is settled or narrowed down.
    std::uint64_t progress() const { return progress_; }

    // Keys that the other side lacks: how many in all, and those not yet taken, in order.
    std::uint64_t pushed_count() const { return pushed_; }
    bool has_pushes() const { return !pushes_.empty(); }
    Result<std::vector<CommitKey>> take_pushes(const TreeStore& set, std::size_t most);

  private:
    Result<> compare(TreeReader& set, const Prefix& range, const Summary& summary);
    Result<> compare(TreeReader& set, const Prefix& range, const Listing& listing);
    Result<> compare(TreeReader& set, const Prefix& range, const SendAll&);
    Result<> compare(TreeReader& set, const Prefix& range, const Wanted& want);

    Result<std::vector<RangeItem>> overview(TreeReader& set);
    Result<RangeItem> describe(TreeReader& set, const Prefix& range, std::size_t listed);
    RangeItem summary_of(const Prefix& range, const Prefix& node, const Branches& branches) const;
    RangeItem list(const Prefix& range, std::vector<CommitKey> keys);
    void push(const Prefix& range, std::uint64_t count);
    void push(const CommitKey& key) { push(Prefix(key, Prefix::max_size), 1); }
    Short short_of(ByteView bytes) const { return siphash(key_, bytes); }

    ShortKey key_;
    struct Doubt {
        std::size_t keys = 0;    // that we have there, about
        std::size_t listed = 0;  // if no more than these
    };
    std::map<Prefix, Doubt> doubted_;                  // ours to describe
    std::set<Prefix> lacking_;                         // ours to ask for whole
    std::vector<RangeItem> wanted_;                    // of the lists in the turn that is being taken
    std::map<Prefix, std::vector<CommitKey>> listed_;  // in our last turn
    std::deque<Prefix> pushes_;                        // all keys under each; a single key is a whole prefix
    bool in_order_ = true;                             // those
    std::optional<CommitKey> pushed_up_to_;            // within the first of them
    std::uint64_t pushed_ = 0;
    std::uint64_t progress_ = 0;
};

}  // namespace staffroom::net
