// What this program is. A computer whose clock says a day before the release cannot have the right date.
#pragma once

#include <cstdint>

#ifndef STAFFROOM_VERSION  // set by the build, from the project's version
#define STAFFROOM_VERSION "unknown"
#endif

namespace staffroom {

inline constexpr const char* version = STAFFROOM_VERSION;
inline constexpr std::uint64_t release_ms = 1'795'651'200'000;  // 2026-11-26

}  // namespace staffroom
