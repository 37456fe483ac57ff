#include "core/crypto.h"

#include <sodium.h>

#include <cstdlib>

namespace staffroom {

template <class Tag, std::size_t N>
bool Secret<Tag, N>::operator==(const Secret& other) const {
    return sodium_memcmp(bytes.data(), other.bytes.data(), N) == 0;
}
template <class Tag, std::size_t N>
void Secret<Tag, N>::wipe() {
    sodium_memzero(bytes.data(), N);
}
template struct Secret<struct SymmetricTag, 32>;
template struct Secret<struct SigningTag, 32>;
template struct Secret<struct BoxSecretTag, 32>;
template struct Secret<struct LinkSecretTag, 32>;
template struct Secret<struct ShortTag, 16>;
template struct Secret<struct RecoveryTag, 16>;
template struct Secret<struct ExpandedTag, 64>;

void init_crypto() {
    // Without randomness nothing here is safe: stop rather than go on.
    if (sodium_init() < 0) std::abort();
}

namespace {

// splitmix64 (Steele, Lea and Flood 2014): good enough to be different, fast enough for a thousand worlds.
std::uint64_t simulated_state = 0;

std::uint32_t simulated_random() {
    std::uint64_t value = simulated_state += 0x9E3779B97F4A7C15;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
    return static_cast<std::uint32_t>(value >> 32);
}

void simulated_bytes(void* const out, const std::size_t size) {
    auto* bytes = static_cast<std::uint8_t*>(out);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(simulated_random() >> 24);
}

}  // namespace

void seed_randomness_for_simulation(std::uint64_t seed) {
    static randombytes_implementation simulated = {
        [] { return "simulated"; }, simulated_random, nullptr, nullptr, simulated_bytes, nullptr};
    init_crypto();  // first: it draws some itself, once a process
    randombytes_set_implementation(&simulated);
    simulated_state = seed;
}

SigningKey::SigningKey(const SigningSeed& seed) {
    crypto_sign_seed_keypair(public_.data(), expanded_.bytes.data(), seed.bytes.data());
}

Signature SigningKey::sign(ByteView message) const {
    Signature signature;
    crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(), expanded_.bytes.data());
    return signature;
}

bool verify(ByteView public_key32, ByteView message, const Signature& signature) {
    return public_key32.size() == 32 && crypto_sign_verify_detached(signature.bytes.data(), message.data(),
                                                                    message.size(), public_key32.data()) == 0;
}

void random_bytes(std::span<std::uint8_t> out) { randombytes_buf(out.data(), out.size()); }

void blake2b(std::span<std::uint8_t> out, ByteView key, std::initializer_list<ByteView> parts) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.data(), key.size(), out.size());
    for (const auto part : parts) crypto_generichash_update(&state, part.data(), part.size());
    crypto_generichash_final(&state, out.data(), out.size());
}

SymmetricKey derive(const SymmetricKey& key, std::string_view purpose) {
    SymmetricKey derived;
    blake2b(derived.bytes, key.view(), {view_of(purpose)});
    return derived;
}

std::uint64_t siphash(const ShortKey& key, ByteView bytes) {
    std::uint64_t value = 0;
    static_assert(crypto_shorthash_BYTES == sizeof value && crypto_shorthash_KEYBYTES == ShortKey::size);
    crypto_shorthash(reinterpret_cast<unsigned char*>(&value), bytes.data(), bytes.size(), key.bytes.data());
    return value;
}

void seal_into(std::uint8_t* room, const SymmetricKey& key, const Nonce24& nonce, ByteView associated, ByteView plain) {
    crypto_aead_xchacha20poly1305_ietf_encrypt(room, nullptr, plain.data(), plain.size(), associated.data(),
                                               associated.size(), nullptr, nonce.bytes.data(), key.bytes.data());
}

void append_sealed(Bytes& out, const SymmetricKey& key, const Nonce24& nonce, ByteView associated, ByteView plain) {
    const auto before = out.size();
    out.resize(before + plain.size() + seal_overhead);
    seal_into(out.data() + before, key, nonce, associated, plain);
}

Bytes seal(const SymmetricKey& key, const Nonce24& nonce, ByteView associated, ByteView plain) {
    Bytes sealed;
    append_sealed(sealed, key, nonce, associated, plain);
    return sealed;
}

std::optional<Bytes> unseal(const SymmetricKey& key, const Nonce24& nonce, ByteView associated, ByteView sealed) {
    if (sealed.size() < seal_overhead) return std::nullopt;
    Bytes plain(sealed.size() - seal_overhead);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                   associated.data(), associated.size(), nonce.bytes.data(),
                                                   key.bytes.data()) != 0) {
        return std::nullopt;
    }
    return plain;
}

BoxPair new_box_pair() {
    BoxPair pair;
    crypto_box_keypair(pair.key.bytes.data(), pair.secret.bytes.data());
    return pair;
}

LinkPair new_link_pair() {
    // ZeroMQ's CURVE keys are X25519 pairs, as crypto_box makes them.
    LinkPair pair;
    crypto_box_keypair(pair.key.bytes.data(), pair.secret.bytes.data());
    return pair;
}

SigningSeed new_signing_seed() { return random_secret<SigningSeed>(); }

std::optional<Bytes> seal_box(const BoxKey& to, ByteView plain) {
    Bytes box(plain.size() + box_overhead);
    if (crypto_box_seal(box.data(), plain.data(), plain.size(), to.bytes.data()) != 0) return std::nullopt;
    return box;
}

std::optional<Bytes> open_box(const BoxPair& mine, ByteView box) {
    if (box.size() < box_overhead) return std::nullopt;
    Bytes plain(box.size() - box_overhead);
    if (crypto_box_seal_open(plain.data(), box.data(), box.size(), mine.key.bytes.data(), mine.secret.bytes.data()) !=
        0) {
        return std::nullopt;
    }
    return plain;
}

Result<SymmetricKey> key_from_passphrase(std::string_view passphrase, const Nonce16& salt) {
    SymmetricKey key;
    constexpr std::size_t memory_bytes = std::size_t{64} << 20;
    if (crypto_pwhash(key.bytes.data(), key.bytes.size(), passphrase.data(), passphrase.size(), salt.bytes.data(), 3,
                      memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return {Code::busy, "There is not enough free memory to check the passphrase.",
                "Close other programs and try again."};
    }
    return key;
}

}  // namespace staffroom
