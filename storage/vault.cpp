#include "storage/vault.h"

#include <cassert>

namespace staffroom {
namespace {
Bytes bound_to(Table table, ByteView key) {
    Bytes bound;
    bound.reserve(1 + key.size());
    bound.push_back(static_cast<std::uint8_t>(table));
    append(bound, key);
    return bound;
}
}  // namespace

Vault::Vault(const StorageKeys& keys) : sync_(keys.sync), view_(keys.view) {}

void Vault::lock() { view_.reset(); }

void Vault::unlock(const SymmetricKey& view) { view_.emplace(view); }

const Vault::Pair& Vault::pair_of(Table table) const {
    assert(can_open(table));
    return traits_of(table).key == SealedBy::sync ? sync_ : *view_;
}

Bytes Vault::close(Table table, ByteView key, ByteView plain) const {
    if (plain.empty()) return {};
    const auto& pair = pair_of(table);
    const auto bound = bound_to(table, key);
    const std::uint8_t length[] = {static_cast<std::uint8_t>(key.size() >> 8), static_cast<std::uint8_t>(key.size())};
    Nonce24 nonce;
    blake2b(nonce.bytes, pair.nonce.view(), {length, bound, plain});
    Bytes sealed;
    sealed.reserve(plain.size() + overhead);
    append(sealed, nonce.view());
    append_sealed(sealed, pair.seal, nonce, bound, plain);
    return sealed;
}

std::optional<Bytes> Vault::open(Table table, ByteView key, ByteView sealed) const {
    if (sealed.empty()) return Bytes{};
    if (sealed.size() < overhead) return std::nullopt;
    const auto& pair = pair_of(table);
    return unseal(pair.seal, *Nonce24::from(sealed.first(Nonce24::size)), bound_to(table, key),
                  sealed.subspan(Nonce24::size));
}

}  // namespace staffroom
