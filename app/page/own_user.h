// Whose program is at the other end of a TCP connection within this computer. A Unix socket tells (SO_PEERCRED), TCP
// does not; but the kernel lists every socket with its owner.
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace staffroom::page {

// Whether the other end belongs to this program's user, or to root. Where the kernel shows no list (no /proc) nobody
// can be told from another, and it is taken for so. Needs IPv4; false when the connection stands no more. Linear in the
// computer's sockets, about a microsecond each.
bool is_own_user(const boost::asio::ip::tcp::socket& socket);

}  // namespace staffroom::page
