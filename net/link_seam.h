// How frames reach a colleague: the seam between the conversation and the world. The real one is net/link.h (ZeroMQ
// with CURVE); the simulator has its own. Six calls, all from one thread, none of which waits.
//
// What a link promises:
//  - both ends proved their transport key to each other, and nobody in between can read or change a frame;
//  - a frame arrives whole or not at all; frames of one link arrive in the order they were sent, but any may be lost.
//    Hence the protocol pulls, with credit, and every message may be said twice;
//  - a link is one connection. It is never silently re-made: when it breaks, both ends get to know of it sooner or
//    later (`closed`, or silence, which the session must bound by its own deadline), and somebody dials again;
//  - the same key may come over several links at once (a second dial, a cloned disk), so links have ids of their own.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/shared_bytes.h"
#include "net/address.h"

namespace staffroom::net {

// The library cuts a connection at 327,680 and 98,304 bytes, counted with its encryption (33 bytes).
inline constexpr std::size_t members_frame_bytes =
    327'680 - 64;                                              // a sealed chunk of 256 KiB and what is said around it
inline constexpr std::size_t lobby_frame_bytes = 98'304 - 64;  // a commit of 64 KiB in its envelope
inline constexpr std::size_t strangers_count = 16;             // in the lobby at once

// Never used twice while the program runs.
struct LinkId {
    std::uint64_t value = 0;
    auto operator<=>(const LinkId&) const = default;
};

// Two ports. The members' port lets in known transport keys only; the lobby lets in anybody, a few at a time.
enum class Door : std::uint8_t { members, lobby };

struct Ports {
    std::uint16_t members = 0;
    std::uint16_t lobby = 0;
    auto operator<=>(const Ports&) const = default;
};

struct Dial {
    Address to;
    LinkKey server;  // the transport key the other side must prove; whoever has another gets no word from us
    // At the members' door we show our own transport key. At the lobby we show a key made for this one dial.
    Door door = Door::members;
    Told told = Told::heard;
};

struct Arrival {
    enum class Kind : std::uint8_t {
        opened,  // dialled: both ends are proved, frames may be sent. Accepted: comes just before the first frame
        frame,
        closed,  // the link is gone and its id forgotten. Comes once, also for a dial that failed; not after close()
    };
    Kind kind = Kind::frame;
    LinkId link;
    LinkKey peer;  // proved by the link, checked again for each frame
    Door door = Door::members;
    bool dialled = false;  // by us
    // Of an accepted link: the address it came from, without a port. Shown, and for slowing down a guesser.
    std::optional<Address> from;
    SharedBytes frame;
};

enum class Sent : std::uint8_t {
    sent,       // on its way; may still be lost
    full,       // 64 frames wait already, or the dial is not open yet: try later, or let the other side pull
    gone,       // no such link
    too_large,  // above the door's frame size; the other end would cut the link
};

// Counts since the start, for `status`, the doctor and the log; a growing refusal is one line a minute at the most.
struct LinkStats {
    std::uint64_t frames_in = 0, frames_out = 0;
    std::uint64_t bytes_in = 0, bytes_out = 0;
    std::uint64_t refused_key = 0;        // connections of unknown keys at the members' door
    std::uint64_t refused_crowd = 0;      // strangers above the 16th
    std::uint64_t dropped_nameless = 0;   // frames without a proved key, or with another than the link's
    std::uint64_t dropped_unknown = 0;    // frames of keys no longer allowed, or on links closed here
    std::uint64_t dropped_multipart = 0;  // messages of several frames: they escape every limit of the library
    std::uint64_t restarts = 0;           // of the transport, by the memory watchdog
    std::uint64_t shut = 0;               // doors shut for a while because file descriptors ran short
    std::size_t links = 0;                // now
};

class Link {
  public:
    virtual ~Link() = default;

    // Opens both doors on every interface, IPv4 and IPv6; port 0 lets the system choose. Gives the ports that were
    // bound. Once. Errors: busy (a port is taken), refused (a port that may not be used; the doors cannot be guarded, so they stay shut).
    virtual Result<Ports> listen(Ports wanted) = 0;

    // Starts a connection; `opened` or `closed` follows, or nothing at all when the other side refuses in silence, so
    // the caller gives up by its own deadline and calls close(). Errors: refused (an address that may not be dialled),
    // busy (too many links or file descriptors).
    virtual Result<LinkId> dial(const Dial& dial) = 0;

    // Frames are never empty.
    virtual Sent send(LinkId link, SharedBytes frame) = 0;

    // What arrived next, or nothing. The host's rule: after any call here, receive() until nothing, then sleep.
    virtual std::optional<Arrival> receive() = 0;

    // Forgets the link. What was sent just before may be lost. Frames that still come over it are dropped.
    virtual void close(LinkId link) = 0;

    virtual LinkStats stats() const = 0;
};

}  // namespace staffroom::net
