// The peers connected to one door, by the opaque route the library gives each. Pure.
//
// The library neither says when a peer goes nor lets us cut one. So a route closed here stays known, for its frames to
// be refused, and the table is bounded: at most 8 links of one key (a member that reconnects without end evicts its own
// oldest links, nobody else's) and 2,048 routes in all, the oldest forgotten first.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/link_seam.h"

namespace staffroom::net {

class Routes {
  public:
    static constexpr std::size_t routes_max = 2'048;
    static constexpr std::size_t links_per_key_max = 8;

    struct Peer {
        LinkKey key;
        LinkId link;  // zero: closed here
    };

    // Nothing for a route not seen before, or forgotten.
    const Peer* find(const std::string& route) const;
    // A new route. Gives the links that had to go for it; the caller says so and need not close() them.
    std::vector<LinkId> add(const std::string& route, const LinkKey& key, LinkId link);
    // Refuse from now on.
    void close(const std::string& route);
    void clear();

  private:
    std::unordered_map<std::string, Peer> peers_;
    std::unordered_map<LinkKey, std::deque<std::string>, IdHash> open_;  // oldest first
    std::deque<std::string> order_;                                      // of peers_, oldest first
};

}  // namespace staffroom::net
