// The beacon's sockets: how devices on one network find each other with no address typed. What is said and believed
// stands in net/beacon_message.h, how often in net/beacon_pace.h.
//
//  - Multicast (239.77.71.10, ff02::4771) and broadcast (255.255.255.255), port 47710, out of every interface that is
//    up and not loopback: access points differ in which of them they let through.
//  - Questions to one address go to and are answered at the UDP port whose number is the members' port, also without
//    discovery, so that a typed or remembered address tells its key. An answer is not larger than its question.
//  - The group's addresses are bound themselves, not the wildcard: so several programs on one computer hear what is
//    said to all, and what is said to one reaches that one.
//  - A flood is read at 100 datagrams a second; the rest stays in a small buffer of the system and is lost there.
//  - Interfaces are looked at every 5 s. When they changed (another Wi-Fi, a cable, waking up) we are newcomers again.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "net/beacon_message.h"
#include "net/beacon_pace.h"
#include "net/token_bucket.h"

namespace staffroom::net {

struct BeaconOptions {
    bool discovery = true;             // false: silent, but questions to our address are answered
    std::uint16_t port = beacon_port;  // of what is said to all
};

class Beacon {
  public:
    // `own` is what is said of this device. Errors: refused (no UDP at the members' port). An interface that does not do
    // multicast or broadcast is no error.
    static Result<std::unique_ptr<Beacon>> open(const BeaconMessage& own, const BeaconOptions& options);
    ~Beacon();
    Beacon(const Beacon&) = delete;
    Beacon& operator=(const Beacon&) = delete;

    // Asks one address (its members' port). Lost like any datagram: ask again. The answer is a Sighting that carries
    // `told`. At most 64 addresses are remembered as asked, the latest.
    void ask(const Address& address, Told told);

    // This computer's own addresses, for invitations: private ones first, link-local IPv6 not among them (their scope
    // means nothing elsewhere), loopback last. Without a port.
    static std::vector<Address> own_addresses();
    // A cable is plugged in, or a Wi-Fi is joined: what is up and not loopback has an address.
    static bool has_network() { return !interfaces_now().empty(); }
    // A computer that has said nothing for so long is not on this network any more, as far as anybody can tell.
    std::uint64_t silence_ms() const;

    // What was learnt next, or nothing. The host's rule: receive() until nothing, then sleep on descriptor() at most
    // sleep_ms_max(), then tick().
    std::optional<Sighting> receive();
    int descriptor() const { return epoll_; }
    int sleep_ms_max();
    void tick();

  private:
    struct Interface {
        unsigned index = 0;
        bool v6 = false;
        bool broadcast = false;
        std::vector<Address> addresses;
        auto operator<=>(const Interface&) const = default;
    };

    Beacon(const BeaconMessage& own, const BeaconOptions& options);
    static std::vector<Interface> interfaces_now();
    int listen_at(const Address& at);
    void join_groups();
    void say(BeaconKind kind);
    void say_to(const Address& to, BeaconKind kind);
    void read_all();
    void hear(const Address& source, ByteView datagram, bool to_all);
    bool is_own(const BeaconMessage& message, const Address& source) const;
    void rest(bool resting);

    BeaconMessage own_;
    BeaconOptions options_;
    int epoll_ = -1;
    int v4_ = -1, v6_ = -1;    // at the members' port; everything is sent from here
    std::vector<int> groups_;  // what is said to all
    std::vector<Interface> interfaces_;
    std::uint64_t look_ms_ = 0;
    BeaconPace pace_;
    TokenBucket read_{100, 200}, answers_{20, 40};  // datagrams
    bool resting_ = false;
    std::deque<std::pair<Address, Told>> asked_;
    std::deque<Sighting> seen_;
};

// What a teacher types: as address_from_text(), and the scope may be an interface's name ("[fe80::1%wlan0]:47710").
std::optional<Address> address_from_typed(std::string_view text);

}  // namespace staffroom::net
