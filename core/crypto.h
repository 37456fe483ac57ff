// The only door to libsodium. Everything is a pure function except random_bytes() and the key pair makers.
//
// Hashes are BLAKE2b; signatures Ed25519; sealing XChaCha20-Poly1305; boxes X25519 (crypto_box_seal).
// Each purpose has a `domain`, mixed in front, so that bytes made for one purpose mean nothing to another.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/result.h"

namespace staffroom {

// Secret bytes: wiped when they go.
template <class Tag, std::size_t N>
struct Secret {
    static constexpr std::size_t size = N;
    std::array<std::uint8_t, N> bytes{};

    Secret() = default;
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    ~Secret() { wipe(); }
    ByteView view() const { return bytes; }
    bool operator==(const Secret& other) const;
    void wipe();
    static std::optional<Secret> from(ByteView view) {
        if (view.size() != N) return std::nullopt;
        Secret secret;
        std::copy(view.begin(), view.end(), secret.bytes.begin());
        return secret;
    }
};

using SymmetricKey = Secret<struct SymmetricTag, 32>;   // group, epoch, file, sync and view keys
using SigningSeed = Secret<struct SigningTag, 32>;      // Ed25519 seed: device, invitation, recovery
using BoxSecret = Secret<struct BoxSecretTag, 32>;      // X25519
using LinkSecret = Secret<struct LinkSecretTag, 32>;    // CURVE
using ShortKey = Secret<struct ShortTag, 16>;           // SipHash
using RecoverySecret = Secret<struct RecoveryTag, 16>;  // behind a recovery key (core/words.h)

// An Ed25519 key made ready to sign many times.
class SigningKey {
  public:
    explicit SigningKey(const SigningSeed& seed);
    template <class PublicId>
    PublicId public_key() const {
        static_assert(PublicId::size == 32);
        return *PublicId::from(public_);
    }
    Signature sign(ByteView message) const;

  private:
    std::array<std::uint8_t, 32> public_{};
    Secret<struct ExpandedTag, 64> expanded_;
};

// Refuses non-canonical S, low-order and identity keys (libsodium's strict check). About 50 us.
bool verify(ByteView public_key32, ByteView message, const Signature& signature);

void random_bytes(std::span<std::uint8_t> out);
template <class T>
T random_id() {
    T value;
    random_bytes(value.bytes);
    return value;
}
template <class T>
T random_secret() {
    return random_id<T>();
}

// BLAKE2b of the parts one after the other, 1 to 64 bytes long (below 16 only as a checksum), keyed when `key` is not
// empty (16 to 64 bytes).
void blake2b(std::span<std::uint8_t> out, ByteView key, std::initializer_list<ByteView> parts);

template <class HashId>
HashId hash_of(std::string_view domain, ByteView bytes) {
    HashId id;
    blake2b(id.bytes, {}, {view_of(domain), bytes});
    return id;
}
// A key for one purpose out of another key: BLAKE2b-256(key, purpose).
SymmetricKey derive(const SymmetricKey& key, std::string_view purpose);

// SipHash-2-4.
std::uint64_t siphash(const ShortKey& key, ByteView bytes);

using Nonce24 = Id<struct Nonce24Tag, 24>;
inline constexpr std::size_t seal_overhead = 16;  // bytes of tag
Bytes seal(const SymmetricKey& key, const Nonce24& nonce, ByteView associated, ByteView plain);
// Into `room`, of plain.size() + seal_overhead bytes.
void seal_into(std::uint8_t* room, const SymmetricKey& key, const Nonce24& nonce, ByteView associated, ByteView plain);
void append_sealed(Bytes& out, const SymmetricKey& key, const Nonce24& nonce, ByteView associated, ByteView plain);
// Nothing when the bytes, the key, the nonce or the associated data are not those of seal().
std::optional<Bytes> unseal(const SymmetricKey& key, const Nonce24& nonce, ByteView associated, ByteView sealed);

struct BoxPair {
    BoxKey key;
    BoxSecret secret;
};
struct LinkPair {
    LinkKey key;
    LinkSecret secret;
};
BoxPair new_box_pair();
LinkPair new_link_pair();
SigningSeed new_signing_seed();
inline constexpr std::size_t box_overhead = 48;
// Anonymous box: the sender is not named. Nothing for a low-order key.
std::optional<Bytes> seal_box(const BoxKey& to, ByteView plain);
std::optional<Bytes> open_box(const BoxPair& mine, ByteView box);

// Argon2id, 64 MiB, 3 passes: about a quarter of a second. Error: busy when memory is short.
Result<SymmetricKey> key_from_passphrase(std::string_view passphrase, const Nonce16& salt);

// Call once before anything else here; safe to call again.
void init_crypto();

// From now on all randomness of this process follows from `seed`: keys made after this protect nothing. For the
// simulator and for tests that must fail the same way twice; no program for teachers calls it.
void seed_randomness_for_simulation(std::uint64_t seed);

}  // namespace staffroom
