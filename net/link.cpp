#include "net/link.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <csignal>
#include <ctime>
#include <map>
#include <mutex>
#include <thread>
#include <vector>
#include <zmq.hpp>

namespace staffroom::net {
namespace {

constexpr int zap_enforce_domain = 93;  // known to the library, shown by its header to drafts only
constexpr const char* zap_endpoint = "inproc://zeromq.zap.01";
constexpr rlim_t descriptors_reserve = 64;

// One for the process, never terminated.
zmq::context_t& context() {
    static auto& only = *[] {
        init_crypto();
        return new zmq::context_t(1);
    }();
    return only;
}

class Doorkeeper {
  public:
    static Doorkeeper& only() {
        static auto& keeper = *new Doorkeeper;  // its thread may outlive main()
        return keeper;
    }

    bool start() {
        if (thread_.joinable()) return true;
        try {
            zmq::socket_t asked(context(), zmq::socket_type::rep);
            asked.set(zmq::sockopt::linger, 0);
            asked.bind(zap_endpoint);
            // Signals are for the program's main thread.
            sigset_t all, before;
            sigfillset(&all);
            pthread_sigmask(SIG_SETMASK, &all, &before);
            thread_ = std::thread([this, socket = std::move(asked)]() mutable { answer(socket); });
            pthread_sigmask(SIG_SETMASK, &before, nullptr);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

    // Nobody outside the process can reach an inproc endpoint, so a single frame is enough to say it.
    void stop() {
        if (!thread_.joinable()) return;
        zmq::socket_t ask(context(), zmq::socket_type::req);
        ask.connect(zap_endpoint);
        ask.send(zmq::str_buffer("stop"), zmq::send_flags::none);
        thread_.join();
        ask.set(zmq::sockopt::linger, 0);
    }

    void guard(const std::string& domain, Admits admits) {
        const std::lock_guard lock(mutex_);
        doors_[domain] = std::move(admits);
    }
    void unguard(const std::string& domain) {
        const std::lock_guard lock(mutex_);
        doors_.erase(domain);
    }

  private:
    void answer(zmq::socket_t& asked) {
        try {
            for (;;) {
                std::vector<std::string> request;
                for (bool more = true; more;) {
                    zmq::message_t frame;
                    if (!asked.recv(frame)) return;
                    request.push_back(frame.to_string());
                    more = frame.more();
                }
                if (request.size() == 1) return asked.close();
                const auto user = request.size() == 7 ? admitted(request) : std::string{};
                const std::array<std::string, 6> reply{"1.0", request[1], user.empty() ? "400" : "200", "", user, ""};
                for (std::size_t i = 0; i < reply.size(); ++i) {
                    const bool last = i + 1 == reply.size();
                    asked.send(zmq::buffer(reply[i]), last ? zmq::send_flags::none : zmq::send_flags::sndmore);
                }
            }
        } catch (const zmq::error_t&) {
            asked.close();  // every door refuses from now on
        }
    }

    // What will be the User-Id of each of its messages, its key in hex, or nothing.
    // Request (RFC 27): version, id, domain, address, identity, mechanism, key.
    std::string admitted(const std::vector<std::string>& request) {
        const auto key = LinkKey::from(view_of(request[6]));
        if (request[0] != "1.0" || request[5] != "CURVE" || !key) return {};
        const std::lock_guard lock(mutex_);
        const auto door = doors_.find(request[2]);
        return door != doors_.end() && door->second(*key) ? to_hex(key->view()) : std::string{};
    }

    std::mutex mutex_;
    std::map<std::string, Admits> doors_;
    std::thread thread_;
};

// The settings of both sides. Throws when the library refuses one: then it is not the library we know.
zmq::socket_t new_socket(zmq::socket_type type, std::size_t message_max, int queue = CurveSocket::queue_max) {
    zmq::socket_t socket(context(), type);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::ipv6, 1);
    socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(message_max));
    socket.set(zmq::sockopt::sndhwm, CurveSocket::queue_max);
    socket.set(zmq::sockopt::rcvhwm, queue);
    socket.set(zmq::sockopt::handshake_ivl, 5'000);
    socket.set(zmq::sockopt::heartbeat_ivl, 10'000);
    socket.set(zmq::sockopt::heartbeat_timeout, 30'000);
    return socket;
}

template <class Key>
zmq::const_buffer raw(const Key& key) {
    return {key.bytes.data(), key.bytes.size()};
}

std::optional<LinkKey> proved_key(const zmq::message_t& frame) {
    const char* user = zmq_msg_gets(frame.handle(), "User-Id");
    const auto key = user ? from_hex(user) : std::nullopt;
    return key ? LinkKey::from(*key) : std::nullopt;
}

std::optional<Address> source_of(const zmq::message_t& frame) {
    const char* host = zmq_msg_gets(frame.handle(), "Peer-Address");
    return host ? host_from_text(host) : std::nullopt;
}

}  // namespace

struct CurveSocket::Held {
    zmq::socket_t socket;
    bool is_door = false;
};

CurveSocket::CurveSocket() = default;
CurveSocket::CurveSocket(std::unique_ptr<Held> held) : held_(std::move(held)) {}
CurveSocket::CurveSocket(CurveSocket&&) noexcept = default;
CurveSocket& CurveSocket::operator=(CurveSocket&&) noexcept = default;
CurveSocket::~CurveSocket() = default;

Result<CurveSocket> CurveSocket::door(const LinkSecret& own, const std::string& domain, std::size_t message_max,
                                      int queue) {
    try {
        auto held = std::make_unique<Held>();
        held->is_door = true;
        held->socket = new_socket(zmq::socket_type::router, message_max, queue);
        auto& socket = held->socket;
        socket.set(zmq::sockopt::router_mandatory, 1);
        socket.set(zmq::sockopt::router_handover, 0);
        socket.set(zmq::sockopt::backlog, 128);
        socket.set(zmq::sockopt::curve_server, 1);
        socket.set(zmq::sockopt::curve_secretkey, raw(own));
        socket.set(zmq::sockopt::zap_domain, domain);
        const int yes = 1;
        if (zmq_setsockopt(socket.handle(), zap_enforce_domain, &yes, sizeof yes) == 0)
            return CurveSocket(std::move(held));
    } catch (const zmq::error_t&) {
    }
    return {Code::refused, "This computer's network library cannot guard the door, so it stays shut.",
            "Install Staffroom again from its package; it brings the right library."};
}

Result<std::uint16_t> CurveSocket::bind(std::uint16_t port) {
    const auto service = port == 0 ? std::string("*") : std::to_string(port);
    for (const auto* host : {"tcp://[::]:", "tcp://0.0.0.0:"}) {  // the second where there is no IPv6
        if (zmq_bind(held_->socket.handle(), (host + service).c_str()) == 0) {
            const auto bound = held_->socket.get(zmq::sockopt::last_endpoint);
            return static_cast<std::uint16_t>(std::stoul(bound.substr(bound.rfind(':') + 1)));
        }
        if (zmq_errno() == EADDRINUSE)
            return {Code::busy, "Port " + service + " of this computer is in use.", "Choose another one with --port."};
    }
    if (zmq_errno() == EACCES) {
        return {Code::refused, "Port " + service + " of this computer is kept for its system.",
                "Choose one from 1024 on with --port."};
    }
    return {Code::refused, "Port " + service + " of this computer cannot be opened.",
            "Choose another one with --port."};
}

Result<CurveSocket> CurveSocket::dial(const LinkPair& shown, const LinkKey& server, const Address& to,
                                      std::size_t message_max) {
    try {
        auto held = std::make_unique<Held>();
        held->socket = new_socket(zmq::socket_type::dealer, message_max);
        auto& socket = held->socket;
        socket.set(zmq::sockopt::immediate, 1);
        socket.set(zmq::sockopt::reconnect_ivl, -1);
        socket.set(zmq::sockopt::connect_timeout, 5'000);
        socket.set(zmq::sockopt::curve_serverkey, raw(server));
        socket.set(zmq::sockopt::curve_publickey, raw(shown.key));
        socket.set(zmq::sockopt::curve_secretkey, raw(shown.secret));
        socket.connect("tcp://" + address_text(to));
        return CurveSocket(std::move(held));
    } catch (const zmq::error_t&) {
        return {Code::busy, "No more connections can be opened just now.", "Wait a minute."};
    }
}

int CurveSocket::descriptor() const { return held_->socket.get(zmq::sockopt::fd); }

CurveSocket::Events CurveSocket::events() {
    int events = 0;
    std::size_t size = sizeof events;
    zmq_getsockopt(held_->socket.handle(), ZMQ_EVENTS, &events, &size);
    return {(events & ZMQ_POLLIN) != 0, (events & ZMQ_POLLOUT) != 0};
}

Sent CurveSocket::send(const std::string& route, SharedBytes frame) {
    auto* socket = held_->socket.handle();
    if (held_->is_door && zmq_send(socket, route.data(), route.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return zmq_errno() == EHOSTUNREACH ? Sent::gone : Sent::full;
    // The message keeps the bytes: no copy before the library encrypts. It only reads them.
    auto* kept = new SharedBytes(std::move(frame));
    zmq::message_t message(
        const_cast<std::uint8_t*>(kept->data()), kept->size(),
        [](void*, void* own) { delete static_cast<SharedBytes*>(own); }, kept);
    return zmq_msg_send(message.handle(), socket, ZMQ_DONTWAIT) >= 0 ? Sent::sent : Sent::full;
}

std::optional<CurveSocket::Message> CurveSocket::receive() {
    Message message;
    // The library's own message, so that a large frame is not copied to live longer.
    const auto frame = std::make_shared<zmq::message_t>();
    const std::size_t expected = held_->is_door ? 2 : 1;
    std::size_t frames = 0;
    do {
        frame->rebuild();
        if (zmq_msg_recv(frame->handle(), held_->socket.handle(), ZMQ_DONTWAIT) < 0) return std::nullopt;
        if (++frames < expected) message.route = frame->to_string();
    } while (frame->more());
    message.whole = frames == expected;
    if (held_->is_door) {
        message.key = proved_key(*frame);
        message.from = source_of(*frame);
    }
    message.frame = {{static_cast<const std::uint8_t*>(frame->data()), frame->size()}, frame};
    return message;
}

bool start_answering_zap() { return Doorkeeper::only().start(); }
void stop_answering_zap() { Doorkeeper::only().stop(); }
void guard_domain(const std::string& domain, Admits admits) { Doorkeeper::only().guard(domain, std::move(admits)); }
void unguard_domain(const std::string& domain) { Doorkeeper::only().unguard(domain); }

std::uint64_t uptime_ms() {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1000 + static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
}

void raise_descriptors(std::size_t count) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count) return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, count);
    setrlimit(RLIMIT_NOFILE, &limit);
}

// The lowest free descriptor tells how many are in use, without counting.
bool descriptors_short() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    const int lowest_free = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (lowest_free < 0) return true;
    ::close(lowest_free);
    const auto used = static_cast<rlim_t>(lowest_free);
    return used > limit.rlim_cur / 10 * 7 || used + descriptors_reserve > limit.rlim_cur;
}

}  // namespace staffroom::net
