#include "net/beacon.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "net/link.h"
#include "net/system_address.h"

namespace staffroom::net {
namespace {

constexpr std::uint64_t look_every_ms = 5'000;
constexpr std::uint64_t silence_ms_min = 15'000;
constexpr std::size_t asked_max = 64;
constexpr int receive_buffer_bytes = 64 * 1024;

const Address group_v4 = *address_from_text("239.77.71.10:1");
const Address group_v6 = *address_from_text("[ff02::4771]:1");
const Address everybody_v4 = *address_from_text("255.255.255.255:1");
const Address any_v4 = *address_from_text("0.0.0.0:1");
const Address any_v6 = *address_from_text("[::]:1");

Address at_port(Address address, std::uint16_t port, std::uint32_t scope = 0) {
    address.port = port;
    address.scope = scope;
    return address;
}

void set(int socket, int level, int option, int value) { setsockopt(socket, level, option, &value, sizeof value); }

// Sends out of one interface whatever the routes say; index 0 leaves it to the routes.
void send_out(int socket, const Address& to, ByteView datagram, unsigned index) {
    if (socket < 0) return;
    const auto system = to_system(to);
    iovec piece{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
    msghdr message{};
    message.msg_name = const_cast<sockaddr*>(system.get());
    message.msg_namelen = system.size;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
    if (to.is_v4() && index != 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        auto* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_IP;
        header->cmsg_type = IP_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
        in_pktinfo out{};
        out.ipi_ifindex = static_cast<int>(index);
        std::memcpy(CMSG_DATA(header), &out, sizeof out);
    }
    sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

Beacon::Beacon(const BeaconMessage& own, const BeaconOptions& options)
    : own_(own), options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)), pace_(uptime_ms()) {}

Beacon::~Beacon() {
    for (const int socket : groups_) ::close(socket);
    if (v4_ >= 0) ::close(v4_);
    if (v6_ >= 0) ::close(v6_);
    ::close(epoll_);
}

Result<std::unique_ptr<Beacon>> Beacon::open(const BeaconMessage& own, const BeaconOptions& options) {
    std::unique_ptr<Beacon> beacon(new Beacon(own, options));
    beacon->v4_ = beacon->listen_at(at_port(any_v4, own.members_port));
    beacon->v6_ = beacon->listen_at(at_port(any_v6, own.members_port));
    if (beacon->v4_ < 0 && beacon->v6_ < 0) {
        return {Code::refused, "This computer cannot answer colleagues who look for it.",
                "Choose another port with --port."};
    }
    beacon->tick();
    return beacon;
}

// A datagram socket in the epoll set, or -1.
int Beacon::listen_at(const Address& at) {
    const bool v4 = at.is_v4();
    const int made = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return -1;
    set(made, SOL_SOCKET, SO_REUSEADDR, 1);  // for the groups' addresses, at the same port
    set(made, SOL_SOCKET, SO_BROADCAST, 1);
    set(made, SOL_SOCKET, SO_RCVBUF, receive_buffer_bytes);
    if (v4) {
        set(made, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    } else {
        set(made, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        set(made, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
    }
    const auto system = to_system(at);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = made;
    if (bind(made, system.get(), system.size) != 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, made, &event) != 0) {
        ::close(made);
        return -1;
    }
    return made;
}

std::vector<Beacon::Interface> Beacon::interfaces_now() {
    std::map<unsigned, Interface> found;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return {};
    for (const auto* one = list; one != nullptr; one = one->ifa_next) {
        const auto address = from_system(one->ifa_addr);
        const unsigned wanted = IFF_UP | IFF_RUNNING;
        if (!address || (one->ifa_flags & (wanted | IFF_LOOPBACK)) != wanted) continue;
        const auto index = if_nametoindex(one->ifa_name);
        auto& interface = found[index];
        interface.index = index;
        interface.v6 |= !address->is_v4();
        interface.broadcast |= address->is_v4() && (one->ifa_flags & IFF_BROADCAST) != 0;
        interface.addresses.push_back(*address);
    }
    freeifaddrs(list);
    std::vector<Interface> out;
    for (auto& [index, interface] : found) {
        std::sort(interface.addresses.begin(), interface.addresses.end());
        out.push_back(std::move(interface));
    }
    return out;
}

std::vector<Address> Beacon::own_addresses() {
    std::vector<Address> own;
    for (const auto& interface : interfaces_now()) {
        for (const auto& address : interface.addresses) {
            if (address.scope == 0) own.push_back(address);
        }
    }
    std::stable_partition(own.begin(), own.end(), [](Address address) {
        address.port = members_port_default;
        return may_dial(address, Told::heard);
    });
    own.push_back(*address_from_text("127.0.0.1:1"));
    for (auto& address : own) address.port = 0;
    return own;
}

// Three beacons in a row may be lost, hardly more. Others speak about as often as we do (net/beacon_pace.h).
std::uint64_t Beacon::silence_ms() const { return std::max<std::uint64_t>(4 * pace_.interval_ms(), silence_ms_min); }

void Beacon::join_groups() {
    for (const int socket : groups_) ::close(socket);
    groups_.clear();
    const int v4 = listen_at(at_port(group_v4, options_.port));
    groups_ = {v4, listen_at(at_port(everybody_v4, options_.port))};
    for (const auto& interface : interfaces_) {
        ip_mreqn join4{};
        std::copy_n(group_v4.bytes.begin() + 12, 4, reinterpret_cast<std::uint8_t*>(&join4.imr_multiaddr));
        join4.imr_ifindex = static_cast<int>(interface.index);
        setsockopt(v4, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join4, sizeof join4);
        if (!interface.v6) continue;
        const int v6 = listen_at(at_port(group_v6, options_.port, interface.index));
        if (v6 < 0) continue;
        groups_.push_back(v6);
        ipv6_mreq join6{};
        std::copy_n(group_v6.bytes.begin(), 16, join6.ipv6mr_multiaddr.s6_addr);
        join6.ipv6mr_interface = interface.index;
        setsockopt(v6, IPPROTO_IPV6, IPV6_JOIN_GROUP, &join6, sizeof join6);
    }
    std::erase(groups_, -1);
}

void Beacon::say(BeaconKind kind) {
    auto message = own_;
    message.kind = kind;
    const auto datagram = encode(message);
    for (const auto& interface : interfaces_) {
        send_out(v4_, at_port(group_v4, options_.port), datagram, interface.index);
        if (interface.broadcast) send_out(v4_, at_port(everybody_v4, options_.port), datagram, interface.index);
        if (interface.v6) send_out(v6_, at_port(group_v6, options_.port, interface.index), datagram, 0);
    }
}

void Beacon::say_to(const Address& to, BeaconKind kind) {
    auto message = own_;
    message.kind = kind;
    send_out(to.is_v4() ? v4_ : v6_, to, encode(message), 0);
}

void Beacon::ask(const Address& address, Told told) {
    if (!may_dial(address, told)) return;
    std::erase_if(asked_, [&](const auto& one) { return one.first == address; });
    asked_.emplace_back(address, told);
    if (asked_.size() > asked_max) asked_.pop_front();
    say_to(address, BeaconKind::ask);
}

std::optional<Sighting> Beacon::receive() {
    if (seen_.empty()) read_all();
    if (seen_.empty()) return std::nullopt;
    const auto next = seen_.front();
    seen_.pop_front();
    return next;
}

void Beacon::read_all() {
    const auto now = uptime_ms();
    if (resting_ && !read_.open(now)) return;
    rest(false);
    std::vector<std::pair<int, bool>> sockets{{v4_, false}, {v6_, false}};
    for (const int group : groups_) sockets.emplace_back(group, true);
    for (const auto& [socket, to_all] : sockets) {
        while (socket >= 0) {
            if (!read_.open(now)) return rest(true);
            std::array<std::uint8_t, BeaconMessage::bytes_max> buffer;
            SystemAddress source;
            source.size = sizeof source.storage;
            const auto size = recvfrom(socket, buffer.data(), buffer.size(), MSG_DONTWAIT,
                                       reinterpret_cast<sockaddr*>(&source.storage), &source.size);
            if (size < 0) break;
            read_.spend(1, now);
            const auto from = from_system(source.get());
            if (from) hear(*from, ByteView(buffer).first(static_cast<std::size_t>(size)), to_all);
        }
    }
}

void Beacon::hear(const Address& source, ByteView datagram, bool to_all) {
    const auto message = decode<BeaconMessage>(datagram);
    if (!message || is_own(*message, source)) return;
    if (to_all && message->kind != BeaconKind::answer) pace_.heard();

    const bool wants_answer = message->kind == BeaconKind::ask && (!to_all || pace_.answers());
    if (wants_answer && answers_.take(1, uptime_ms())) say_to(source, BeaconKind::answer);

    std::optional<Told> asked;
    for (const auto& [address, told] : asked_) {
        if (address == source) asked = told;
    }
    if (const auto seen = sighting(*message, source, asked)) seen_.push_back(*seen);
}

// Multicast comes back to its sender. A cloned disk has our key and our ports, but not our addresses.
bool Beacon::is_own(const BeaconMessage& message, const Address& source) const {
    if (message.key != own_.key || message.members_port != own_.members_port) return false;
    return std::any_of(interfaces_.begin(), interfaces_.end(), [&](const auto& interface) {
        return std::any_of(interface.addresses.begin(), interface.addresses.end(),
                           [&](const auto& mine) { return mine.bytes == source.bytes; });
    });
}

// While resting nothing wakes the host.
void Beacon::rest(bool resting) {
    if (resting == resting_) return;
    resting_ = resting;
    auto sockets = groups_;
    sockets.insert(sockets.end(), {v4_, v6_});
    for (const int socket : sockets) {
        epoll_event event{};
        event.events = resting ? 0U : std::uint32_t{EPOLLIN};
        event.data.fd = socket;
        if (socket >= 0) epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
    }
}

int Beacon::sleep_ms_max() {
    const auto now = uptime_ms();
    if (resting_) return static_cast<int>(read_.wait_ms(now) + 1);
    if (!options_.discovery) return 1'000;
    const auto next = std::min(look_ms_, pace_.deadline());
    return static_cast<int>(std::clamp<std::uint64_t>(next > now ? next - now : 0, 1, 1'000));
}

void Beacon::tick() {
    if (!options_.discovery) return;
    const auto now = uptime_ms();
    if (now >= look_ms_) {
        look_ms_ = now + look_every_ms;
        auto interfaces = interfaces_now();
        if (interfaces != interfaces_ || groups_.empty()) {
            interfaces_ = std::move(interfaces);
            rest(false);
            join_groups();
            pace_ = BeaconPace(now);
            say(BeaconKind::ask);
        }
    }
    if (pace_.tick(now)) say(BeaconKind::here);
}

std::optional<Address> address_from_typed(std::string_view text) {
    const auto percent = text.find('%');
    const auto end = text.find(']');
    if (percent == std::string_view::npos || end == std::string_view::npos || end < percent)
        return address_from_text(text);
    const std::string name(text.substr(percent + 1, end - percent - 1));
    const auto index = if_nametoindex(name.c_str());
    if (index == 0) return address_from_text(text);
    return address_from_text(std::string(text.substr(0, percent + 1)) + std::to_string(index) +
                             std::string(text.substr(end)));
}

}  // namespace staffroom::net
