// A hostile client of our doors, by hand over a plain socket: what a well-behaved library would never send.
// Frames are those of ZMTP 3.1 (rfc.zeromq.org/spec/37).
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.h"

namespace staffroom::net {

class RawPeer {
  public:
    explicit RawPeer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(port);
        open_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
        ::fcntl(socket_, F_SETFL, O_NONBLOCK);
    }
    RawPeer(RawPeer&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), open_(other.open_), received_(std::move(other.received_)) {}
    RawPeer& operator=(RawPeer&&) = delete;
    ~RawPeer() {
        if (socket_ >= 0) ::close(socket_);
    }

    // What could be written at once; 0 when the other side takes no more, or is gone (see is_open).
    std::size_t write(ByteView bytes) {
        const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN) open_ = false;
        return count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    std::size_t write(std::string_view text) { return write(view_of(text)); }

    // Reads what is there. False once the other side closed.
    bool is_open() {
        std::uint8_t buffer[4096];
        for (;;) {
            const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
            if (count > 0) {
                received_.insert(received_.end(), buffer, buffer + count);
            } else {
                if (count == 0 || errno != EAGAIN) open_ = false;
                return open_;
            }
        }
    }
    const Bytes& received() { return is_open(), received_; }

    static std::string greeting(std::string_view mechanism, char minor = 1) {
        std::string bytes = "\xFF";
        bytes.append(8, '\0');
        bytes += '\x7F';
        bytes += '\x03';
        bytes += minor;
        bytes += mechanism;
        bytes.resize(64, '\0');
        return bytes;
    }
    // flags: 1 more, 2 long, 4 command
    static std::string frame_head(unsigned flags, std::uint64_t size) {
        std::string bytes(1, static_cast<char>(flags | 2));
        for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
        return bytes;
    }
    static std::string frame(unsigned flags, std::string_view body) {
        return frame_head(flags, body.size()) + std::string(body);
    }

  private:
    int socket_;
    bool open_ = false;
    Bytes received_;
};

}  // namespace staffroom::net
