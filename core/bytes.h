// Byte strings and their two printed forms.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace staffroom {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView view_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string text_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
inline Bytes copy_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

// Fixed-width integers in the order that sorts (big-endian), for keys.
void append_be32(Bytes& out, std::uint32_t value);
void append_be64(Bytes& out, std::uint64_t value);
std::uint32_t read_be32(ByteView bytes);          // needs bytes.size() >= 4
inline std::uint64_t read_be64(ByteView bytes) {  // needs bytes.size() >= 8
    std::uint64_t value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

std::string to_hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);

// RFC 4648 base32, lower case, no padding: what people see and type of an id.
std::string to_base32(ByteView bytes);
// Refuses other characters, upper case and non-zero spare bits, so every id has one spelling.
std::optional<Bytes> from_base32(std::string_view text);

}  // namespace staffroom
