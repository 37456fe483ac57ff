// Who may come in at the two doors: the answer given to each connection once its transport key is proved, and asked
// again for each frame. Pure; net/link.cpp asks it under a lock. Time is given in milliseconds.
//
//  - Members' door: the known transport keys, nobody else. A key that is taken off the list is refused from its next
//    frame on, though its connection may live on: the library cannot cut one connection of a bound socket.
//  - Lobby: anybody, but 16 at once. A place is taken when a stranger connects and is free again when its link is
//    closed, or after 10 s in which it never said a word (those we never hear of are nobody's link).
//  - Because connections outlive their places, only closing the socket gets rid of them. So all admissions since it was
//    bound are counted, and at 48 it wants clearing: what strangers can make the library hold stays below 48 times one
//    frame coming in and one waiting, with buffers about 14 MiB. Newcomers who are cut by it dial again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "net/link_seam.h"
#include "net/routes.h"

namespace staffroom::net {

// Of one message.
enum class Verdict : std::uint8_t {
    give,      // its link's
    begin,     // the first of a new link
    nameless,  // no proved key, or another than its link began with
    unknown,   // a key that may not come in (any more), or a link closed here
};

class Gate {
  public:
    static constexpr std::size_t admissions_max = 3 * strangers_count;
    static constexpr std::uint64_t silent_ms_max = 10'000;

    void allow(const std::vector<LinkKey>& known);
    bool knows(const LinkKey& key) const { return known_.contains(key); }

    // `peer`: what is known of the connection it came by; `proved`: what the library says of the message itself.
    Verdict judge(Door door, const Routes::Peer* peer, const std::optional<LinkKey>& proved) const;

    // A stranger at the lobby's door. True takes a place.
    bool admit_stranger(const LinkKey& key, std::uint64_t now_ms);
    // It said its first word: from now on its place is kept until leave_stranger().
    void hear_stranger(const LinkKey& key);
    void leave_stranger(const LinkKey& key);
    // Frees the places of those who never said a word.
    void tick(std::uint64_t now_ms);

    std::size_t strangers() const { return places_.size(); }
    // True when enough forgotten connections may hang on the socket, and clearing it cuts nobody or lets somebody in.
    bool wants_clearing() const;
    void cleared();

  private:
    struct Place {
        LinkKey key;
        std::uint64_t since_ms = 0;
        bool heard = false;
    };

    std::unordered_set<LinkKey, IdHash> known_;
    std::vector<Place> places_;  // at most strangers_count
    std::size_t admissions_ = 0;
};

}  // namespace staffroom::net
