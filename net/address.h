// A literal IP address and port. Names are never looked up: a name server is somebody else's word about whom we talk
// to.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace staffroom::net {

// Ports a school's network administrator may ask about; `--port` moves the first two together.
inline constexpr std::uint16_t members_port_default = 47710;  // tcp; beacon requests to one computer, udp
inline constexpr std::uint16_t lobby_port_default = 47711;    // tcp
inline constexpr std::uint16_t beacon_port = 47710;           // udp, multicast and broadcast

struct Address {
    std::array<std::uint8_t, 16> bytes{};  // IPv6, or IPv4 in its mapped form ::ffff:a.b.c.d, so that each has one form
    std::uint32_t scope = 0;               // index of the interface; only link-local IPv6 addresses have one
    std::uint16_t port = 0;

    auto operator<=>(const Address&) const = default;
    bool is_v4() const;
};

// Who told us an address decides how far we trust it.
enum class Told : std::uint8_t {
    heard,    // a beacon, a colleague, remembered: anybody on the wire may have made it up
    invited,  // an invitation that a teacher carried here
    typed,    // by the teacher at this keyboard
};

// May this address be dialled? heard: only private addresses (RFC 1918, link-local, unique local; link-local IPv6 only
// with its scope) and ports >= 1024, so that a forged beacon cannot aim us at a printer, a name server or the Internet.
// invited: loopback too. typed: every address of one computer, every port but 0.
bool may_dial(const Address& to, Told told);

// "192.168.1.7:47710" and "[fe80::1%3]:47710": the one spelling that address_text() prints is not required here, but
// the address must be literal and the scope a number. Nothing for anything else.
std::optional<Address> address_from_text(std::string_view text);
std::string address_text(const Address& address);

// The host alone, as the system prints a peer's: "192.168.1.7", "fe80::1", "::ffff:192.168.1.7". Port and scope are 0.
std::optional<Address> host_from_text(std::string_view text);

}  // namespace staffroom::net
