// A TreeStore in memory: one sorted array of keys and a hash table of nodes. For tests and benchmarks.
#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/tree.h"

namespace staffroom {

class FlatTreeStore : public TreeStore {
  public:
    Result<std::vector<CommitKey>> keys(const CommitKey& first, const CommitKey& last,
                                        std::size_t most) const override {
        // First among every 32nd key, which stay in the processor's cache.
        const auto mark = std::lower_bound(marks_.begin(), marks_.end(), first) - marks_.begin();
        const auto begin = keys_.begin() + std::max<std::ptrdiff_t>(0, (mark - 1) * step_);
        const auto end = keys_.begin() + std::min(std::ssize(keys_), mark * step_ + 1);
        const auto from = std::lower_bound(begin, end, first);
        auto to = from;
        // Ranges that are asked for are short as a rule: walk a little before searching all.
        for (int step = 0; step < 80 && to != keys_.end() && *to <= last; ++step) ++to;
        if (to != keys_.end() && *to <= last) to = std::upper_bound(to, keys_.end(), last);
        return std::vector<CommitKey>(
            from, from + static_cast<std::ptrdiff_t>(std::min(most, static_cast<std::size_t>(to - from))));
    }
    Result<std::optional<Bytes>> node(ByteView name) const override {
        const auto found = nodes_.find(text_of(name));
        return found == nodes_.end() ? std::nullopt : std::optional(found->second);
    }
    Result<> put_node(ByteView name, ByteView value) override {
        nodes_[text_of(name)] = copy_of(value);
        return Done{};
    }
    Result<> erase_nodes() override {
        nodes_.clear();
        return Done{};
    }

    // Into the table only. Keys that are there already are passed over; gives back those that were not, ascending.
    std::vector<CommitKey> put_keys(std::vector<CommitKey> keys) {
        std::sort(keys.begin(), keys.end());
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        std::vector<CommitKey> fresh;
        std::set_difference(keys.begin(), keys.end(), keys_.begin(), keys_.end(), std::back_inserter(fresh));
        const auto middle = static_cast<std::ptrdiff_t>(keys_.size());
        keys_.insert(keys_.end(), fresh.begin(), fresh.end());
        std::inplace_merge(keys_.begin(), keys_.begin() + middle, keys_.end());
        marks_.clear();
        for (std::ptrdiff_t at = 0; at < std::ssize(keys_); at += step_)
            marks_.push_back(keys_[static_cast<std::size_t>(at)]);
        return fresh;
    }
    // Into table and tree.
    Result<> add(std::vector<CommitKey> keys) { return grow_tree(*this, put_keys(std::move(keys))); }

    const std::vector<CommitKey>& all_keys() const { return keys_; }
    std::unordered_map<std::string, Bytes>& nodes() { return nodes_; }

  private:
    static constexpr std::ptrdiff_t step_ = 32;
    std::vector<CommitKey> keys_, marks_;
    std::unordered_map<std::string, Bytes> nodes_;
};

}  // namespace staffroom
