// A network in one process with a clock of its own: the same six calls as net/link.h, and every fault a real one has.
// Everything that happens follows from the seed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <vector>

#include "net/link_seam.h"
#include "tests/world/happenings.h"

namespace staffroom::world {

// Chances are out of 1,000, for each frame.
struct Faults {
    unsigned lost = 0, doubled = 0, slow = 0;  // slow: overtaken by what is sent later
    unsigned full = 0;                         // that there is no place in the link's queue
    std::uint64_t delay_ms_min = 1, delay_ms_max = 5, slow_ms_max = 3'000;
    unsigned silent_cut = 0;  // that an end of a link that breaks is never told
};

class Network;

// What one computer is plugged into.
class Plug final : public net::Link {
  public:
    Plug(Network& network, net::Address address, LinkKey key, std::function<bool(const LinkKey&)> admits);
    ~Plug() override;

    Result<net::Ports> listen(net::Ports) override {
        return net::Ports{net::members_port_default, net::lobby_port_default};
    }
    Result<net::LinkId> dial(const net::Dial& dial) override;
    net::Sent send(net::LinkId link, SharedBytes frame) override;
    std::optional<net::Arrival> receive() override;
    void close(net::LinkId link) override;
    net::LinkStats stats() const override { return stats_; }

    const net::Address& address() const { return address_; }

  private:
    friend class Network;
    struct End {
        LinkKey peer;
        net::Door door = net::Door::members;
        bool dialled = false;
        net::Address from;
        bool open = false;
        std::uint64_t other = 0;  // plug; 0: nobody yet
        net::LinkId other_link;
    };

    Network& network_;
    std::uint64_t number_;  // never used twice, unlike an object's address
    net::Address address_;
    LinkKey key_;
    std::function<bool(const LinkKey&)> admits_;
    std::map<net::LinkId, End> ends_;
    std::deque<net::Arrival> inbox_;
    net::LinkStats stats_;
};

class Network {
  public:
    explicit Network(std::uint64_t seed) : random_(seed) {}

    std::uint64_t now() const { return now_; }
    // Carries out what is due up to `now`.
    void run_to(std::uint64_t now);
    // When something is due next; UINT64_MAX for never.
    std::uint64_t next() const { return due_.empty() ? UINT64_MAX : due_.top().at; }

    Faults faults;
    // Computers in different parts cannot reach each other. One that is in none is in part 0.
    std::map<net::Address, int> parts;
    // Slow lines, towards that computer.
    std::map<net::Address, std::uint64_t> bytes_per_second;
    bool reach(const Plug& from, const Plug& to) const;

    std::uint64_t frames = 0, bytes = 0;  // carried, doubles included
    Happenings happened;                  // here, and on the computers that are plugged in

    static net::Address address(unsigned number);  // 10.0.x.y:47710

  private:
    friend class Plug;
    struct Due {
        std::uint64_t at = 0, order = 0;
        std::function<void()> happen;
        bool operator<(const Due& other) const { return std::pair(at, order) > std::pair(other.at, other.order); }
    };
    void later(std::uint64_t delay_ms, std::function<void()> happen);
    std::uint64_t delay();
    std::uint64_t delay(const net::Address& to, std::size_t size);
    // Whether a fault of that chance happens now.
    bool befalls(unsigned of_1000, Happening what);
    Plug* at(const net::Address& address);
    Plug* plug(std::uint64_t number);  // null once it is unplugged
    void deliver(std::uint64_t to, net::LinkId link, const SharedBytes& frame);
    void break_off(std::uint64_t plug, net::LinkId link);

    std::mt19937_64 random_;
    std::uint64_t now_ = 0, order_ = 0, link_ = 0, plug_ = 0;
    std::priority_queue<Due> due_;
    std::map<std::uint64_t, Plug*> plugs_;
    std::map<net::Address, std::uint64_t> busy_until_;  // slow lines
};

}  // namespace staffroom::world
