// A disk that does as a test says: the calls by which LMDB and we write are replaced for the whole test program (in
// faults_test.cpp) by ones that fail, count or record. And a small script to run on it: numbered values in a store.
#pragma once

#include <doctest/doctest.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>

#include "storage/lmdb.h"

namespace staffroom {

struct Faults {
    long writes_left = -1;  // then every write fails; -1: never
    long syncs_left = -1;   // then every fsync fails
    int error = ENOSPC;
    bool disk_looks_full = false;
    bool full_but_for_reserve = false;  // every write fails until the reserve is deleted
    bool real_disk = false;             // free space is what the system says
    long steps_left = -1;               // then the process dies before the next write, sync or rename; -1: never

    void step() {
        if (steps_left >= 0 && steps_left-- == 0) ::_exit(9);
    }
    bool write_fails() { return step(), full_but_for_reserve || runs_out(); }
    bool runs_out() { return writes_left >= 0 && writes_left-- == 0 && (writes_left = 0, true); }
    bool sync_fails() { return step(), syncs_left >= 0 && syncs_left-- == 0 && (syncs_left = 0, true); }
};
extern Faults faults;

// What reaches one file, in order, while `inode` is its number.
struct Recording {
    struct Step {  // no bytes: a sync, behind which everything before it is durable
        std::size_t at = 0;
        Bytes bytes;
    };
    ino_t inode = 0;
    std::vector<Step> steps;
};
extern Recording recording;

inline StorageKeys some_keys() {
    StorageKeys keys;
    keys.sync.bytes.fill(1);
    keys.view.bytes.fill(2);
    return keys;
}

inline std::unique_ptr<LmdbStore> opened(const std::filesystem::path& folder) {
    auto store = LmdbStore::open({.folder = folder, .keys = some_keys(), .upgrades = {}});
    if (!store) FAIL(store.error().say);
    return std::move(*store);
}

inline Result<> put(Store& store, std::uint32_t number) {
    return store.write([&](WriteTxn& txn) -> Result<> {
        Bytes key;
        append_be32(key, number);
        txn.put(Table::log, key, Bytes(number % 7 == 0 ? 9000 : 300, std::uint8_t(number)));
        return Done{};
    });
}

inline std::uint32_t holds(Store& store, std::uint32_t count) {
    std::uint32_t found = 0;
    CHECK(store
              .read([&](ReadTxn& txn) -> Result<> {
                  for (std::uint32_t i = 0; i < count; ++i) {
                      Bytes key;
                      append_be32(key, i);
                      found += txn.get(Table::log, key) == Bytes(i % 7 == 0 ? 9000 : 300, std::uint8_t(i));
                  }
                  return Done{};
              })
              .ok());
    return found;
}

}  // namespace staffroom
