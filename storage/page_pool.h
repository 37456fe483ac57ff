// Rooms of one size, which a disk fills or empties past the system's memory: of huge pages where there are such, and used again
// and again, since new memory costs the processor more than what a disk puts into it by itself. The one that came back first is
// lent first: what a disk has just taken from a room is not written over at once, which took several times as long where the
// disk is another processor's work.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/page_memory.h"

namespace staffroom {

// Any thread may call. Whoever holds a room may outlive the pool.
class PagePool {
  public:
    // `room_bytes`: a multiple of memory_page_bytes.
    explicit PagePool(std::size_t room_bytes);

    // From the beginning of a page; not cleared. It comes back when nobody holds it, and when none is held any more the
    // system has all of the memory back. Null: there is none.
    std::shared_ptr<std::uint8_t> room();

  private:
    struct Rooms {
        std::mutex mutex;
        std::vector<PageMemory> slabs;
        std::deque<std::uint8_t*> spare;
        std::size_t lent = 0;

        void take_back(std::uint8_t* room);
    };

    const std::size_t room_bytes_, slab_bytes_;
    const std::shared_ptr<Rooms> rooms_ = std::make_shared<Rooms>();
};

}  // namespace staffroom
