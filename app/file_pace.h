// How fast files may move on this computer, kept in the profile: a cap and a pause outlast the program.
#pragma once

#include "net/pace.h"
#include "storage/kv.h"

namespace staffroom {

class FilePace {
  public:
    explicit FilePace(Store& store) : store_(store) {}
    // What nobody has set, or what is damaged: as fast as it goes.
    net::Pace read() const;
    Result<> set(const net::Pace& pace);

  private:
    Store& store_;
};

}  // namespace staffroom
