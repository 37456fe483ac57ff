// Chunks that a thread writes to the disk. Another that comes with one of the same waits for it: the file of a chunk is
// written, or given up, by one at a time.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <vector>

#include "core/ids.h"

namespace staffroom {

class UnderWay {
  public:
    // While it lives, those are under way.
    class Claim {
      public:
        Claim(UnderWay& of, std::vector<ChunkId> ids) : of_(of), ids_(std::move(ids)) {
            std::unique_lock lock(of_.mutex_);
            of_.changed_.wait(lock, [&] {
                return std::ranges::none_of(ids_, [&](const ChunkId& id) { return of_.ids_.contains(id); });
            });
            of_.ids_.insert(ids_.begin(), ids_.end());
        }
        ~Claim() {
            {
                const std::lock_guard lock(of_.mutex_);
                for (const auto& id : ids_) of_.ids_.erase(id);
            }
            of_.changed_.notify_all();
        }
        Claim(const Claim&) = delete;
        Claim& operator=(const Claim&) = delete;

      private:
        UnderWay& of_;
        const std::vector<ChunkId> ids_;
    };

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<ChunkId> ids_;
};

}  // namespace staffroom
