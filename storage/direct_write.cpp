#include "storage/direct_write.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "storage/disk.h"
#include "storage/page_memory.h"

namespace staffroom {
namespace {

// A page at a time: copying more at once takes some processors five times as long from certain places.
const std::uint8_t* copied(ByteView pages, std::uint8_t* room) {
    for (std::size_t at = 0; at < pages.size(); at += memory_page_bytes)
        std::memcpy(room + at, pages.data() + at, memory_page_bytes);
    return room;
}

}  // namespace

bool write_past_memory(int descriptor, ByteView bytes, std::uint8_t* room) {
    const auto whole = whole_pages_in(bytes.size());
    const int flags = ::fcntl(descriptor, F_GETFL);
    std::size_t done = 0;
    if (::fcntl(descriptor, F_SETFL, flags | O_DIRECT) == 0) {
        const auto* from = bytes.data();
        if (reinterpret_cast<std::uintptr_t>(from) % memory_page_bytes != 0) from = copied(bytes.first(whole), room);
        while (done < whole) {
            const auto written = ::write(descriptor, from + done, whole - done);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0 && errno == EINVAL) break;  // a file system that only says that it can
            if (written < 0) return false;
            done += static_cast<std::size_t>(written);
        }
        if (::fcntl(descriptor, F_SETFL, flags) != 0) return false;
    }
    return write_all(descriptor, bytes.subspan(done));
}

}  // namespace staffroom
