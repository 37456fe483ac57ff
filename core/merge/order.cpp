#include "core/merge/order.h"

#include <algorithm>
#include <cassert>

namespace staffroom {
namespace {

constexpr unsigned open_end = 256;       // one more than the greatest digit
constexpr std::size_t roomy_bytes = 16;  // rebalanced positions, so that the next insertion need not rebalance again

// `end_step`: at an open end, the part of the gap that is taken; 2 halves it.
Position step_between(const Position* low, const Position* high, unsigned end_step) {
    assert(!low || !high || *low < *high);
    const bool at_start = !low, at_end = !high;
    const auto digit = [](const Position* of, std::size_t i) -> unsigned {
        return i < of->digits.size() ? of->digits[i] : 0;
    };
    Position middle;
    for (std::size_t i = 0;; ++i) {
        const unsigned from = low ? digit(low, i) : 0;
        const unsigned to = high ? digit(high, i) : open_end;
        const unsigned gap = to - from;
        if (gap > 1) {
            unsigned chosen = from + gap / 2;
            if (at_end && !at_start) chosen = from + std::max(1U, gap / end_step);
            if (at_start && !at_end) chosen = to - std::max(1U, gap / end_step);
            middle.digits.push_back(static_cast<std::uint8_t>(chosen));
            return middle;
        }
        middle.digits.push_back(static_cast<std::uint8_t>(from));
        if (gap == 1) high = nullptr;  // what follows is below it anyway
    }
}

void spread(const Position* low, const Position* high, std::span<Placed> out) {
    if (out.empty()) return;
    auto& middle = out[out.size() / 2];
    middle.position = step_between(low, high, 2);
    spread(low, &middle.position, out.first(out.size() / 2));
    spread(&middle.position, high, out.subspan(out.size() / 2 + 1));
}

}  // namespace

Position between(const Position* low, const Position* high) { return step_between(low, high, 16); }

std::vector<Placed> place(std::span<const Position> positions, std::size_t at) {
    assert(at <= positions.size());
    // Positions in [first, last) are written anew; the window widens until they fit between what stays.
    std::size_t first = at, last = at;
    for (std::size_t widen = 1;; widen *= 2) {
        const Position* low = first > 0 ? &positions[first - 1] : nullptr;
        const Position* high = last < positions.size() ? &positions[last] : nullptr;
        const bool alone = first == last;
        if (!low || !high || *low < *high) {
            std::vector<Placed> placed(last - first + 1);
            for (std::size_t i = 0; i < placed.size(); ++i) placed[i].index = first + i;
            if (alone)
                placed[0].position = between(low, high);
            else
                spread(low, high, placed);
            const auto longest = alone ? limits::position_bytes : roomy_bytes;
            const bool fits = std::all_of(placed.begin(), placed.end(),
                                          [&](const Placed& p) { return p.position.digits.size() <= longest; });
            if (fits || (!low && !high)) return placed;
        }
        first -= std::min(first, widen);
        last += std::min(positions.size() - last, widen);
    }
}

}  // namespace staffroom
