// Many BLAKE2b hashes at once.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/ids.h"

namespace staffroom {

// hash_of<Hash>(purpose, message) of each message (core/crypto.h), in their order. Neighbours of equal length are hashed
// side by side, one in each lane of the processor's wide registers, four with AVX2, eight with AVX-512: one after the other
// most of a register's width waits. Four take 1.5 times as long as one, eight 2.1 times. Other processors, and what is left
// over, go the ordinary way. Needs a purpose of 1 to 128 bytes.
std::vector<Hash> hashes_of(std::string_view purpose, std::span<const ByteView> messages);

// How many are worth waiting for.
inline constexpr std::size_t hashes_at_once = 8;

}  // namespace staffroom
