#include "app/folder_walk.h"

#include <algorithm>

#include "storage/own_file.h"

namespace staffroom {

Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    std::filesystem::recursive_directory_iterator at(folder, error);
    auto reached = folder;
    for (; !error && at != std::filesystem::recursive_directory_iterator{}; at.increment(error)) {
        reached = at->path();
        std::error_code gone;  // deleted meanwhile
        const bool hidden = reached.filename().string().starts_with('.');
        if (hidden && at->is_directory(gone)) at.disable_recursion_pending();
        if (!hidden && at->is_regular_file(gone) && !at->is_symlink(gone)) files.push_back(reached);
    }
    if (error) return own_file_error(error.value(), reached);
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace staffroom
