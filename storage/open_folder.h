// A store's folder while it is open: one process opens each folder once.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <utility>

namespace staffroom {

class OpenFolder {
  public:
    // Nothing when it is open in this process already, or is no folder that can be looked at.
    static std::unique_ptr<OpenFolder> make(const std::filesystem::path& folder);
    ~OpenFolder();
    OpenFolder(const OpenFolder&) = delete;
    OpenFolder& operator=(const OpenFolder&) = delete;

  private:
    using Place = std::pair<dev_t, ino_t>;
    explicit OpenFolder(Place place) : place_(std::move(place)) {}
    Place place_;
};

}  // namespace staffroom
