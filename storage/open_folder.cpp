#include "storage/open_folder.h"

#include <sys/stat.h>

#include <set>

namespace staffroom {
namespace {

// The one global: POSIX locks, which LMDB uses, belong to the process too.
std::set<std::pair<dev_t, ino_t>>& open_folders() {
    static std::set<std::pair<dev_t, ino_t>> folders;
    return folders;
}

}  // namespace

std::unique_ptr<OpenFolder> OpenFolder::make(const std::filesystem::path& folder) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return nullptr;
    const auto place = std::pair(status.st_dev, status.st_ino);
    if (!open_folders().insert(place).second) return nullptr;
    return std::unique_ptr<OpenFolder>(new OpenFolder(place));
}

OpenFolder::~OpenFolder() { open_folders().erase(place_); }

}  // namespace staffroom
