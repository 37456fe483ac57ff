// Positions of elements that people put in order: boards, agendas, checklists.
//
// A position is a fraction between 0 and 1 written in base 256, most significant byte first, without trailing zero
// bytes; it compares as bytes do. Between any two different ones there is always another, so moving an element writes
// that element's position only (one register) and disturbs no one else's move.
// Two people who put something at the same place at once may draw the same position: such ties are shown in the order
// of the elements' ids, and the next one to place something between them rebalances (place() says what to write).
#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/limits.h"
#include "core/wire.h"

namespace staffroom {

struct Position {
    Bytes digits;  // 1 to limits::position_bytes, the last one not zero
    auto operator<=>(const Position&) const = default;
    bool is_valid() const { return !digits.empty() && digits.size() <= limits::position_bytes && digits.back() != 0; }

    template <class A>
    void serialize(A& ar) {
        ar(blob<limits::position_bytes>(digits));
        if constexpr (is_reader<A>) {
            if (!ar.failed() && !is_valid()) ar.fail();
        }
    }
};

// A position after `low` and before `high`; null = the beginning, the end. Needs *low < *high.
// Halves the gap, but at an open end takes a sixteenth of it, so that a list that only grows at its end stays short:
// about 70 elements a byte. May be longer than limits::position_bytes (then: place()).
Position between(const Position* low, const Position* high);

struct Placed {
    std::size_t index = 0;  // in the list as it will be, with the new element in it
    Position position;
};
// What to write so that a new element stands at `at` (0 to positions.size()) of a list shown in the order `positions`
// (ascending, ties allowed). Nearly always one: the new element's. Where no room is left between equal or very long
// positions, some neighbours move too: as few as make room, at most all.
std::vector<Placed> place(std::span<const Position> positions, std::size_t at);

}  // namespace staffroom
