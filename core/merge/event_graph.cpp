#include "core/merge/event_graph.h"

#include <algorithm>
#include <cassert>
#include <queue>

namespace staffroom {
namespace {

void push_descending(std::vector<EditRange>& ranges, EditRange range) {
    if (!ranges.empty() && ranges.back().begin == range.end)
        ranges.back().begin = range.begin;
    else
        ranges.push_back(range);
}

enum Side : std::uint8_t { in_a = 1, in_b = 2, in_both = 3 };

struct Reached {
    EditIndex edit;
    std::uint8_t side;
    bool operator<(const Reached& other) const { return edit < other.edit; }
};

}  // namespace

EditIndex EventGraph::append(std::span<const EditIndex> base) {
    assert(std::is_sorted(base.begin(), base.end()));
    assert(base.empty() || base.back() < end_);
    if (base.size() == 1 && base[0] + 1 == end_ && end_ != first_) return end_++;
    chains_.push_back({end_, static_cast<std::uint32_t>(bases_.size()), static_cast<std::uint32_t>(base.size())});
    bases_.insert(bases_.end(), base.begin(), base.end());
    return end_++;
}

std::size_t EventGraph::chain_of(EditIndex edit) const {
    assert(edit >= first_ && edit < end_);
    if (chains_.back().first <= edit) return chains_.size() - 1;
    const auto after = std::upper_bound(chains_.begin(), chains_.end(), edit,
                                        [](EditIndex e, const Chain& chain) { return e < chain.first; });
    return static_cast<std::size_t>(after - chains_.begin()) - 1;
}

EventGraph::Base EventGraph::base_of(EditIndex edit) const {
    const Chain& chain = chains_[chain_of(edit)];
    if (chain.first != edit) return Base(edit - 1);
    return Base(std::span(bases_.data() + chain.base_begin, chain.base_count));
}

bool EventGraph::difference(std::span<const EditIndex> a, std::span<const EditIndex> b, std::vector<EditRange>& only_a,
                            std::vector<EditRange>& only_b, std::size_t most) const {
    only_a.clear();
    only_b.clear();
    if (std::equal(a.begin(), a.end(), b.begin(), b.end())) return true;
    if (a.size() == 1 && b.size() == 1) {
        const std::size_t chain = chain_of(std::max(a[0], b[0]));
        if (chains_[chain].first <= std::min(a[0], b[0])) {
            if (a[0] > b[0])
                only_a.push_back({b[0] + 1, a[0] + 1});
            else
                only_b.push_back({a[0] + 1, b[0] + 1});
            return std::max(a[0], b[0]) - std::min(a[0], b[0]) <= most;
        }
    }

    // From the latest edit down: descendants have the greater numbers, so when an edit is taken out of the queue all
    // that lead to it have been, and its side is final. What both reach is of no interest, nor is what lies behind it.
    std::vector<Reached> queue;
    std::size_t count = 0;
    std::size_t apart = 0;  // entries not reached from both
    const auto push = [&](EditIndex edit, std::uint8_t side) {
        queue.push_back({edit, side});
        std::push_heap(queue.begin(), queue.end());
        apart += side != in_both;
    };
    const auto pop = [&] {
        std::pop_heap(queue.begin(), queue.end());
        const Reached top = queue.back();
        queue.pop_back();
        apart -= top.side != in_both;
        return top;
    };
    for (const auto edit : a) push(edit, in_a);
    for (const auto edit : b) push(edit, in_b);
    while (apart > 0) {
        Reached top = pop();
        while (!queue.empty() && queue.front().edit == top.edit) top.side |= pop().side;
        const Chain& chain = chains_[chain_of(top.edit)];
        EditIndex begin = chain.first;
        bool met = false;
        if (!queue.empty() && queue.front().edit >= chain.first) {
            begin = queue.front().edit + 1;
            met = true;
        }
        if (top.side != in_both && (count += top.edit + 1 - begin) > most) return false;
        if (top.side == in_a) push_descending(only_a, {begin, top.edit + 1});
        if (top.side == in_b) push_descending(only_b, {begin, top.edit + 1});
        if (met)
            push(begin - 1, top.side);
        else
            for (std::uint32_t i = 0; i < chain.base_count; ++i) push(bases_[chain.base_begin + i], top.side);
    }
    return true;
}

std::vector<EditRange> EventGraph::edits_of(std::span<const EditIndex> version) const {
    std::vector<EditRange> all;
    std::vector<EditRange> none;
    difference(version, {}, all, none);
    std::reverse(all.begin(), all.end());
    return all;
}

std::vector<EditRange> EventGraph::settled() const {
    assert(first_ == 0);
    Settled settled;
    Version heads;
    for (std::size_t c = 0; c < chains_.size(); ++c) {
        const Chain& chain = chains_[c];
        const EditIndex end = c + 1 < chains_.size() ? chains_[c + 1].first : end_;
        const std::span base(bases_.data() + chain.base_begin, chain.base_count);
        const bool joins_all = std::includes(base.begin(), base.end(), heads.begin(), heads.end());
        settled.cut(base);
        Version left;
        std::set_difference(heads.begin(), heads.end(), base.begin(), base.end(), std::back_inserter(left));
        left.push_back(end - 1);
        heads = std::move(left);
        if (joins_all)
            for (EditIndex edit = chain.first; edit < end; ++edit) settled.push(edit);
    }
    return settled.ranges();
}

void Settled::cut(std::span<const EditIndex> base) {
    const EditIndex latest = base.empty() ? no_edit : base.back();
    while (!ranges_.empty() && (latest == no_edit || ranges_.back().begin > latest)) ranges_.pop_back();
    if (!ranges_.empty() && ranges_.back().end > latest + 1) ranges_.back().end = latest + 1;
}

}  // namespace staffroom
