// Content of a group that is here and not shown, though it was honest when it was written: set aside by a cut that its
// author had not heard of, or hidden by an organiser. For an organiser to decide about (core/members/changes.h).
#pragma once

#include <vector>

#include "storage/group.h"

namespace staffroom {

struct MaskedContent {
    CommitId id;
    PersonId author;
    std::uint64_t wall_ms = 0;
    bool hidden = false;  // else set aside
};
// In order. Linear in all content; nothing is read where no op can have masked any.
std::vector<MaskedContent> masked_content(ReadTxn& txn, const Group& group);

}  // namespace staffroom
