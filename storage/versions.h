// Which version of the tables a store has, and how one of an older version is brought to this one.
//
// The version is a key without a value, so that it can be read whatever seals the values. An upgrade moves a bounded part
// in a transaction each, since memory is bounded and a store may be large. The first of these transactions writes the new
// version too, so that an older program stays away from what is half moved, and a mark that the last one erases: what a
// power cut interrupts goes on at the next opening, before anything else is done with the store.
#pragma once

#include <vector>

#include "storage/kv.h"

namespace staffroom {

// The version this program writes. A store of a later version is refused, and its data file not touched.
inline constexpr std::uint32_t store_version = 2;

// How far an upgrade has come, in units of its own; over when both are equal.
struct Moved {
    std::uint64_t done = 0;
    std::uint64_t all = 0;
};
using WatchUpgrade = std::function<void(const Moved&)>;

// Brings a store from version `from` to `from` + 1. Called in a transaction each until it is over; how far it is it
// keeps in the store itself.
struct UpgradeStep {
    std::uint32_t from = 0;
    std::function<Result<Moved>(WriteTxn&)> step;
};

std::optional<std::uint32_t> version_of(ReadTxn& txn);
void set_version(WriteTxn& txn, std::uint32_t version);
// The version from which an upgrade was begun and not ended.
std::optional<std::uint32_t> unfinished_upgrade(ReadTxn& txn);
// For a store that was put together from what an older one held: the upgrade from that version is to be run.
void mark_unfinished(WriteTxn& txn, std::uint32_t from);

// Ends what was begun, then takes step after step up to `version`; `watch`, if any, is told after each transaction.
Result<> upgrade(Store& store, std::uint32_t version, const std::vector<UpgradeStep>& steps, const WatchUpgrade& watch);

}  // namespace staffroom
