#include "app/courier/uncached_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "app/courier/stick_error.h"
#include "storage/page_memory.h"

namespace staffroom::courier {

UncachedFile::UncachedFile(Descriptor file, std::filesystem::path path)
    : file_(std::move(file)),
      path_(std::move(path)),
      past_memory_((::fcntl(file_.number(), F_GETFL) & O_DIRECT) != 0) {}

void UncachedFile::advise(std::uint64_t offset, std::size_t bytes, int what) const {
    (void)::posix_fadvise(file_.number(), static_cast<off_t>(offset), static_cast<off_t>(bytes), what);
}

Result<std::size_t> UncachedFile::read(std::uint64_t offset, std::uint8_t* room, std::size_t bytes) {
    const auto asked = whole_pages_for(bytes);
    if (!past_memory_) advise(offset, asked, POSIX_FADV_WILLNEED);
    std::size_t filled = 0;
    while (filled < bytes) {
        const auto got = ::pread(file_.number(), room + filled, asked - filled, static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EINVAL && past_memory_) {  // it can only be opened so there
            past_memory_ = ::fcntl(file_.number(), F_SETFL, ::fcntl(file_.number(), F_GETFL) & ~O_DIRECT) != 0;
            if (!past_memory_) continue;
        }
        if (got < 0) return stick_error(errno, path_);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    if (!past_memory_) advise(offset, asked, POSIX_FADV_DONTNEED);
    return std::min(filled, bytes);
}

}  // namespace staffroom::courier
