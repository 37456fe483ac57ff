// The messages of a reconciliation, and their encoding. See net/reconcile.h for the conversation.
//
// Items of one turn are in ascending order of their ranges, a range before what lies in it, none twice; only inside a
// summary's range may another item lie. A range is written as what it shares with the one before it and what is new.
#pragma once

#include <array>
#include <variant>
#include <vector>

#include "core/prefix.h"
#include "core/wire.h"

namespace staffroom::net {

namespace limits {
inline constexpr std::size_t reconcile_rounds = 40;      // a round is a turn of each side
inline constexpr std::size_t reconcile_frames = 8;       // in a turn
inline constexpr std::size_t reconcile_items = 8192;     // in a frame
inline constexpr std::size_t listed_ids = 512;           // in one list
inline constexpr std::uint64_t set_count = 0xFFFF'FFFF;  // commits in a set
}  // namespace limits

inline constexpr std::uint8_t reconcile_version = 1;

// SipHash-2-4 of a stored fingerprint or of a whole commit key, under the conversation's key.
using Short = std::uint64_t;

// "Of this range I have only what is under `node`, and there, by the next nibble, these."
struct Summary {
    Prefix node;                      // in the range; of at most 79 nibbles
    std::uint16_t digits = 0;         // bit d: something under node.with(d); at least two
    std::vector<Short> fingerprints;  // one per digit, ascending
    bool operator==(const Summary&) const = default;
};
// "These are all my keys in this range", in their order.
struct Listing {
    std::vector<Short> ids;
    bool operator==(const Listing&) const = default;
};
// "I have nothing in this range: send me all of it."
struct SendAll {
    bool operator==(const SendAll&) const = default;
};
// "Of the keys you listed for this range, send me these."
struct Wanted {
    bool all = false;
    std::vector<std::uint16_t> positions;  // ascending, not empty; empty if `all`
    bool operator==(const Wanted&) const = default;
};
struct RangeItem {
    Prefix range;
    std::variant<Summary, Listing, SendAll, Wanted> says;
    bool operator==(const RangeItem&) const = default;
};
// Bytes of the item's encoding after one for the range `before`; most after one for the whole set.
std::size_t encoded_size(const RangeItem& item, const Prefix& before);

// Whether an item for `range` may come next after `before` in a turn.
bool may_follow(const RangeItem& before, const Prefix& range);

struct Opening {
    std::uint64_t count = 0;
    Hash root;
    bool operator==(const Opening&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(count, root);
    }
};
struct Ranges {
    std::uint8_t part = 0;      // of the turn, from 0
    bool last = true;           // no further part
    bool more = false;          // the sender has ranges in doubt that found no room in this turn
    std::uint64_t pushing = 0;  // commits that the sender has promised since the opening
    std::vector<RangeItem> items;
    bool operator==(const Ranges&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(part, last, more, pushing);
        if constexpr (is_reader<A>) {
            load_items(ar);
        } else {
            save_items(ar);
        }
    }

  private:
    void load_items(Reader& ar);
    void save_items(Writer& ar) const;
};
struct Closing {
    std::uint64_t count = 0;
    Hash root;
    bool equal = false;         // to the root that the other side said last
    std::uint64_t pushing = 0;  // as in Ranges
    std::uint64_t awaited = 0;  // commits promised to the sender that have not come
    bool operator==(const Closing&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(count, root, equal, pushing, awaited);
    }
};

struct ReconcileBody {
    std::uint64_t attempt = 0;  // rises by one with every opening
    std::uint64_t turn = 0;     // even: by the side that asks
    std::variant<Opening, Ranges, Closing> says;

    bool operator==(const ReconcileBody&) const = default;
    template <class A>
    void serialize(A& ar) {
        std::uint8_t version = reconcile_version;
        std::uint8_t kind = static_cast<std::uint8_t>(says.index());
        ar(version, attempt, turn, kind);
        if constexpr (is_reader<A>) {
            if (version != reconcile_version || kind > 2) return ar.fail();
            if (kind == 0) says.emplace<Opening>();
            if (kind == 1) says.emplace<Ranges>();
            if (kind == 2) says.emplace<Closing>();
        }
        std::visit([&](auto& body) { ar(body); }, says);
    }
};

}  // namespace staffroom::net
