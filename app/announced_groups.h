// The groups that this computer shows to strangers in its lobby, so that they can ask to join: an organiser chose so, and
// said what the group is for. A computer's own business: what colleagues show is theirs.
#pragma once

#include <vector>

#include "net/lobby_message.h"
#include "storage/replica.h"

namespace staffroom {

class AnnouncedGroups {
  public:
    explicit AnnouncedGroups(Store& store) : store_(store) {}

    // Errors: refused (as many are shown as may be), io.
    Result<> show(const GroupId& group, const std::string& purpose);
    Result<> hide(const GroupId& group);
    bool is_shown(const GroupId& group) const;
    // Those in which this computer may let people in.
    std::vector<net::ShownGroup> all(const Replica& replica) const;

  private:
    Store& store_;
};

}  // namespace staffroom
