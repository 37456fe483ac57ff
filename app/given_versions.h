// Which versions of a note this computer has given out last: shown, or written into a file. A file of words
// that comes back is likely made from one of them. A guess's help, never sent: lost, it costs nothing but the guess.
#pragma once

#include <vector>

#include "core/ids.h"
#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom {

class GivenVersions {
  public:
    static constexpr std::size_t kept_max = 8;

    explicit GivenVersions(Store& store) : store_(store) {}

    // Newest first. None when nothing is known.
    std::vector<std::vector<OpRef>> of(keys::GroupNumber group, const RecordId& note) const;
    // Sorted references. One that is known is only written again when it is not the newest.
    void give(keys::GroupNumber group, const RecordId& note, const std::vector<OpRef>& version);

  private:
    Store& store_;
};

}  // namespace staffroom
