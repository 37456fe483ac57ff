// How fast devices may bring commits that they wrote themselves over their own links: 200 a second each, 5,000 saved
// up.
//
// Why: one member's program, mad or malicious, must not fill everybody's disk before a person can act. Only the first
// hop is counted: history that others pass on is never held back, or a school could not be copied to a newcomer.
// Budgets outlive links, so dialling again buys nothing.
#pragma once

#include <map>

#include "core/ids.h"
#include "core/limits.h"
#include "net/token_bucket.h"

namespace staffroom::net {

class AuthorRates {
  public:
    // One more commit; false when there is no room for it now.
    bool take(const DeviceId& device, std::uint64_t now) { return budget(device, now).take(1, now); }
    // The other side counted more than we did.
    void drain(const DeviceId& device, std::uint64_t now) { budget(device, now).drain(now); }

  private:
    // A budget that is full again is as good as none: what is kept are the devices of the last 25 s.
    static constexpr std::size_t remembered_count = 1'024;

    TokenBucket& budget(const DeviceId& device, std::uint64_t now) {
        if (budgets_.size() >= remembered_count && !budgets_.contains(device))
            std::erase_if(budgets_, [&](const auto& each) { return each.second.is_full(now); });
        return budgets_.try_emplace(device, staffroom::limits::author_rate, staffroom::limits::author_burst)
            .first->second;
    }

    std::map<DeviceId, TokenBucket> budgets_;
};

// Of one device towards all its colleagues: what they bring, and what it brings them, counted as they count it.
struct OwnRates {
    AuthorRates taken, given;
};

}  // namespace staffroom::net
