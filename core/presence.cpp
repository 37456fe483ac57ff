#include "core/presence.h"

#include <cassert>

namespace staffroom {
namespace {

constexpr const char* purpose = "staffroom-presence-v1";

Bytes bound_to(const GroupId& group, const DeviceId& from) {
    auto bytes = copy_of(group.view());
    append(bytes, from.view());
    return bytes;
}

}  // namespace

SealedPresence sealed(const Presence& presence, const GroupId& group, const DeviceId& from, const EpochId& epoch,
                      const SymmetricKey& key) {
    assert(presence.tabs.size() <= presence_tabs_max);
    SealedPresence made{epoch, random_id<Nonce24>(), {}};
    made.bytes = seal(derive(key, purpose), made.nonce, bound_to(group, from), encode(presence));
    return made;
}

std::optional<Presence> opened(const SealedPresence& sealed, const GroupId& group, const DeviceId& from,
                               const SymmetricKey& key) {
    const auto plain = unseal(derive(key, purpose), sealed.nonce, bound_to(group, from), sealed.bytes);
    if (!plain) return std::nullopt;
    auto presence = decode<Presence>(*plain);
    return presence ? std::optional(std::move(*presence)) : std::nullopt;
}

}  // namespace staffroom
