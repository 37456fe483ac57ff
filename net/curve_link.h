// The real link (net/link_seam.h): two doors and any number of dials, over the sockets of net/link.h.
//
//  - Everything runs on the caller's thread: one hop less than an I/O thread of our own, and the library has one. All
//    sockets sit in one epoll set, and because their wake-ups are edges, receive() looks again at every socket that a
//    call touched. Whence the host's rule: receive() until nothing, then sleep on descriptor() for at most
//    sleep_ms_max(), then tick().
//  - What a socket monitor would have said is read off the sockets: a dial that turns writable is open, one that stops
//    being so without a send of ours is closed. A port where nobody listens is silence, until dial_ms. An accepted link
//    that breaks shows when we send, or by its silence.
//  - The proved key is compared with the list on every frame (net/gate.h), and with the one the link began with.
//  - One frame is one message. Messages of several frames escape the library's size and queue limits; they are dropped
//    and counted, and watch() drops the whole transport above a limit of memory, for 5 s.
//  - Running out of file descriptors makes the library spin: when they run short both doors shut for 5 s. That cuts who
//    came in by them (the library cannot stop listening without), but not those whom we dialled.
//  - Strangers' bytes are read at an even pace, all of them together; what waits, waits in their own kernels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/crypto.h"
#include "net/gate.h"
#include "net/link.h"
#include "net/link_seam.h"
#include "net/routes.h"
#include "net/token_bucket.h"

namespace staffroom::net {

struct LinkOptions {
    // Larger frames are not sent, and cut the link when received. A test raises it on one side.
    std::size_t members_frame = members_frame_bytes;
    std::size_t resident_max = std::size_t{512} << 20;  // bytes, of the whole process
    std::size_t descriptors = 4'096;                    // asked of the system
    std::uint64_t dial_ms = 11'000;                     // to connect (5 s) and to prove the keys (5 s)
    std::uint64_t shut_ms = 5'000;                      // after trouble
    std::uint64_t strangers_rate = 2 << 20;             // bytes a second, all strangers together
};

class CurveLink : public Link {
  public:
    // `own` is shown at members' doors and is what our own doors prove.
    explicit CurveLink(const LinkPair& own, const LinkOptions& options = LinkOptions());
    ~CurveLink() override;
    CurveLink(const CurveLink&) = delete;
    CurveLink& operator=(const CurveLink&) = delete;

    Result<Ports> listen(Ports wanted) override;
    Result<LinkId> dial(const Dial& dial) override;
    Sent send(LinkId link, SharedBytes frame) override;
    std::optional<Arrival> receive() override;
    void close(LinkId link) override;
    LinkStats stats() const override;

    // The keys let in at the members' door from now on; none at first. Accepted links of others are closed.
    void allow(const std::vector<LinkKey>& known);

    // For poll(2): readable when receive() may have something. Stays the same.
    int descriptor() const;
    // 0 when there may be something to receive that no wake-up will tell of, as after a send, which may have eaten it.
    int sleep_ms_max();
    // Dials that never opened, doors to be shut or opened again, places in the lobby. Cheap; at least once a second.
    void tick();
    // Told the resident memory of the process, in bytes, about once a second.
    void watch(std::size_t resident_bytes);

  private:
    enum class State : std::uint8_t { connecting, open, full };

    struct Connection {
        LinkId id;
        LinkKey peer;
        Door door = Door::members;
        bool dialled = false;
        State state = State::connecting;   // of a dial
        std::uint64_t since_ms = 0;        // of a dial, in that state
        std::uint64_t frames_sent = 0;     // of a dial
        CurveSocket socket = {};           // of a dial
        std::string route = {};            // of an accepted link
        std::optional<Address> from = {};  // of an accepted link
    };

    struct Entrance {
        Door door;
        std::string domain = {};
        CurveSocket socket = {};
        std::uint16_t port = 0;
        bool bound = false;
        std::optional<std::uint64_t> reopen_ms = {};  // when it was shut
        Routes routes = {};
    };

    using Token = std::uint64_t;  // a socket's name in the epoll set: a door's index, or the id of a dial

    static bool is_door(Token token) { return token < 2; }
    static Token token_of(Door door) { return door == Door::members ? 0 : 1; }
    CurveSocket& socket_of(Connection& link);
    std::size_t frame_max(Door door) const;

    bool watch_socket(const CurveSocket& socket, Token token);
    void drop_socket(CurveSocket& socket);
    Result<> open_door(Entrance& door);
    void shut_door(Entrance& door, std::optional<std::uint64_t> reopen_ms);
    void forget(LinkId link, bool say);
    void note_full(Connection& link);

    void look_around();
    void look(Token token, bool woken);
    std::optional<Arrival> take_dialled(Token token);
    std::optional<Arrival> take_accepted(Entrance& door);
    Arrival begin(Entrance& door, const CurveSocket::Message& message);
    Arrival arrival(Arrival::Kind kind, const Connection& link) const;
    Arrival give(const Connection& link, SharedBytes frame);

    const LinkPair own_;
    const LinkOptions options_;
    int epoll_ = -1;
    std::array<Entrance, 2> doors_{Entrance{Door::members}, Entrance{Door::lobby}};
    std::map<std::uint64_t, Connection> links_;
    std::uint64_t last_id_ = 1;  // smaller numbers name the doors
    std::size_t dials_ = 0;

    std::deque<Token> ready_;           // sockets with something to read
    std::vector<Token> touched_;        // to be looked at again: a call may have eaten their wake-up
    std::deque<Arrival> said_;          // opened and closed
    std::optional<Arrival> held_back_;  // the first frame of a link, while its `opened` is told

    TokenBucket strangers_;
    bool lobby_resting_ = false;
    bool crowded_ = false;  // descriptors were short when last counted
    std::uint64_t descriptors_due_ms_ = 0;
    LinkStats stats_;

    mutable std::mutex gate_mutex_;  // over the gate and the counts of its refusals, which the ZAP thread shares
    Gate gate_;
    std::uint64_t refused_key_ = 0, refused_crowd_ = 0;
};

}  // namespace staffroom::net
