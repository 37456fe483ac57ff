#include "app/page/incoming.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace staffroom::page {

Result<Incoming> Incoming::begin(const std::filesystem::path& folder, std::uint64_t size) {
    if (free_bytes(folder) < 2 * size + own_need_free_bytes) {
        return {Code::refused, "Disk full.",
                "While it is added this file needs " + std::to_string((2 * size >> 20) + 1) + " MB. Free some space."};
    }
    // All uploads begin on one thread: the name is theirs for a moment, and what a crash left there is written over.
    const auto path = folder / "upload";
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.is_open() || ::unlink(path.c_str()) != 0) return disk_error(errno, path);
    return Incoming(std::move(file), folder);
}

Result<> Incoming::add(ByteView bytes) {
    if (!write_all(file_.number(), bytes)) return disk_error(errno, folder_);
    return Done{};
}

}  // namespace staffroom::page
