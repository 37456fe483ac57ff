#include "storage/page_pool.h"

namespace staffroom {

PagePool::PagePool(std::size_t room_bytes)
    : room_bytes_(room_bytes), slab_bytes_((room_bytes + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes) {
    assert(room_bytes % memory_page_bytes == 0);
}

std::shared_ptr<std::uint8_t> PagePool::room() {
    std::unique_lock lock(rooms_->mutex);
    auto& spare = rooms_->spare;
    if (spare.empty()) {
        auto slab = huge_page_memory(slab_bytes_);
        if (!slab) return nullptr;
        for (std::size_t at = 0; at + room_bytes_ <= slab_bytes_; at += room_bytes_) spare.push_back(slab.get() + at);
        rooms_->slabs.push_back(std::move(slab));
    }
    auto* const room = spare.front();
    spare.pop_front();
    ++rooms_->lent;
    lock.unlock();  // what follows may fail, and then gives it back
    return {room, [rooms = rooms_](std::uint8_t* back) { rooms->take_back(back); }};
}

void PagePool::Rooms::take_back(std::uint8_t* room) {
    const std::lock_guard lock(mutex);
    spare.push_back(room);
    if (--lent > 0) return;
    spare.clear();
    slabs.clear();
}

}  // namespace staffroom
