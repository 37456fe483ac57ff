// Invitations that end after some minutes of this program's running, whatever clocks say: what is left of each is kept,
// so that a restart neither prolongs nor ends one.
#pragma once

#include <vector>

#include "core/ids.h"
#include "storage/kv.h"

namespace staffroom {

class OpenInvitations {
  public:
    OpenInvitations(Store& store, std::uint64_t now_ms);

    // Error: io; then it is not remembered.
    Result<> add(const GroupId& group, const InviteKey& invite, std::uint64_t minutes, std::uint64_t now_ms);

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
        GroupId group;
        InviteKey invite;
        std::uint64_t until_ms = 0;
    };
    void keep_times(std::uint64_t now_ms);

    Store& store_;
    std::vector<Open> open_;
    std::uint64_t kept_ms_ = 0;
};

}  // namespace staffroom
