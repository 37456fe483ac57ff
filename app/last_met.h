// When each colleague's computer was last met, by this computer's clock: shown, and never believed in.
#pragma once

#include <optional>

#include "core/ids.h"
#include "storage/kv.h"

namespace staffroom {

class LastMet {
  public:
    explicit LastMet(Store& store) : store_(store) {}

    // Wall clock in ms since 1970. What was written in the minute before is near enough.
    Result<> note(const DeviceId& device, std::uint64_t wall_ms);
    std::optional<std::uint64_t> of(const DeviceId& device) const;

  private:
    Store& store_;
};

}  // namespace staffroom
