// Why does nobody answer at an address? Whether a door opens there says more than silence does: a connection is begun and
// closed again, and nothing is said over it.
#pragma once

#include <cstdint>

#include "net/address.h"

namespace staffroom::net {

class Probe {
  public:
    enum class Found : std::uint8_t {
        nothing_yet,
        open,     // something listens there
        refused,  // that computer is there, and nothing listens
        no_way,   // no network leads there, or no computer of this one has the address
        silence,  // nothing came back in 4 s
    };
    static constexpr std::uint64_t patience_ms = 4'000;

    // `now` in monotonic milliseconds. The address is one that the teacher typed.
    Probe(const Address& to, std::uint64_t now);
    ~Probe();
    Probe(Probe&& other) noexcept;
    Probe& operator=(Probe&&) = delete;

    Found look(std::uint64_t now);

  private:
    void end(Found found);

    int socket_ = -1;
    std::uint64_t until_;
    Found found_ = Found::nothing_yet;
};

}  // namespace staffroom::net
