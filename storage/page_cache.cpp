#include "storage/page_cache.h"

#include <fcntl.h>

#include "storage/disk.h"

namespace staffroom {

// Advice only: a file that is gone, or cannot be opened, needs none.
void drop_from_page_cache(const std::filesystem::path& file) {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (descriptor.is_open()) ::posix_fadvise(descriptor.number(), 0, 0, POSIX_FADV_DONTNEED);
}

void PageCacheShare::used(const ChunkId& id, const std::filesystem::path& file, std::uint64_t bytes) {
    std::list<Use> forgotten;
    {
        const std::lock_guard lock(mutex_);
        const auto known = by_id_.find(id);
        if (known != by_id_.end()) {
            uses_.splice(uses_.begin(), uses_, known->second);
            return;
        }
        uses_.push_front({id, file, bytes});
        by_id_.emplace(id, uses_.begin());
        bytes_ += bytes;
        while (bytes_ > bytes_max_) {
            by_id_.erase(uses_.back().id);
            bytes_ -= uses_.back().bytes;
            forgotten.splice(forgotten.end(), uses_, std::prev(uses_.end()));
        }
    }
    for (const auto& use : forgotten) drop_from_page_cache(use.file);
}

bool PageCacheShare::holds(const ChunkId& id) const {
    const std::lock_guard lock(mutex_);
    return by_id_.contains(id);
}

bool PageCacheShare::is_read_again(const ChunkId& id) {
    const std::lock_guard lock(mutex_);
    if (!read_of_late_.insert(id).second) return true;
    read_.push_back(id);
    if (read_.size() > read_max) {
        read_of_late_.erase(read_.front());
        read_.pop_front();
    }
    return false;
}

}  // namespace staffroom
