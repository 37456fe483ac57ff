#include "storage/own_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "storage/disk.h"

namespace staffroom {

Error own_file_error(int error, const std::filesystem::path& path) {
    const auto name = in_quotes(path.string());
    if (is_disk_full(error, path)) {
        return {Code::refused, "The disk is full: " + name + " does not fit.",
                "Free some space there, or choose another place."};
    }
    switch (error) {
        case EACCES:
        case EPERM:
        case EROFS:
            return {Code::refused, "You may not open or write " + name + ".",
                    "Choose another place, or ask whose it is for the right."};
        case ENOENT:
            return {Code::not_found, "There is no " + name + ".", "Check the path."};
        case ENOTDIR:
            return {Code::malformed, name + " is no folder.", "Choose a folder."};
        case EISDIR:
            return {Code::malformed, name + " is a folder.", "Choose a file."};
        case ENAMETOOLONG:
            return {Code::malformed, "The name " + name + " is too long.", "Choose a shorter one."};
        case ELOOP:
            return {Code::malformed, name + " is a link that leads nowhere.", "Choose the file itself."};
        case EEXIST:
            return {Code::refused, name + " exists already.", "Choose another name."};
        default:
            return {Code::refused, "The disk reported an error at " + name + ": " + std::strerror(error) + ".",
                    "Try again, or use another disk or stick."};
    }
}

Result<std::string> read_own_file(const std::filesystem::path& path, std::size_t max) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return own_file_error(errno, path);
    return read_own_file(file.number(), path, max);
}

Result<std::string> read_own_file(int descriptor, const std::filesystem::path& name, std::size_t max) {
    std::string text;
    char block[65'536];
    while (true) {
        const auto got = ::read(descriptor, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return own_file_error(errno, name);
        if (got == 0) return text;
        text.append(block, static_cast<std::size_t>(got));
        if (text.size() > max) {
            return {Code::too_large,
                    in_quotes(name.string()) + " is larger than " + std::to_string(max >> 20) + " MiB.",
                    "Shorten it, or add it to the library: staffroom resource add"};
        }
    }
}

}  // namespace staffroom
