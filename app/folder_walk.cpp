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

// Each plain file; `opens` says whether to look into a folder. Names as strings: a path is taken apart whenever it is
// copied, and there may be ten thousand.
template <class Opens, class Take>
Result<> walk(const std::filesystem::path& folder, const Opens& opens, const Take& take) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator at(folder, error);
    auto reached = folder.native();
    for (; !error && at != std::filesystem::recursive_directory_iterator{}; at.increment(error)) {
        reached = at->path().native();
        std::error_code gone;  // deleted meanwhile
        const bool hidden = reached[reached.rfind('/') + 1] == '.';
        const bool is_folder = at->is_directory(gone) && !at->is_symlink(gone);
        if (is_folder && (hidden || !opens(reached))) at.disable_recursion_pending();
        if (!hidden && at->is_regular_file(gone) && !at->is_symlink(gone)) take(reached);
    }
    if (error) return own_file_error(error.value(), reached);
    return Done{};
}

// As paths compare, part by part: what is in "unit 1" comes before "unit 1.md".
void sort(std::vector<std::string>& files) {
    for (auto& file : files) std::ranges::replace(file, '/', '\0');
    std::ranges::sort(files);
    for (auto& file : files) std::ranges::replace(file, '\0', '/');
}

}  // namespace

Result<std::vector<std::string>> files_below(const std::filesystem::path& folder) {
    std::vector<std::string> files;
    const auto walked = walk(
        folder, [](const auto&) { return true; }, [&](const auto& file) { files.push_back(file); });
    if (!walked) return walked.error();
    sort(files);
    return files;
}

Result<FolderWalk> readable_files_below(const std::filesystem::path& folder) {
    FolderWalk found;
    const auto opens = [&](const std::string& inner) {
        if (::access(inner.c_str(), R_OK | X_OK) == 0) return true;
        found.left_out.push_back(own_file_error(errno, inner));
        return false;
    };
    std::vector<std::string> files;
    const auto walked = walk(folder, opens, [&](const auto& file) { files.push_back(file); });
    if (!walked) return walked.error();
    sort(files);
    for (auto& file : files) {
        if (const auto bytes = may_be_taken(file); !bytes) {
            found.left_out.push_back(bytes.error());
        } else {
            found.bytes += *bytes;
            found.files.push_back(std::move(file));
        }
    }
    return found;
}

Result<std::uint64_t> may_be_taken(const std::string& file) {
    struct stat facts {};
    if (::access(file.c_str(), R_OK) != 0 || ::stat(file.c_str(), &facts) != 0) return own_file_error(errno, file);
    const auto bytes = static_cast<std::uint64_t>(facts.st_size);
    if (bytes > limits::file_bytes) return too_large_file(file);
    return bytes;
}

}  // namespace staffroom
