// The first exchange on a link: both sides say who they are and prove that they speak now.
//
// Rules:
//  - done when the other's hello names our nonce: a recorded hello never does. Said again each second until then;
//  - the device record is signed by the device and names its transport key; at the members' door the link has proved
//    that key. In the lobby a dialler's transport key is made for one dial, so its device signs both nonces and the key
//    of the side it dialled, and the side that binds names nobody: the dialler knows it by its key;
//  - the version is the smaller of both newest ones, and no side speaks one below its oldest.
#pragma once

#include <optional>

#include "net/outbox.h"

namespace staffroom::net {

struct Greeted {
    DeviceRecord record;
    RunId run;
    std::uint64_t version = 0;
    Nonce16 dialler, acceptor;  // nonces
};

class Greeting {
  public:
    static constexpr std::uint64_t again_ms = 1'000;

    struct On {
        LinkId link;
        LinkKey peer;  // as the link proved it
        Door door = Door::members;
        bool dialled = false;  // by us
    };

    Greeting(const Here& here, const On& on, std::uint64_t now);

    // Gives the reason when the link must be closed.
    std::optional<Parting> hear(const Hello& hello, std::uint64_t now, Outbox& out);
    // Nothing until both have heard each other.
    const Greeted* done() const { return done_ ? &*done_ : nullptr; }

    void tick(std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const { return done_ ? never_ms : next_; }

  private:
    void say(std::uint64_t now, Outbox& out);
    // Whom we dialled in the lobby, by the key that the link proved.
    std::optional<DeviceRecord> record_by_key() const;
    Bytes proof_bytes(const Nonce16& dialler, const Nonce16& acceptor, const LinkKey& acceptor_key) const;

    const Here& here_;
    On on_;
    Nonce16 nonce_;
    std::optional<Nonce16> heard_;
    std::optional<Greeted> done_;
    std::uint64_t next_;
};

}  // namespace staffroom::net
