#include "app/page/own_user.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace staffroom::page {
namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;

// As in /proc/net/tcp: the address's word as it lies in memory, and the port.
std::string listed(const Endpoint& end) {
    char text[16];
    std::snprintf(text, sizeof text, "%08X:%04X", static_cast<unsigned>(htonl(end.address().to_v4().to_uint())),
                  static_cast<unsigned>(end.port()));
    return text;
}

}  // namespace

bool is_own_user(const boost::asio::ip::tcp::socket& socket) {
    boost::system::error_code error;
    const auto theirs = socket.remote_endpoint(error);
    const auto ours = error ? Endpoint() : socket.local_endpoint(error);
    if (error) return false;
    // A program may speak IPv4 through a socket of the other kind.
    constexpr std::pair<const char*, const char*> lists[] = {{"/proc/self/net/tcp", ""},
                                                             {"/proc/self/net/tcp6", "0000000000000000FFFF0000"}};
    bool is_listed = false;
    for (const auto& [list, prefix] : lists) {
        const auto from = prefix + listed(theirs), to = prefix + listed(ours);
        std::ifstream lines(list);
        is_listed |= lines.is_open();
        for (std::string line; std::getline(lines, line);) {
            std::istringstream fields(line);
            std::string number, local, remote, state, queues, timer, retries;
            uid_t user = 0;
            fields >> number >> local >> remote >> state >> queues >> timer >> retries >> user;
            if (fields && local == from && remote == to) return user == ::geteuid() || user == 0;
        }
    }
    return !is_listed;
}

}  // namespace staffroom::page
