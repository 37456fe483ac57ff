// Where somebody is in a note that is open on their screen: told to colleagues while it lasts, sealed for the group, and
// never kept. Nothing follows from it but what a screen shows, and how soon typing is committed.
//
// A place is named by the character left of it and not by a number, so that it fits wherever that character is, among
// words that are under way.
//
// Whoever reads the group's newest notes can open it, and nobody else: its key is made of the epoch's. Group and device
// are sealed with it, so that a member cannot pass on another's as their own.
#pragma once

#include <optional>
#include <vector>

#include "core/crypto.h"
#include "core/ids.h"
#include "core/wire.h"

namespace staffroom {

inline constexpr std::size_t presence_tabs_max = 8;  // of one device, in one note
inline constexpr std::size_t sealed_presence_bytes_max = 1'024;

// Right of the n-th (from 0) scalar value that `edit` inserted.
struct PlaceAfter {
    OpRef edit;
    std::uint32_t nth = 0;
    bool operator==(const PlaceAfter&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(edit, nth);
    }
};
struct TabPresence {
    std::uint32_t tab = 0;            // any number that stays the same while the tab is open
    std::optional<PlaceAfter> after;  // none: where the note begins
    bool operator==(const TabPresence&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(tab, maybe(after));
    }
};
// All of a device's tabs in one note, each time; none of them: the note was closed.
struct Presence {
    RecordId note;
    std::vector<TabPresence> tabs;
    template <class A>
    void serialize(A& ar) {
        ar(note, capped<presence_tabs_max>(tabs));
    }
};

struct SealedPresence {
    EpochId epoch;
    Nonce24 nonce;
    Bytes bytes;
    template <class A>
    void serialize(A& ar) {
        ar(epoch, nonce, blob<sealed_presence_bytes_max>(bytes));
    }
};
// Needs: at most presence_tabs_max tabs; `key` is that epoch's.
SealedPresence sealed(const Presence& presence, const GroupId& group, const DeviceId& from, const EpochId& epoch,
                      const SymmetricKey& key);
// Nothing if it was not sealed with this key, for this group, by this device.
std::optional<Presence> opened(const SealedPresence& sealed, const GroupId& group, const DeviceId& from,
                               const SymmetricKey& key);

}  // namespace staffroom
