// What the system holds of a file in memory.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <vector>

#include "storage/disk.h"
#include "storage/page_memory.h"

namespace staffroom {

// In whole pages. `size`: of the file, or of its first bytes; more than 0.
inline std::size_t bytes_in_memory(const std::filesystem::path& path, std::size_t size) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    void* const map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number(), 0);
    REQUIRE(map != MAP_FAILED);
    std::vector<unsigned char> pages((size + memory_page_bytes - 1) / memory_page_bytes);
    REQUIRE_EQ(::mincore(map, size, pages.data()), 0);
    ::munmap(map, size);
    const auto held = std::count_if(pages.begin(), pages.end(), [](auto page) { return page & 1; });
    return memory_page_bytes * static_cast<std::size_t>(held);
}

}  // namespace staffroom
