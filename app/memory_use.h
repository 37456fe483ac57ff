#pragma once

#include <cstdint>

namespace staffroom {

// What this program holds of the computer's memory now, in bytes; 0 when the system does not tell.
std::uint64_t resident_bytes();

}  // namespace staffroom
