// A budget that refills evenly: `rate` a second, at most `burst` saved up. Time is given, in milliseconds, and never
// goes back.
#pragma once

#include <algorithm>
#include <cstdint>

namespace staffroom::net {

class TokenBucket {
  public:
    TokenBucket(std::uint64_t rate_per_s, std::uint64_t burst)
        : rate_(rate_per_s), burst_(burst), milli_(burst * 1000) {}

    // Anything left? Spending may overdraw by one item, whose size is known only afterwards; the debt is waited for.
    bool open(std::uint64_t now_ms) { return refill(now_ms), milli_ > 0; }

    void spend(std::uint64_t amount, std::uint64_t now_ms) {
        refill(now_ms);
        milli_ -= static_cast<std::int64_t>(amount * 1000);
    }

    // All or nothing, for what may simply be refused.
    bool take(std::uint64_t amount, std::uint64_t now_ms) {
        refill(now_ms);
        if (milli_ < static_cast<std::int64_t>(amount * 1000)) return false;
        return spend(amount, now_ms), true;
    }

    // Spends all that is left.
    void drain(std::uint64_t now_ms) { refill(now_ms), milli_ = std::min<std::int64_t>(milli_, 0); }

    bool is_full(std::uint64_t now_ms) const {
        auto later = *this;
        later.refill(now_ms);
        return later.milli_ == static_cast<std::int64_t>(burst_ * 1000);
    }

    // How long until open(), if nothing more is spent.
    std::uint64_t wait_ms(std::uint64_t now_ms) {
        if (open(now_ms)) return 0;
        return static_cast<std::uint64_t>(-milli_) / rate_ + 1;
    }

  private:
    void refill(std::uint64_t now_ms) {
        if (now_ms <= last_ms_) return;
        // A long rest fills the bucket whatever its size, so the product below cannot overflow.
        const auto passed = std::min<std::uint64_t>(now_ms - last_ms_, 3'600'000);
        milli_ = std::min(milli_ + static_cast<std::int64_t>(passed * rate_), static_cast<std::int64_t>(burst_ * 1000));
        last_ms_ = now_ms;
    }

    std::uint64_t rate_, burst_;
    std::int64_t milli_;  // thousandths of a token, so that a slow rate loses nothing between close calls
    std::uint64_t last_ms_ = 0;
};

}  // namespace staffroom::net
