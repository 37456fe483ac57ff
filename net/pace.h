// How fast files may move, as whoever sits at this computer wants it. Edits are never held back: they are small, and what
// people wait for.
#pragma once

#include <optional>

#include "net/outbox.h"
#include "net/token_bucket.h"

namespace staffroom::net {

struct Pace {
    std::uint64_t in = 0, out = 0;  // bytes of chunks a second; 0: as fast as it goes
    bool paused = false;            // both ways
    bool operator==(const Pace&) const = default;
};

// One direction. What is spent may overdraw by one chunk, which is waited for.
class PaceBudget {
  public:
    // At most a quarter of a second's worth is saved up, so that a cap holds from the first second on.
    void set(std::uint64_t bytes_per_s) {
        bucket_.reset();
        opens_at_ = 0;
        if (bytes_per_s != 0) bucket_.emplace(bytes_per_s, bytes_per_s / 4 + 1);
    }
    bool open(std::uint64_t now) {
        opens_at_ = bucket_ && !bucket_->open(now) ? now + bucket_->wait_ms(now) : 0;
        return opens_at_ == 0;
    }
    void spend(std::uint64_t bytes, std::uint64_t now) {
        if (bucket_) bucket_->spend(bytes, now);
    }
    // Of the latest open(): 0 when it was.
    std::uint64_t opens_at() const { return opens_at_; }

  private:
    std::optional<TokenBucket> bucket_;
    std::uint64_t opens_at_ = 0;
};

}  // namespace staffroom::net
