#include "net/address.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace staffroom::net {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// A number that fills the whole text, without sign or leading zeros.
template <class T>
std::optional<T> number(std::string_view text, int base, T max) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size() || value > max) return std::nullopt;
    if (base == 10 && text.size() > 1 && text.front() == '0') return std::nullopt;
    return value;
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> pieces;
    for (;;) {
        const auto end = text.find(at);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return pieces;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::array<std::uint8_t, 4>> v4_from_text(std::string_view text) {
    const auto pieces = split(text, '.');
    if (pieces.size() != 4) return std::nullopt;
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto value = number<std::uint32_t>(pieces[i], 10, 255);
        if (!value) return std::nullopt;
        bytes[i] = static_cast<std::uint8_t>(*value);
    }
    return bytes;
}

// Groups of a colon-separated run; false when one is not 1 to 4 hex digits.
bool append_groups(std::string_view text, std::vector<std::uint8_t>& out) {
    if (text.empty()) return true;
    for (const auto piece : split(text, ':')) {
        const auto value = piece.size() > 4 ? std::nullopt : number<std::uint32_t>(piece, 16, 0xFFFF);
        if (!value) return false;
        out.push_back(static_cast<std::uint8_t>(*value >> 8));
        out.push_back(static_cast<std::uint8_t>(*value));
    }
    return true;
}

std::optional<std::array<std::uint8_t, 16>> v6_from_text(std::string_view text) {
    std::vector<std::uint8_t> front, back;
    const auto gap = text.find("::");
    if (!append_groups(text.substr(0, gap), front)) return std::nullopt;
    if (gap == std::string_view::npos) {
        if (front.size() != 16) return std::nullopt;
    } else if (!append_groups(text.substr(gap + 2), back) || front.size() + back.size() > 14) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 16> bytes{};
    std::copy(front.begin(), front.end(), bytes.begin());
    std::copy(back.begin(), back.end(), bytes.end() - static_cast<std::ptrdiff_t>(back.size()));
    return bytes;
}

// The longest run of at least two zero groups, as RFC 5952 prints it: {first group, groups}.
std::pair<std::size_t, std::size_t> longest_gap(const std::array<std::uint8_t, 16>& bytes) {
    std::pair<std::size_t, std::size_t> best{0, 0};
    for (std::size_t first = 0; first < 8; ++first) {
        std::size_t length = 0;
        while (first + length < 8 && bytes[2 * (first + length)] == 0 && bytes[2 * (first + length) + 1] == 0) ++length;
        if (length > best.second) best = {first, length};
    }
    return best.second >= 2 ? best : std::pair<std::size_t, std::size_t>{8, 0};
}

std::string v6_text(const std::array<std::uint8_t, 16>& bytes) {
    const auto [gap, length] = longest_gap(bytes);
    std::string text;
    for (std::size_t group = 0; group < 8; ++group) {
        if (length > 0 && group == gap) {
            text += "::";
            group += length - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text += ':';
        char digits[4];
        const auto end = std::to_chars(digits, digits + 4, bytes[2 * group] << 8 | bytes[2 * group + 1], 16).ptr;
        text.append(digits, end);
    }
    return text;
}

}  // namespace

bool Address::is_v4() const { return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin()); }

bool may_dial(const Address& to, Told told) {
    const auto* a = to.bytes.data();
    bool loopback = false, near = false, one_computer = false;
    if (to.is_v4()) {
        a += 12;
        loopback = a[0] == 127;
        near = a[0] == 10 || (a[0] == 172 && (a[1] & 0xF0) == 16) || (a[0] == 192 && a[1] == 168) ||
               (a[0] == 169 && a[1] == 254);
        one_computer = a[0] != 0 && a[0] < 224;
        if (to.scope != 0) return false;
    } else {
        const bool link_local = a[0] == 0xFE && (a[1] & 0xC0) == 0x80;
        loopback = std::all_of(a, a + 15, [](auto byte) { return byte == 0; }) && a[15] == 1;
        near = link_local || (a[0] & 0xFE) == 0xFC;
        one_computer = a[0] != 0xFF && std::any_of(a, a + 16, [](auto byte) { return byte != 0; });
        if (link_local != (to.scope != 0)) return false;
    }
    switch (told) {
        case Told::heard:
            return near && to.port >= 1024;
        case Told::invited:
            return (near || loopback) && to.port >= 1024;
        case Told::typed:
            return one_computer && to.port != 0;
    }
    return false;
}

std::optional<Address> address_from_text(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = number<std::uint32_t>(text.substr(colon + 1), 10, 65'535);
    if (!port || *port == 0) return std::nullopt;
    auto host = text.substr(0, colon);

    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    std::uint32_t scope = 0;
    if (const auto percent = host.find('%'); percent != std::string_view::npos) {
        const auto index = number<std::uint32_t>(host.substr(percent + 1), 10, 0x7FFFFFFF);
        if (!index || *index == 0) return std::nullopt;
        scope = *index;
        host = host.substr(0, percent);
    }
    auto address = host_from_text(host);
    if (!address || bracketed == (host.find(':') == std::string_view::npos)) return std::nullopt;
    if (scope != 0 && address->is_v4()) return std::nullopt;
    address->scope = scope;
    address->port = static_cast<std::uint16_t>(*port);
    return address;
}

std::optional<Address> host_from_text(std::string_view text) {
    constexpr std::string_view mapped = "::ffff:";
    Address address;
    const bool dotted_in_v6 = text.starts_with(mapped) && text.find('.') != std::string_view::npos;
    if (const auto v4 = v4_from_text(dotted_in_v6 ? text.substr(mapped.size()) : text)) {
        std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
        std::copy(v4->begin(), v4->end(), address.bytes.begin() + 12);
        return address;
    }
    const auto v6 = v6_from_text(text.substr(0, text.find('%')));
    if (!v6) return std::nullopt;
    address.bytes = *v6;
    return address;
}

std::string address_text(const Address& address) {
    const auto port = ":" + std::to_string(address.port);
    if (address.is_v4()) {
        std::string text;
        for (std::size_t i = 12; i < 16; ++i) text += (i > 12 ? "." : "") + std::to_string(address.bytes[i]);
        return text + port;
    }
    return "[" + v6_text(address.bytes) + (address.scope != 0 ? "%" + std::to_string(address.scope) : "") + "]" + port;
}

}  // namespace staffroom::net
