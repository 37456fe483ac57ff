// What a beacon says: the protocol's version, two ports and a transport key. No name, no school, nothing of what is
// kept. Its layout is frozen; the version is that of the conversation behind the ports.
//
// The rules of what is believed are here, apart from the sockets, so that they can be tried: a beacon is a hint that
// anybody on the wire may have made up. It costs nothing but a dial that proves the key or fails.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/wire.h"
#include "net/address.h"

namespace staffroom::net {

enum class BeaconKind : std::uint8_t {
    here,    // to all, now and then
    ask,     // to all by a newcomer, or to one address: "answer, if you are there"
    answer,  // to whoever asked, and only to them
};
constexpr BeaconKind last_value(BeaconKind) { return BeaconKind::answer; }

struct BeaconMessage {
    static constexpr std::array<std::uint8_t, 4> magic{'S', 't', 'f', 'r'};
    static constexpr std::size_t bytes_max = 128;

    BeaconKind kind = BeaconKind::here;
    std::uint32_t version = 1;
    std::uint16_t members_port = 0;
    std::uint16_t lobby_port = 0;
    LinkKey key;

    template <class A>
    void serialize(A& ar) {
        for (auto byte : magic) {
            auto same = byte;
            ar(same);
            if constexpr (is_reader<A>) {
                if (same != byte) ar.fail();
            }
        }
        ar(choice(kind), version, members_port, lobby_port, key);
    }
};

// A device that may be dialled.
struct Sighting {
    Address members;  // the address heard, with the members' port
    std::uint16_t lobby_port = 0;
    LinkKey key;
    Told told = Told::heard;

    bool operator==(const Sighting&) const = default;
};

// `source`: where the datagram came from. `asked`: how the address was told that we asked, when source is exactly an
// address we asked. Nothing when the message names a port below 1024, or a place that may not be dialled on such word.
std::optional<Sighting> sighting(const BeaconMessage& message, const Address& source, std::optional<Told> asked);

}  // namespace staffroom::net
