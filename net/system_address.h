// An address as the system's sockets take and give it.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "net/address.h"

namespace staffroom::net {

struct SystemAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SystemAddress to_system(const Address& address);
// Nothing for what is neither IPv4 nor IPv6.
std::optional<Address> from_system(const sockaddr* system);

}  // namespace staffroom::net
