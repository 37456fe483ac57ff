#include "net/routes.h"

#include <algorithm>
#include <utility>

namespace staffroom::net {

const Routes::Peer* Routes::find(const std::string& route) const {
    const auto found = peers_.find(route);
    return found == peers_.end() ? nullptr : &found->second;
}

std::vector<LinkId> Routes::add(const std::string& route, const LinkKey& key, LinkId link) {
    std::vector<LinkId> gone;
    const auto evict = [&](const std::string& old) {
        if (const auto was = peers_.at(old).link; was != LinkId{}) gone.push_back(was);
        close(old);
    };
    if (const auto mine = open_.find(key); mine != open_.end() && mine->second.size() >= links_per_key_max) {
        evict(std::string(mine->second.front()));
    }
    if (order_.size() >= routes_max) {
        evict(order_.front());
        peers_.erase(order_.front());
        order_.pop_front();
    }
    peers_[route] = {key, link};
    order_.push_back(route);
    open_[key].push_back(route);
    return gone;
}

void Routes::close(const std::string& route) {
    const auto found = peers_.find(route);
    if (found == peers_.end() || found->second.link == LinkId{}) return;
    found->second.link = LinkId{};
    const auto mine = open_.find(found->second.key);
    std::erase(mine->second, route);
    if (mine->second.empty()) open_.erase(mine);
}

void Routes::clear() { *this = {}; }

}  // namespace staffroom::net
