#include "net/probe.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "net/system_address.h"

namespace staffroom::net {
namespace {

Probe::Found found_by(int error) {
    switch (error) {
        case 0:
            return Probe::Found::open;
        case EINPROGRESS:
            return Probe::Found::nothing_yet;
        case ECONNREFUSED:
            return Probe::Found::refused;
        case ETIMEDOUT:
            return Probe::Found::silence;
        default:
            return Probe::Found::no_way;
    }
}

}  // namespace

Probe::Probe(const Address& to, std::uint64_t now) : until_(now + patience_ms) {
    if (may_dial(to, Told::typed)) {
        socket_ = ::socket(to.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    const auto system = to_system(to);
    const bool begun = socket_ >= 0 && ::connect(socket_, system.get(), system.size) == 0;
    end(socket_ < 0 ? Found::no_way : found_by(begun ? 0 : errno));
}

Probe::~Probe() {
    if (socket_ >= 0) ::close(socket_);
}

Probe::Probe(Probe&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), until_(other.until_), found_(other.found_) {}

void Probe::end(Found found) {
    found_ = found;
    if (found == Found::nothing_yet || socket_ < 0) return;
    ::close(socket_);
    socket_ = -1;
}

Probe::Found Probe::look(std::uint64_t now) {
    if (found_ != Found::nothing_yet) return found_;
    pollfd waited{socket_, POLLOUT, 0};
    if (::poll(&waited, 1, 0) == 1) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
        end(found_by(error));
    } else if (now >= until_) {
        end(Found::silence);
    }
    return found_;
}

}  // namespace staffroom::net
