#include "tests/world/network.h"

namespace staffroom::world {

using net::Arrival;
using net::Door;
using net::LinkId;

// --- the wire --------------------------------------------------------------------------------------------------------

net::Address Network::address(unsigned number) {
    net::Address address;
    address.bytes = {0,
                     0,
                     0,
                     0,
                     0,
                     0,
                     0,
                     0,
                     0,
                     0,
                     0xFF,
                     0xFF,
                     10,
                     0,
                     static_cast<std::uint8_t>(number >> 8),
                     static_cast<std::uint8_t>(number)};
    address.port = net::members_port_default;
    return address;
}

void Network::later(std::uint64_t delay_ms, std::function<void()> happen) {
    due_.push({now_ + delay_ms, ++order_, std::move(happen)});
}

bool Network::befalls(unsigned of_1000, Happening what) {
    const bool befalls = random_() % 1'000 < of_1000;
    if (befalls) happened.count(what);
    return befalls;
}

std::uint64_t Network::delay() {
    if (befalls(faults.slow, Happening::frame_overtaken))
        return faults.delay_ms_min + random_() % (faults.slow_ms_max + 1);
    return faults.delay_ms_min + random_() % (faults.delay_ms_max - faults.delay_ms_min + 1);
}

std::uint64_t Network::delay(const net::Address& to, std::size_t size) {
    const auto line = bytes_per_second.find(to);
    if (line == bytes_per_second.end()) return delay();
    auto& until = busy_until_[to];
    until = std::max(until, now_) + 1'000 * size / line->second;
    return until - now_;
}

void Network::run_to(std::uint64_t now) {
    while (!due_.empty() && due_.top().at <= now) {
        now_ = std::max(now_, due_.top().at);
        const auto happen = due_.top().happen;
        due_.pop();
        happen();
    }
    now_ = std::max(now_, now);
}

bool Network::reach(const Plug& from, const Plug& to) const {
    const auto part = [&](const Plug& plug) {
        const auto found = parts.find(plug.address());
        return found == parts.end() ? 0 : found->second;
    };
    return part(from) == part(to);
}

Plug* Network::at(const net::Address& address) {
    for (const auto& [number, plug] : plugs_) {
        if (plug->address_.bytes == address.bytes) return plug;
    }
    return nullptr;
}

Plug* Network::plug(std::uint64_t number) {
    const auto found = plugs_.find(number);
    return found == plugs_.end() ? nullptr : found->second;
}

void Network::deliver(std::uint64_t number, LinkId link, const SharedBytes& frame) {
    auto* to = plug(number);
    if (!to) return;
    const auto found = to->ends_.find(link);
    if (found == to->ends_.end()) return;
    auto& end = found->second;
    if (const auto* other = plug(end.other); other && !reach(*other, *to)) {
        return happened.count(Happening::frame_parted);
    }
    Arrival arrival;
    arrival.link = link;
    arrival.peer = end.peer;
    arrival.door = end.door;
    arrival.dialled = end.dialled;
    if (!end.dialled) arrival.from = end.from;
    if (!end.open) {
        end.open = true;
        arrival.kind = Arrival::Kind::opened;
        to->inbox_.push_back(arrival);
    }
    arrival.kind = Arrival::Kind::frame;
    arrival.frame = frame;
    to->inbox_.push_back(std::move(arrival));
    ++frames;
    bytes += frame.size();
}

void Network::break_off(std::uint64_t number, LinkId link) {
    auto* there = plug(number);
    if (!there) return;
    const auto found = there->ends_.find(link);
    if (found == there->ends_.end()) return;
    Arrival arrival;
    arrival.kind = Arrival::Kind::closed;
    arrival.link = link;
    arrival.peer = found->second.peer;
    arrival.door = found->second.door;
    arrival.dialled = found->second.dialled;
    const bool told = found->second.open || found->second.dialled;
    there->ends_.erase(found);
    if (told) there->inbox_.push_back(arrival);
}

// --- a computer's end ------------------------------------------------------------------------------------------------

Plug::Plug(Network& network, net::Address address, LinkKey key, std::function<bool(const LinkKey&)> admits)
    : network_(network), number_(++network.plug_), address_(address), key_(key), admits_(std::move(admits)) {
    network_.plugs_.emplace(number_, this);
}

Plug::~Plug() {
    network_.plugs_.erase(number_);
    for (const auto& [link, end] : ends_) {
        if (end.other == 0 || network_.befalls(network_.faults.silent_cut, Happening::silent_cut)) continue;
        auto* network = &network_;
        network_.later(network_.delay(), [network, other = end.other, other_link = end.other_link] {
            network->break_off(other, other_link);
        });
    }
}

Result<LinkId> Plug::dial(const net::Dial& dial) {
    const LinkId mine{++network_.link_}, theirs{++network_.link_};
    auto& end = ends_[mine];
    end.peer = dial.server;
    end.door = dial.door;
    end.dialled = true;
    auto* network = &network_;
    network_.later(network_.delay(), [network, number = number_, mine, theirs, dial] {
        auto* self = network->plug(number);
        if (!self || !self->ends_.contains(mine)) return;
        auto* other = network->at(dial.to);
        const auto port = dial.door == Door::members ? net::members_port_default : net::lobby_port_default;
        if (!other || !network->reach(*self, *other) || dial.to.port != port) return;  // nobody answers
        if (other->key_ != dial.server) return network->break_off(number, mine);
        // At the members' door a key that is not known is refused in silence.
        if (dial.door == Door::members && !other->admits_(self->key_)) return;
        auto& mine_end = self->ends_[mine];
        mine_end.open = true;
        mine_end.other = other->number_;
        mine_end.other_link = theirs;
        auto& their_end = other->ends_[theirs];
        their_end.peer = self->key_;
        if (dial.door == Door::lobby) {
            for (auto& byte : their_end.peer.bytes) byte = static_cast<std::uint8_t>(network->random_());
        }
        their_end.door = dial.door;
        their_end.from = self->address_;
        their_end.other = number;
        their_end.other_link = mine;
        Arrival arrival;
        arrival.kind = Arrival::Kind::opened;
        arrival.link = mine;
        arrival.peer = dial.server;
        arrival.door = dial.door;
        arrival.dialled = true;
        self->inbox_.push_back(arrival);
    });
    return mine;
}

net::Sent Plug::send(LinkId link, SharedBytes frame) {
    const auto found = ends_.find(link);
    if (found == ends_.end()) return net::Sent::gone;
    const auto& end = found->second;
    const auto most = end.door == Door::members ? net::members_frame_bytes : net::lobby_frame_bytes;
    if (frame.size() > most) return net::Sent::too_large;
    if (!end.open || end.other == 0) return net::Sent::full;
    if (network_.faults.full > 0 && network_.befalls(network_.faults.full, Happening::frame_turned_away))
        return net::Sent::full;
    ++stats_.frames_out;
    stats_.bytes_out += frame.size();
    const auto* other = network_.plug(end.other);
    if (!other || network_.befalls(network_.faults.lost, Happening::frame_lost)) return net::Sent::sent;
    const auto carry = [&] {
        auto* network = &network_;
        network_.later(
            network_.delay(other->address_, frame.size()),
            [network, to = end.other, to_link = end.other_link, frame] { network->deliver(to, to_link, frame); });
    };
    if (network_.befalls(network_.faults.doubled, Happening::frame_doubled)) carry();
    carry();
    return net::Sent::sent;
}

std::optional<Arrival> Plug::receive() {
    while (!inbox_.empty()) {
        auto arrival = std::move(inbox_.front());
        inbox_.pop_front();
        if (arrival.kind != Arrival::Kind::closed && !ends_.contains(arrival.link)) continue;
        stats_.frames_in += arrival.kind == Arrival::Kind::frame;
        stats_.bytes_in += arrival.frame.size();
        return arrival;
    }
    return std::nullopt;
}

void Plug::close(LinkId link) {
    const auto found = ends_.find(link);
    if (found == ends_.end()) return;
    const auto end = found->second;
    ends_.erase(found);
    if (end.other == 0 || network_.befalls(network_.faults.silent_cut, Happening::silent_cut)) return;
    auto* network = &network_;
    network_.later(network_.delay(), [network, other = end.other, other_link = end.other_link] {
        network->break_off(other, other_link);
    });
}

}  // namespace staffroom::world
