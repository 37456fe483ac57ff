// When to send a beacon, so that a whole network sends about five a second, be it two computers or five hundred.
//
// Nobody knows how many there are. But everybody hears all of them, and so counts them: at more than five a second one
// waits longer, at fewer less long, at most by half or double each time. All do the same, and the sum settles where it
// should (N devices with interval I send N/I a second; the next interval is I * (N/I)/5 = N/5). Never more often than
// every 2 s, so that few devices do not chatter, never more seldom than every 5 min, so that a flood of forged beacons
// silences nobody for good. Each wait is jittered by a quarter, or those switched on by the same bell would speak
// together.
//
// A newcomer need not wait for that: it asks at once, and is answered by unicast, by about sixteen of those who hear
// it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/crypto.h"

namespace staffroom::net {

class BeaconPace {
  public:
    static constexpr std::uint64_t interval_ms_min = 2'000, interval_ms_max = 300'000;
    static constexpr double beacons_per_s = 5;
    static constexpr double answers_wanted = 16;

    explicit BeaconPace(std::uint64_t now_ms) : since_ms_(now_ms), due_ms_(now_ms + jittered(interval_ms_min)) {}

    // A beacon to all, not ours.
    void heard() { ++heard_; }

    std::uint64_t deadline() const { return due_ms_; }

    // True: send one now.
    bool tick(std::uint64_t now_ms) {
        if (now_ms < due_ms_) return false;
        const auto passed_s = static_cast<double>(std::max<std::uint64_t>(now_ms - since_ms_, 1)) / 1000;
        const auto rate = static_cast<double>(heard_ + 1) / passed_s;  // ours is one of them
        const auto factor = std::clamp(rate / beacons_per_s, 0.5, 2.0);
        interval_ms_ = std::clamp(static_cast<std::uint64_t>(static_cast<double>(interval_ms_) * factor),
                                  interval_ms_min, interval_ms_max);
        heard_ = 0;
        since_ms_ = now_ms;
        due_ms_ = now_ms + jittered(interval_ms_);
        return true;
    }

    // Should we be one of those who answer a newcomer's question to all?
    bool answers() const {
        const auto others = beacons_per_s * static_cast<double>(interval_ms_) / 1000;
        return static_cast<double>(random_below(1'000'000)) < 1'000'000 * answers_wanted / others;
    }

    std::uint64_t interval_ms() const { return interval_ms_; }

  private:
    static std::uint64_t random_below(std::uint64_t bound) {
        std::array<std::uint8_t, 8> bytes;
        random_bytes(bytes);
        return read_be64(bytes) % bound;
    }
    static std::uint64_t jittered(std::uint64_t ms) { return ms * 3 / 4 + random_below(ms / 2); }

    std::uint64_t interval_ms_ = interval_ms_min;
    std::uint64_t heard_ = 0;
    std::uint64_t since_ms_;
    std::uint64_t due_ms_;
};

}  // namespace staffroom::net
