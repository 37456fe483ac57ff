// How much of the computer's memory the chunks on its disk may take.
//
// The system keeps in memory what a program has written or read last, as long as nobody else asks for it. A film of a
// gigabyte would push all else out of an old laptop, to be read once more at most; and each of its pages is new memory,
// which costs several times what the copying into it does. So only the chunks of late stay there, and their room is used
// again and again.
#pragma once

#include <filesystem>
#include <list>
#include <map>
#include <mutex>

#include "core/ids.h"

namespace staffroom {

// The chunks of late, by use. Any thread may call.
class PageCacheShare {
  public:
    explicit PageCacheShare(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    // A file that was written and synced (what is not synced stays in memory), or read. Lets the system forget those that
    // were not used for longest, while all together are above the bound.
    void used(const ChunkId& id, const std::filesystem::path& file, std::uint64_t bytes);

  private:
    struct Use {
        ChunkId id;
        std::filesystem::path file;
        std::uint64_t bytes;
    };
    const std::uint64_t bytes_max_;
    std::mutex mutex_;
    std::list<Use> uses_;  // the latest in front
    std::map<ChunkId, std::list<Use>::iterator> by_id_;
    std::uint64_t bytes_ = 0;
};

}  // namespace staffroom
