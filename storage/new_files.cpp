#include "storage/new_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace staffroom {
namespace {

constexpr int write_only = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW;

// From so many files on, one sync of the whole file system costs less than one for each.
constexpr std::size_t sync_all_from = 6;

// All lie below `folder`.
template <class Paths>
Result<> sync_each(const Paths& paths, const std::filesystem::path& folder) {
    if (paths.size() >= sync_all_from) {
        const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!descriptor.is_open() || ::syncfs(descriptor.number()) != 0) return disk_error(errno, folder);
        return Done{};
    }
    for (const auto& path : paths) {
        const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!descriptor.is_open() || ::fsync(descriptor.number()) != 0) return disk_error(errno, path);
    }
    return Done{};
}

}  // namespace

NewFiles::~NewFiles() {
    if (in_place_) return;
    for (const auto& path : written_) ::unlink(path.c_str());
}

Result<Descriptor> NewFiles::create(const std::filesystem::path& path) {
    auto place = path;
    const auto parent = path.parent_path();
    folders_.insert(parent);
    Descriptor file(::open(path.c_str(), write_only | O_EXCL, 0600));
    if (!file.is_open() && errno == ENOENT) {
        const bool made = ::mkdir(parent.c_str(), 0700) == 0;
        if (!made && errno != EEXIST) return disk_error(errno, parent);
        if (made) folders_.insert(folder_);
        file = Descriptor(::open(path.c_str(), write_only | O_EXCL, 0600));
    }
    if (!file.is_open() && errno == EEXIST) {
        place = part_ / path.filename();
        successors_.emplace_back(place, path);
        file = Descriptor(::open(place.c_str(), write_only | O_TRUNC, 0600));
    }
    if (!file.is_open()) return disk_error(errno, place);
    written_.push_back(std::move(place));
    return file;
}

Result<> NewFiles::put_in_place() {
    if (auto synced = sync_each(written_, folder_); !synced) return synced;
    for (const auto& [place, name] : successors_) {
        bool renamed = ::rename(place.c_str(), name.c_str()) == 0;
        if (!renamed && errno == EISDIR) {
            std::error_code error;
            std::filesystem::remove_all(name, error);
            renamed = ::rename(place.c_str(), name.c_str()) == 0;
        }
        if (!renamed) return disk_error(errno, name);
    }
    in_place_ = true;
    // The file system's own sync has taken the folders along.
    if (written_.size() >= sync_all_from && successors_.empty()) return Done{};
    return sync_each(folders_, folder_);
}

}  // namespace staffroom
