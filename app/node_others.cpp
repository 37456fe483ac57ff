// What the node knows of other computers.
#include "app/node.h"

namespace staffroom {

std::vector<net::Neighbour> Node::neighbours() const {
    return peers_ ? peers_->neighbours() : std::vector<net::Neighbour>{};
}

bool Node::is_settled() const { return !peers_ || peers_->is_settled(); }

std::vector<std::string> Node::met() const { return met_; }

std::vector<Network::Heard> Node::heard() const {
    std::vector<Heard> all;
    if (!peers_) return all;
    const auto now = net::uptime_ms();
    for (const auto& each : peers_->heard_of()) {
        all.push_back({each, !each.left && now < each.heard_ms + beacon_->silence_ms()});
    }
    return all;
}

std::optional<LinkKey> Node::answered_at(const net::Address& address) const {
    const auto found = answered_.find(address);
    return found == answered_.end() ? std::nullopt : std::optional(found->second);
}

bool Node::has_met(const net::Address& address) const {
    const auto key = answered_at(address);
    return key && met_keys_.contains(*key);
}

std::uint64_t Node::sent() const {
    std::uint64_t given = sent_before_;
    for (const auto& neighbour : neighbours()) given += neighbour.given;
    return given;
}

}  // namespace staffroom
