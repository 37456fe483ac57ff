// Memory of whole pages, as the system asks for it when a file is read past its own memory (O_DIRECT).
#pragma once

#include <sys/mman.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace staffroom {

inline constexpr std::size_t memory_page_bytes = 4'096;  // a multiple of what any disk asks for

// Rounded down, and up, to whole pages.
constexpr std::size_t whole_pages_in(std::size_t bytes) { return bytes / memory_page_bytes * memory_page_bytes; }
constexpr std::size_t whole_pages_for(std::size_t bytes) { return whole_pages_in(bytes + memory_page_bytes - 1); }

struct FreePages {
    void operator()(std::uint8_t* pages) const { std::free(pages); }
};
using PageMemory = std::unique_ptr<std::uint8_t, FreePages>;

inline constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

// Of huge pages where the system has them; not cleared. `bytes`: a multiple of huge_page_bytes. Null: there is none. One
// request to a disk lists so many pages at most, often 256: of small ones that is 1 MiB, so reading more takes several
// requests.
inline PageMemory huge_page_memory(std::size_t bytes) {
    assert(bytes % huge_page_bytes == 0);
    auto* const pages = std::aligned_alloc(huge_page_bytes, bytes);
    if (pages) (void)::madvise(pages, bytes, MADV_HUGEPAGE);
    return PageMemory(static_cast<std::uint8_t*>(pages));
}

}  // namespace staffroom
