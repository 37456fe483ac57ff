// How much of the computer's memory the chunks on its disk may take.
//
// The system keeps in memory what a program has written or read last, as long as nobody else asks for it. A film of a
// gigabyte would push all else out of an old laptop, to be read once more at most; and each of its pages is new memory,
// which costs several times what the copying into it does. So a film goes past it (storage/direct_write.h), only the other
// chunks of late stay there, and their room is used again and again.
#pragma once

#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <mutex>
#include <set>

#include "core/ids.h"

namespace staffroom {

// Lets the system forget what it holds of a file that is synced.
void drop_from_page_cache(const std::filesystem::path& file);

// The chunks of late, by use. Any thread may call.
class PageCacheShare {
  public:
    explicit PageCacheShare(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    // A file that was written and synced (what is not synced stays in memory), or read. Lets the system forget those that
    // were not used for longest, while all together are above the bound.
    void used(const ChunkId& id, const std::filesystem::path& file, std::uint64_t bytes);
    // Whether it is among those.
    bool holds(const ChunkId& id) const;
    // Whether this was asked before, of the last 4,096 that it was asked of: what is read once more is worth its room.
    bool is_read_again(const ChunkId& id);

  private:
    struct Use {
        ChunkId id;
        std::filesystem::path file;
        std::uint64_t bytes;
    };
    const std::uint64_t bytes_max_;
    static constexpr std::size_t read_max = 4'096;

    mutable std::mutex mutex_;
    std::list<Use> uses_;  // the latest in front
    std::map<ChunkId, std::list<Use>::iterator> by_id_;
    std::uint64_t bytes_ = 0;
    std::deque<ChunkId> read_;  // the latest at the end
    std::set<ChunkId> read_of_late_;
};

}  // namespace staffroom
