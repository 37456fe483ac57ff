#include "net/curve_link.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <utility>

namespace staffroom::net {
namespace {

constexpr std::size_t encryption_bytes = 64;   // more than CURVE adds to a frame
constexpr std::uint64_t full_ms_max = 10'000;  // a reader that stalls longer is dialled again
constexpr std::size_t dials_max = 64;
constexpr int lobby_queue = 2;  // with 1, a ROUTER of libzmq 4.3.4 hands out nothing at all
constexpr std::uint64_t strangers_burst_s = 2;
constexpr std::uint64_t retry_ms = 100;
constexpr std::uint64_t count_descriptors_ms = 20;  // a tick comes after every message

}  // namespace

CurveLink::CurveLink(const LinkPair& own, const LinkOptions& options)
    : own_(own),
      options_(options),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      strangers_(options.strangers_rate, strangers_burst_s * options.strangers_rate) {
    raise_descriptors(options.descriptors);
    static std::atomic<unsigned> links_made{0};
    const auto number = std::to_string(++links_made);
    doors_[0].domain = "members-" + number;
    doors_[1].domain = "lobby-" + number;
}

CurveLink::~CurveLink() {
    for (const auto& door : doors_) unguard_domain(door.domain);
    ::close(epoll_);
}

Result<Ports> CurveLink::listen(Ports wanted) {
    assert(!doors_[0].socket);
    if (!start_answering_zap())
        return {Code::refused, "This computer cannot guard its door, so it stays shut.",
                "Close other programs, then start Staffroom again."};
    guard_domain(doors_[0].domain, [this](const LinkKey& key) {
        const std::lock_guard lock(gate_mutex_);
        const bool in = gate_.knows(key);
        if (!in) ++refused_key_;
        return in;
    });
    guard_domain(doors_[1].domain, [this](const LinkKey& key) {
        const std::lock_guard lock(gate_mutex_);
        const bool in = gate_.admit_stranger(key, uptime_ms());
        if (!in) ++refused_crowd_;
        return in;
    });
    doors_[0].port = wanted.members;
    doors_[1].port = wanted.lobby;
    for (auto& door : doors_) {
        const auto opened = open_door(door);
        if (opened) continue;
        for (auto& any : doors_) drop_socket(any.socket);
        return opened.error();
    }
    return Ports{doors_[0].port, doors_[1].port};
}

Result<LinkId> CurveLink::dial(const Dial& dial) {
    if (!may_dial(dial.to, dial.told))
        return {Code::refused, "That address is not one of this network.", "Use the address of a computer nearby."};
    if (dials_ >= dials_max || descriptors_short())
        return {Code::busy, "Too many connections are open just now.", "Wait a minute."};
    const auto shown = dial.door == Door::lobby ? new_link_pair() : own_;
    auto socket = CurveSocket::dial(shown, dial.server, dial.to, frame_max(dial.door) + encryption_bytes);
    if (!socket) return socket.error();
    // Connecting itself causes a wake-up. Eaten here, the next one that does not bring POLLOUT means a failed dial.
    socket->events();
    const LinkId id{++last_id_};
    if (!watch_socket(*socket, id.value))
        return {Code::busy, "Too many connections are open just now.", "Wait a minute."};
    ++dials_;
    links_.emplace(id.value, Connection{.id = id,
                                        .peer = dial.server,
                                        .door = dial.door,
                                        .dialled = true,
                                        .since_ms = uptime_ms(),
                                        .socket = *std::move(socket)});
    return id;
}

Sent CurveLink::send(LinkId id, SharedBytes frame) {
    assert(!frame.empty());
    const auto found = links_.find(id.value);
    if (found == links_.end()) return Sent::gone;
    auto& link = found->second;
    const auto size = frame.size();
    if (size > frame_max(link.door)) return Sent::too_large;
    if (link.dialled && link.state == State::connecting) return Sent::full;
    auto& socket = socket_of(link);
    if (!socket) return Sent::gone;
    const auto token = link.dialled ? id.value : token_of(link.door);
    if (touched_.empty() || touched_.back() != token) touched_.push_back(token);
    const auto sent = socket.send(link.route, std::move(frame));
    if (sent == Sent::gone) forget(id, true);
    if (sent != Sent::sent) return sent;
    ++stats_.frames_out;
    stats_.bytes_out += size;
    // No longer writable: the queue is full, or the connection broke this instant. A queue that never held as many
    // frames as it may is not full; of a longer one only time tells.
    if (link.dialled && ++link.frames_sent >= std::uint64_t{CurveSocket::queue_max} && !socket.events().writable)
        note_full(link);
    return sent;
}

std::optional<Arrival> CurveLink::receive() {
    for (;;) {
        if (!said_.empty()) {
            auto arrival = std::move(said_.front());
            said_.pop_front();
            return arrival;
        }
        if (held_back_) return std::exchange(held_back_, std::nullopt);
        if (ready_.empty()) look_around();
        if (ready_.empty()) {
            if (said_.empty()) return std::nullopt;
            continue;
        }
        const auto token = ready_.front();
        ready_.pop_front();
        auto arrival = is_door(token) ? take_accepted(doors_[token]) : take_dialled(token);
        if (arrival) return arrival;
    }
}

void CurveLink::close(LinkId link) { forget(link, false); }

void CurveLink::allow(const std::vector<LinkKey>& known) {
    {
        const std::lock_guard lock(gate_mutex_);
        gate_.allow(known);
    }
    std::vector<LinkId> strange;
    for (const auto& [number, link] : links_) {
        if (!link.dialled && link.door == Door::members && !gate_.knows(link.peer)) strange.push_back(link.id);
    }
    for (const auto id : strange) forget(id, true);
}

LinkStats CurveLink::stats() const {
    auto stats = stats_;
    stats.links = links_.size();
    const std::lock_guard lock(gate_mutex_);
    stats.refused_key = refused_key_;
    stats.refused_crowd = refused_crowd_;
    return stats;
}

int CurveLink::descriptor() const { return epoll_; }

int CurveLink::sleep_ms_max() {
    if (!touched_.empty() || !ready_.empty() || !said_.empty() || held_back_) return 0;
    const auto now = uptime_ms();
    std::uint64_t rest = 1'000;
    if (lobby_resting_) rest = std::min(rest, strangers_.wait_ms(now) + 1);
    for (const auto& door : doors_) {
        if (door.reopen_ms) rest = std::min(rest, *door.reopen_ms > now ? *door.reopen_ms - now : 1);
    }
    return static_cast<int>(rest);
}

void CurveLink::tick() {
    const auto now = uptime_ms();
    std::vector<LinkId> dead;
    for (const auto& [number, link] : links_) {
        if (!link.dialled) continue;
        const auto rest = now - link.since_ms;
        if ((link.state == State::connecting && rest > options_.dial_ms) ||
            (link.state == State::full && rest > full_ms_max))
            dead.push_back(link.id);
    }
    for (const auto id : dead) forget(id, true);

    if (now >= descriptors_due_ms_) {
        crowded_ = descriptors_short();
        descriptors_due_ms_ = now + count_descriptors_ms;
    }
    for (auto& door : doors_) {
        if (!crowded_ || !door.bound) continue;
        shut_door(door, now + options_.shut_ms);
        ++stats_.shut;
    }
    bool clear_lobby = false;
    {
        const std::lock_guard lock(gate_mutex_);
        gate_.tick(now);
        clear_lobby = doors_[1].bound && gate_.wants_clearing();
    }
    if (clear_lobby) shut_door(doors_[1], now);
    for (auto& door : doors_) {
        if (!door.reopen_ms || *door.reopen_ms > now) continue;
        // The library closes the old listener on its own thread, a moment after we asked.
        if (crowded_ || !open_door(door)) door.reopen_ms = now + retry_ms;
    }
}

void CurveLink::watch(std::size_t resident_bytes) {
    if (resident_bytes <= options_.resident_max) return;
    ++stats_.restarts;
    const auto reopen = uptime_ms() + options_.shut_ms;
    for (auto& door : doors_) {
        if (door.socket) shut_door(door, reopen);
    }
    while (!links_.empty()) forget(links_.begin()->second.id, true);
}

CurveSocket& CurveLink::socket_of(Connection& link) {
    return link.dialled ? link.socket : doors_[token_of(link.door)].socket;
}

std::size_t CurveLink::frame_max(Door door) const {
    return door == Door::members ? options_.members_frame : lobby_frame_bytes;
}

bool CurveLink::watch_socket(const CurveSocket& socket, Token token) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = token;
    touched_.push_back(token);
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.descriptor(), &event) == 0;
}

void CurveLink::drop_socket(CurveSocket& socket) {
    if (!socket) return;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, socket.descriptor(), nullptr);
    socket = {};
}

Result<> CurveLink::open_door(Entrance& door) {
    if (!door.socket) {
        auto made = CurveSocket::door(own_.secret, door.domain, frame_max(door.door) + encryption_bytes,
                                      door.door == Door::lobby ? lobby_queue : CurveSocket::queue_max);
        if (!made) return made.error();
        door.socket = *std::move(made);
        if (!watch_socket(door.socket, token_of(door.door))) {
            door.socket = {};
            return {Code::refused, "Too many files are open on this computer.", "Close other programs."};
        }
    }
    const auto port = door.socket.bind(door.port);
    if (!port) return port.error();
    door.port = *port;
    door.bound = true;
    door.reopen_ms.reset();
    return Done{};
}

// Its connections go with the socket.
void CurveLink::shut_door(Entrance& door, std::optional<std::uint64_t> reopen_ms) {
    drop_socket(door.socket);
    door.bound = false;
    door.reopen_ms = reopen_ms;
    std::vector<LinkId> cut;
    for (const auto& [number, link] : links_) {
        if (!link.dialled && link.door == door.door) cut.push_back(link.id);
    }
    for (const auto id : cut) forget(id, true);
    door.routes.clear();
    if (door.door == Door::members) return;
    const std::lock_guard lock(gate_mutex_);
    gate_.cleared();
}

void CurveLink::forget(LinkId id, bool say) {
    const auto found = links_.find(id.value);
    if (found == links_.end()) return;
    auto& link = found->second;
    std::erase_if(said_, [&](const auto& what) { return what.link == id; });
    if (held_back_ && held_back_->link == id) held_back_.reset();
    if (say) said_.push_back(arrival(Arrival::Kind::closed, link));
    if (link.dialled) {
        drop_socket(link.socket);
        --dials_;
    } else {
        doors_[token_of(link.door)].routes.close(link.route);
        if (link.door == Door::lobby) {
            const std::lock_guard lock(gate_mutex_);
            gate_.leave_stranger(link.peer);
        }
    }
    links_.erase(found);
}

void CurveLink::note_full(Connection& link) {
    if (link.state == State::full) return;
    link.state = State::full;
    link.since_ms = uptime_ms();
}

// Every socket that woke, and every one whose wake-up a call of ours may have eaten.
void CurveLink::look_around() {
    if (lobby_resting_ && strangers_.open(uptime_ms())) {
        lobby_resting_ = false;
        touched_.push_back(token_of(Door::lobby));
    }
    std::array<epoll_event, 64> woken;
    const int count = epoll_wait(epoll_, woken.data(), static_cast<int>(woken.size()), 0);
    for (int i = 0; i < count; ++i) look(woken[static_cast<std::size_t>(i)].data.u64, true);
    for (const auto token : std::exchange(touched_, {})) look(token, false);
}

void CurveLink::look(Token token, bool woken) {
    if (is_door(token)) {
        auto& door = doors_[token];
        const bool readable = door.socket && door.socket.events().readable;
        if (readable && !(door.door == Door::lobby && lobby_resting_)) ready_.push_back(token);
        return;
    }
    const auto found = links_.find(token);
    if (found == links_.end()) return;
    auto& link = found->second;
    const auto events = link.socket.events();
    if (events.writable && link.state != State::open) {
        if (link.state == State::connecting) said_.push_back(arrival(Arrival::Kind::opened, link));
        link.state = State::open;
    }
    // What came before the end is read first.
    if (events.readable) return ready_.push_back(token);
    const bool failed = link.state == State::connecting && woken;
    if (!events.writable && (failed || link.state == State::open)) forget(link.id, true);
}

std::optional<Arrival> CurveLink::take_dialled(Token token) {
    const auto found = links_.find(token);
    if (found == links_.end()) return std::nullopt;
    touched_.push_back(token);
    const auto message = found->second.socket.receive();
    if (!message) return std::nullopt;
    if (!message->whole) return ++stats_.dropped_multipart, std::nullopt;
    return give(found->second, message->frame);
}

std::optional<Arrival> CurveLink::take_accepted(Entrance& door) {
    if (!door.socket) return std::nullopt;
    const bool lobby = door.door == Door::lobby;
    if (lobby && !strangers_.open(uptime_ms())) return lobby_resting_ = true, std::nullopt;
    touched_.push_back(token_of(door.door));
    const auto message = door.socket.receive();
    if (!message) return std::nullopt;
    if (lobby) strangers_.spend(message->frame.size(), uptime_ms());
    if (!message->whole) return ++stats_.dropped_multipart, std::nullopt;
    const auto* peer = door.routes.find(message->route);
    switch (gate_.judge(door.door, peer, message->key)) {
        case Verdict::give:
            return give(links_.at(peer->link.value), message->frame);
        case Verdict::begin:
            return begin(door, *message);
        case Verdict::nameless:
            ++stats_.dropped_nameless;
            break;
        case Verdict::unknown:
            ++stats_.dropped_unknown;
            break;
    }
    return std::nullopt;
}

Arrival CurveLink::begin(Entrance& door, const CurveSocket::Message& message) {
    const LinkId id{++last_id_};
    for (const auto gone : door.routes.add(message.route, *message.key, id)) forget(gone, true);
    if (door.door == Door::lobby) {
        const std::lock_guard lock(gate_mutex_);
        gate_.hear_stranger(*message.key);
    }
    Connection begun{.id = id, .peer = *message.key, .door = door.door, .route = message.route, .from = message.from};
    const auto& link = links_.emplace(id.value, std::move(begun)).first->second;
    held_back_ = give(link, message.frame);
    return arrival(Arrival::Kind::opened, link);
}

Arrival CurveLink::arrival(Arrival::Kind kind, const Connection& link) const {
    return {kind, link.id, link.peer, link.door, link.dialled, link.from, {}};
}

Arrival CurveLink::give(const Connection& link, SharedBytes frame) {
    ++stats_.frames_in;
    stats_.bytes_in += frame.size();
    auto given = arrival(Arrival::Kind::frame, link);
    given.frame = std::move(frame);
    return given;
}

}  // namespace staffroom::net
