// Saves what can be saved from a storage file that LMDB cannot be trusted to read: cut short, or with pages that are
// not what other pages say.
//
// Every entry of every page that is still reachable, and that opens, is copied into a new store; entries of pages that
// nothing leads to any more are tried too, for those tables whose values never change under their key (each value is
// sealed under its own table and key, so it says itself where it belongs). Then the two stores are exchanged in one
// step: a crash leaves the old one or the new one. The old one is kept beside it as `store.damaged-1` and so on.
// After this: open the profile, mend() (storage/mend.h), Replica::rebuild().
#pragma once

#include "storage/profile.h"

namespace staffroom {

struct Salvaged {
    std::uint64_t saved = 0;     // entries
    std::uint64_t unopened = 0;  // reachable, but not what was sealed
    std::uint64_t bad_pages = 0;
    std::uint64_t found_again = 0;  // on pages that nothing leads to
    std::filesystem::path kept;     // the damaged store
};

// Needs the owner's lock and no open store. Error: io (disk full, nothing to be saved).
Result<Salvaged> salvage(const OwnerLock& owner, const StorageKeys& keys);

}  // namespace staffroom
