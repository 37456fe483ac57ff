// A small language for stories over real links on loopback: people with links, and a clock that only bounds hanging.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "net/curve_link.h"

namespace staffroom::net {

inline Address loopback(std::uint16_t port) { return *address_from_text("127.0.0.1:" + std::to_string(port)); }

struct Heard {
    Arrival::Kind kind;
    LinkId link;
    LinkKey peer;
    Door door;
    bool dialled;
    std::string frame;
};

struct Person {
    explicit Person(const LinkOptions& options = LinkOptions()) : link(pair, options) {}

    bool listens() {
        const auto bound = link.listen({0, 0});
        if (bound) ports = *bound;
        return bound.ok();
    }
    LinkId dials(const Person& other, Door door = Door::members) {
        const auto port = door == Door::members ? other.ports.members : other.ports.lobby;
        const auto id = link.dial({.to = loopback(port), .server = other.pair.key, .door = door, .told = Told::typed});
        return id ? *id : LinkId{};
    }
    Sent says(LinkId id, std::string_view words) { return link.send(id, copy_of(view_of(words))); }

    // Everything that came, oldest first.
    void drain() {
        while (const auto arrival = link.receive()) {
            heard.push_back({arrival->kind, arrival->link, arrival->peer, arrival->door, arrival->dialled,
                             text_of(arrival->frame)});
        }
    }
    std::size_t count(Arrival::Kind kind) const {
        std::size_t found = 0;
        for (const auto& one : heard) found += one.kind == kind;
        return found;
    }
    const Heard* last(Arrival::Kind kind) const {
        for (auto one = heard.rbegin(); one != heard.rend(); ++one) {
            if (one->kind == kind) return &*one;
        }
        return nullptr;
    }
    bool got(std::string_view words) const {
        for (const auto& one : heard) {
            if (one.kind == Arrival::Kind::frame && one.frame == words) return true;
        }
        return false;
    }

    LinkPair pair = new_link_pair();
    CurveLink link;
    Ports ports;
    std::vector<Heard> heard;
};

using Everybody = std::vector<Person*>;
using namespace std::chrono_literals;

// Lets everybody work until it is so. False: it took ten times longer than the slowest computer needs.
inline bool until(const Everybody& people, const std::function<bool()>& is_so, std::chrono::milliseconds limit = 30s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        for (auto* person : people) {
            person->drain();
            person->link.tick();
            person->drain();
        }
        if (is_so()) return true;
        if (std::chrono::steady_clock::now() > end) return false;
        std::vector<pollfd> waiting;
        int rest = 20;
        for (auto* person : people) {
            waiting.push_back({person->link.descriptor(), POLLIN, 0});
            rest = std::min(rest, person->link.sleep_ms_max());
        }
        ::poll(waiting.data(), waiting.size(), rest);
    }
}

// Lets everybody work for a while in which nothing must happen.
inline void let_pass(const Everybody& people, std::chrono::milliseconds time) {
    until(
        people, [] { return false; }, time);
}

}  // namespace staffroom::net
