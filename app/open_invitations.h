// Invitations that end after some minutes of this program's running, whatever clocks say: what is left of each is kept,
// so that a restart neither prolongs nor ends one. So do offers to link a computer, of which there is one at a time.
#pragma once

#include <functional>
#include <vector>

#include "core/ids.h"
#include "storage/kv.h"

namespace staffroom {

class OpenInvitations {
  public:
    OpenInvitations(Store& store, std::uint64_t now_ms);

    // Error: io; then it is not remembered.
    Result<> add(const GroupId& group, const InviteKey& invite, std::uint64_t minutes, std::uint64_t now_ms);

    // Whoever shows a new offer takes the earlier one back.
    Result<> offer_link(const InviteKey& offer, std::uint64_t minutes, std::uint64_t now_ms);
    bool has_link_offer(const InviteKey& offer) const;
    Result<> close_link_offers();

    struct Ended {
        GroupId group;
        InviteKey invite;
    };
    // Those whose time is over, for the caller to close.
    std::vector<Ended> ended(std::uint64_t now_ms);
    // What became of that. Forgotten once it is written, or when the group takes no such word from this computer any
    // more; what the disk did not take is tried again a minute later.
    void closed(const InviteKey& invite, const Result<>& written, std::uint64_t now_ms);
    std::uint64_t deadline() const;

  private:
    struct Open {
        GroupId group;  // zero: an offer to link
        InviteKey invite;
        std::uint64_t until_ms = 0;
    };
    Result<> forget(const std::function<bool(const Open&)>& which);
    void keep_times(std::uint64_t now_ms);

    Store& store_;
    std::vector<Open> open_;
    std::uint64_t kept_ms_ = 0;
};

}  // namespace staffroom
