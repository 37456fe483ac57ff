// The door to ZeroMQ: sockets that speak CURVE, and the thread that decides whose key may speak it. net/curve_link.h
// makes links of them. Settings are those that were found to hold against a hostile peer with libzmq 4.3.4:
//
//  - The side that binds is the CURVE server, a ROUTER; each dial is a DEALER of its own, which connects once and never
//    again by itself: a connection re-made in silence would be a new link at the other end and an old one here.
//  - A CURVE server without a live ZAP answerer lets in any key. So each door has a domain and ZMQ_ZAP_ENFORCE_DOMAIN;
//    if the library does not take that option there is no door. And the proved key (User-Id) is shown with every
//    message, read off its last frame (the identity frame of 4.3.4 has none), so that no single slip lets anybody in.
//  - ZAP is answered by a thread of its own, from memory. It must always be live: answered in the node's loop, a long
//    fsync there would let handshakes of honest colleagues time out. One per process, as is the context, which is never
//    terminated (libsodium's clean-up can crash other threads).
//  - No routing ids, no handover: any member could take another's. No socket monitor: one that is not drained stops the
//    library's I/O thread for everybody.
//  - Unlimited is the default of the library for sizes; here nothing is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/crypto.h"
#include "net/link_seam.h"

namespace staffroom::net {

// Milliseconds since the computer started, sleep included.
std::uint64_t uptime_ms();

// Who may come in by this domain's door, asked on the ZAP thread: answers from memory, in microseconds.
using Admits = std::function<bool(const LinkKey&)>;

// Starts the thread if it does not run. False: it cannot be, so no door may be opened.
bool start_answering_zap();
// From then on nobody new gets in at any door of this process: a test shows it.
void stop_answering_zap();
void guard_domain(const std::string& domain, Admits admits);
// Afterwards the domain's Admits is neither running nor called again.
void unguard_domain(const std::string& domain);

class CurveSocket {
  public:
    // Messages that wait on a connection to go out, or to be read. The library learns by half a queue at a time which are
    // gone, so the other half must hold what may be under way: chunks (limits::chunks_ahead), and some more, for an edit
    // must not find the queue full behind a film.
    static constexpr int queue_max = 160;

    struct Events {
        bool readable = false;
        bool writable = false;
    };
    struct Message {
        std::string route;            // of a door: the connection it came by
        std::optional<LinkKey> key;   // of a door: proved to the library and admitted; none: drop the message
        std::optional<Address> from;  // likewise, without a port
        bool whole = false;           // false: it had several frames, of which `frame` is the last
        SharedBytes frame;            // as the library gave it
    };

    CurveSocket();  // no socket
    CurveSocket(CurveSocket&&) noexcept;
    CurveSocket& operator=(CurveSocket&&) noexcept;
    ~CurveSocket();
    explicit operator bool() const { return held_ != nullptr; }

    // A door that is not bound yet. `message_max` in bytes, encryption (33) included; `queue` in messages to be read, per
    // peer. Errors: refused.
    static Result<CurveSocket> door(const LinkSecret& own, const std::string& domain, std::size_t message_max,
                                    int queue);
    // Every interface, IPv4 and IPv6; port 0 is the system's choice. Gives the port. Errors: busy (port in use), refused (kept for the system).
    Result<std::uint16_t> bind(std::uint16_t port);

    // A dial under way: writable once both ends are proved. Errors: busy (no more sockets).
    static Result<CurveSocket> dial(const LinkPair& shown, const LinkKey& server, const Address& to,
                                    std::size_t message_max);

    // For epoll. Its wake-up is an edge, eaten by any call here: ask events() after each.
    int descriptor() const;
    // Of a dial: not writable any more, and not because of a send, means that the connection is gone.
    Events events();

    // `route` of the peer at a door, empty for a dial.
    Sent send(const std::string& route, SharedBytes frame);
    // The next message, if one is here.
    std::optional<Message> receive();

  private:
    struct Held;
    explicit CurveSocket(std::unique_ptr<Held> held);
    std::unique_ptr<Held> held_;
};

// Asks the system for this many file descriptors (the soft limit, as far as the hard one goes).
void raise_descriptors(std::size_t count);
// Above 70 % of the limit, or fewer than 64 left, which are storage's. The library spins when there are none.
bool descriptors_short();

}  // namespace staffroom::net
