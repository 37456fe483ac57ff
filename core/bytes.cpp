#include "core/bytes.h"

#include <cassert>

namespace staffroom {
namespace {
constexpr char hex_digits[] = "0123456789abcdef";
constexpr char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";

int digit_of(std::string_view digits, char c) {
    const auto at = digits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}
}  // namespace

void append_be32(Bytes& out, std::uint32_t value) {
    std::uint8_t bytes[4];
    for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    append(out, bytes);
}

void append_be64(Bytes& out, std::uint64_t value) {
    std::uint8_t bytes[8];
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    append(out, bytes);
}

std::uint32_t read_be32(ByteView bytes) {
    assert(bytes.size() >= 4);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[i];
    return value;
}

std::string to_hex(ByteView bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 15];
    }
    return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit_of({hex_digits, 16}, text[i]);
        const int low = digit_of({hex_digits, 16}, text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return out;
}

std::string to_base32(ByteView bytes) {
    std::string out;
    out.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t held = 0;
    int bits = 0;
    for (const auto byte : bytes) {
        held = held << 8 | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out += base32_digits[held >> bits & 31];
        }
        held &= (1u << bits) - 1;
    }
    if (bits > 0) out += base32_digits[held << (5 - bits) & 31];
    return out;
}

std::optional<Bytes> from_base32(std::string_view text) {
    Bytes out;
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : text) {
        const int digit = digit_of({base32_digits, 32}, c);
        if (digit < 0) return std::nullopt;
        held = held << 5 | static_cast<std::uint32_t>(digit);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::uint8_t>(held >> bits));
            held &= (1u << bits) - 1;
        }
    }
    if (bits >= 5 || held != 0) return std::nullopt;
    return out;
}

}  // namespace staffroom
