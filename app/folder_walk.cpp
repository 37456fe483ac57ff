#include "app/folder_walk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/limits.h"
#include "storage/file_copy.h"
#include "storage/own_file.h"

namespace staffroom {

namespace {

// Each plain file; `opens` says whether to look into a folder.
template <class Opens, class Take>
Result<> walk(const std::filesystem::path& folder, const Opens& opens, const Take& take) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator at(folder, error);
    auto reached = folder;
    for (; !error && at != std::filesystem::recursive_directory_iterator{}; at.increment(error)) {
        reached = at->path();
        std::error_code gone;  // deleted meanwhile
        const bool hidden = reached.filename().string().starts_with('.');
        const bool is_folder = at->is_directory(gone) && !at->is_symlink(gone);
        if (is_folder && (hidden || !opens(reached))) at.disable_recursion_pending();
        if (!hidden && at->is_regular_file(gone) && !at->is_symlink(gone)) take(reached);
    }
    if (error) return own_file_error(error.value(), reached);
    return Done{};
}

}  // namespace

Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    const auto walked = walk(
        folder, [](const auto&) { return true; }, [&](const auto& file) { files.push_back(file); });
    if (!walked) return walked.error();
    std::sort(files.begin(), files.end());
    return files;
}

Result<FolderWalk> readable_files_below(const std::filesystem::path& folder) {
    FolderWalk found;
    const auto opens = [&](const std::filesystem::path& inner) {
        if (::access(inner.c_str(), R_OK | X_OK) == 0) return true;
        found.left_out.push_back(own_file_error(errno, inner));
        return false;
    };
    std::vector<std::filesystem::path> files;
    const auto walked = walk(folder, opens, [&](const auto& file) { files.push_back(file); });
    if (!walked) return walked.error();
    std::sort(files.begin(), files.end());
    for (auto& file : files) {
        if (const auto may = may_be_taken(file); !may) {
            found.left_out.push_back(may.error());
        } else {
            found.files.push_back(std::move(file));
        }
    }
    return found;
}

Result<> may_be_taken(const std::filesystem::path& file) {
    struct stat facts {};
    if (::access(file.c_str(), R_OK) != 0 || ::stat(file.c_str(), &facts) != 0) return own_file_error(errno, file);
    if (static_cast<std::uint64_t>(facts.st_size) > limits::file_bytes) return too_large_file(file);
    return Done{};
}

}  // namespace staffroom
