#include "net/system_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace staffroom::net {

SystemAddress to_system(const Address& address) {
    SystemAddress out;
    if (address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        std::copy_n(address.bytes.begin() + 12, 4, reinterpret_cast<std::uint8_t*>(&v4.sin_addr));
        out.size = sizeof v4;
        std::memcpy(&out.storage, &v4, sizeof v4);
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        v6.sin6_scope_id = address.scope;
        std::copy_n(address.bytes.begin(), 16, v6.sin6_addr.s6_addr);
        out.size = sizeof v6;
        std::memcpy(&out.storage, &v6, sizeof v6);
    }
    return out;
}

std::optional<Address> from_system(const sockaddr* system) {
    if (system == nullptr) return std::nullopt;
    Address address;
    if (system->sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, system, sizeof v4);
        address.bytes[10] = address.bytes[11] = 0xff;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4, address.bytes.begin() + 12);
        address.port = ntohs(v4.sin_port);
        return address;
    }
    if (system->sa_family != AF_INET6) return std::nullopt;
    sockaddr_in6 v6;
    std::memcpy(&v6, system, sizeof v6);
    std::copy_n(v6.sin6_addr.s6_addr, 16, address.bytes.begin());
    address.port = ntohs(v6.sin6_port);
    address.scope = v6.sin6_scope_id;
    return address;
}

}  // namespace staffroom::net
