// How fast files come and go, over the latest seconds: for the bars and the time that is left.
#pragma once

#include <cstdint>
#include <deque>

namespace staffroom {

class FileRates {
  public:
    // Bytes a second, in and out.
    struct Rates {
        std::uint64_t in = 0, out = 0;
    };
    // Once a second or so: what has come and gone since the program began.
    void measure(std::uint64_t in, std::uint64_t out, std::uint64_t now_ms);
    // None when the latest measure is older than a few seconds.
    Rates rates(std::uint64_t now_ms) const;

  private:
    static constexpr std::uint64_t span_ms = 5'000;
    struct Measure {
        std::uint64_t ms = 0, in = 0, out = 0;
    };
    std::deque<Measure> measures_;
};

}  // namespace staffroom
