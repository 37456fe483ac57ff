#include "net/beacon_message.h"

namespace staffroom::net {

std::optional<Sighting> sighting(const BeaconMessage& message, const Address& source, std::optional<Told> asked) {
    Sighting seen{source, message.lobby_port, message.key, asked.value_or(Told::heard)};
    // An address that was typed or carried here stands for itself: its answer may not send us to another port there.
    if (asked && *asked != Told::heard && message.members_port != source.port) return std::nullopt;
    seen.members.port = message.members_port;
    auto lobby = seen.members;
    lobby.port = message.lobby_port;
    if (message.key.is_zero() || !may_dial(seen.members, seen.told) || !may_dial(lobby, seen.told)) return std::nullopt;
    return seen;
}

}  // namespace staffroom::net
