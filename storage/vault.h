// Seals what lies on disk, value by value. Keys of the tables are ids and stay in clear.
//
//   bound  := table u8 | key
//   nonce  := BLAKE2b-192(key = BLAKE2b-256(key = table's key, "nonce"), key length u16 BE | bound | plain)
//   sealed := nonce 24 | XChaCha20-Poly1305(plain; key = table's key; associated data = bound)
//
// The nonce is made from what it protects, so it never repeats for two different values, whatever a restored backup, a
// cloned disk or a broken random source does; the same value under the same key gives the same bytes, which tells a
// thief only that. A value moved to another key or table does not open. An empty value stays empty (most indexes are
// keys without values), so its absence or presence is not authenticated; indexes are rebuilt, never trusted.
// Overhead: 40 bytes. Cost: about a microsecond for a small value.
#pragma once

#include <optional>

#include "core/crypto.h"
#include "storage/kv.h"

namespace staffroom {

// The two keys that seal a profile's tables (replica.md "At rest").
struct StorageKeys {
    SymmetricKey sync;
    SymmetricKey view;
    bool operator==(const StorageKeys&) const = default;
};

class Vault {
  public:
    explicit Vault(const StorageKeys& keys);

    // Wipes the view key and all that was made from it.
    void lock();
    void unlock(const SymmetricKey& view);
    bool is_locked() const { return !view_; }
    bool can_open(Table table) const { return traits_of(table).key == SealedBy::sync || view_; }

    // What close() adds to a value that is not empty.
    static constexpr std::size_t overhead = Nonce24::size + seal_overhead;
    // Both need can_open(table).
    Bytes close(Table table, ByteView key, ByteView plain) const;
    // Nothing when the value is not what close() made for that table and key.
    std::optional<Bytes> open(Table table, ByteView key, ByteView sealed) const;

  private:
    struct Pair {
        explicit Pair(const SymmetricKey& key) : seal(key), nonce(derive(key, "nonce")) {}
        SymmetricKey seal;
        SymmetricKey nonce;
    };
    const Pair& pair_of(Table table) const;

    Pair sync_;
    std::optional<Pair> view_;
};

}  // namespace staffroom
