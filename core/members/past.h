// Who knew what: the past of every control commit of one group, as a bit per earlier commit.
//
// Commits are numbered in the order in which they are added (parents first), 0 being the genesis, which is in every
// past. `precedes` is one bit test, which is what the rules ask millions of times.
// Cost: n*n/16 bytes for n control commits (6 MB for 10,000); add() is linear in n/64 for each parent.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/ids.h"

namespace staffroom {

class Pasts {
  public:
    using Index = std::uint32_t;

    explicit Pasts(const CommitId& genesis) { number(genesis); }

    std::optional<Index> find(const CommitId& id) const {
        const auto found = numbers_.find(id);
        return found == numbers_.end() ? std::nullopt : std::optional<Index>(found->second);
    }
    const CommitId& id(Index index) const { return ids_[index]; }
    std::size_t size() const { return ids_.size(); }

    // Needs: `id` new, parents known.
    Index add(const CommitId& id, const std::vector<CommitId>& parents) {
        const auto index = number(id);
        auto& row = rows_.back();
        set(row, 0);
        for (const auto& parent : parents) {
            const auto known = find(parent);
            assert(known && *known < index);
            set(row, *known);
            const auto& past = rows_[*known];
            for (std::size_t word = 0; word < past.size(); ++word) row[word] |= past[word];
        }
        return index;
    }

    // Whether `earlier` is a proper ancestor of `later`.
    bool precedes(Index earlier, Index later) const {
        return earlier < later && (rows_[later][earlier / 64] >> (earlier % 64) & 1) != 0;
    }

    // The numbers of those heads that are here. One that is not makes nothing known.
    std::vector<Index> numbers_of(const std::vector<CommitId>& heads) const {
        std::vector<Index> numbers;
        for (const auto& head : heads) {
            if (const auto known = find(head)) numbers.push_back(*known);
        }
        return numbers;
    }
    // Whether `earlier` is one of the heads or an ancestor of one. The genesis is in every past.
    bool within(Index earlier, const std::vector<Index>& heads) const {
        for (const auto head : heads) {
            if (earlier == head || precedes(earlier, head)) return true;
        }
        return earlier == 0;
    }

  private:
    using Row = std::vector<std::uint64_t>;

    Index number(const CommitId& id) {
        const auto index = static_cast<Index>(ids_.size());
        [[maybe_unused]] const bool fresh = numbers_.emplace(id, index).second;
        assert(fresh);
        ids_.push_back(id);
        rows_.emplace_back(index / 64 + 1);
        return index;
    }
    static void set(Row& row, Index bit) { row[bit / 64] |= std::uint64_t{1} << (bit % 64); }

    std::unordered_map<CommitId, Index, IdHash> numbers_;
    std::vector<CommitId> ids_;
    std::vector<Row> rows_;
};

}  // namespace staffroom
