// What this program is. A computer whose clock says a day before the release cannot have the right date.
#pragma once

#include <cstdint>

namespace staffroom {

extern const char* const version;
inline constexpr std::uint64_t release_ms = 1'795'651'200'000;  // 2026-11-26

}  // namespace staffroom
