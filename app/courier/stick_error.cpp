#include "app/courier/stick_error.h"

#include <cerrno>

#include "storage/disk.h"

namespace staffroom::courier {

Error stick_error(int error, const std::filesystem::path& path) {
    if (is_disk_full(error, path)) return stick_full();
    if (error == EACCES || error == EPERM || error == EROFS) {
        return {Code::refused, "Nothing may be written into " + path.string() + ".",
                "Unlock the stick or choose another folder."};
    }
    if (error == ENOENT || error == ENOTDIR) {
        return {Code::not_found, "There is no folder " + path.string() + ".", "Put the stick in, and check the path."};
    }
    return {Code::io, "The stick does not answer.", "Put it in again, then do the same once more: it goes on."};
}

Error stick_full() {
    return {Code::too_large, "The stick is full.", "Free some space on it, then carry once more: it goes on."};
}

}  // namespace staffroom::courier
