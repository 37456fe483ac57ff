#include "app/memory_use.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

namespace staffroom {

std::uint64_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t size = 0, resident = 0;
    statm >> size >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void keep_freed_memory() {
    mallopt(M_MMAP_THRESHOLD, 1 << 20);  // above a chunk, and a frame with one
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

}  // namespace staffroom
