#include "app/invitation_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "core/limits.h"
#include "storage/own_file.h"

namespace staffroom {
namespace {

namespace fs = std::filesystem;

constexpr const char* first_word = "invitation";
constexpr std::size_t bytes_max = 2 * limits::invitation_bytes;  // with what a mail program or an editor put around it

// A stick is a stranger's: no link and no pipe is opened.
std::vector<fs::path> invitations_in(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        const auto name = at->path().filename().string();
        std::error_code gone;
        const bool is_one = name.starts_with(first_word) && name.ends_with(".txt") &&
                            fs::is_regular_file(fs::symlink_status(at->path(), gone));
        if (is_one) found.push_back(at->path());
    }
    return found;
}

}  // namespace

Result<SafeFile> begin_invitation_file(const fs::path& folder, const std::string& group) {
    std::error_code gone;
    if (!fs::is_directory(folder, gone)) {
        return {Code::not_found, "There is no folder " + folder.string() + ".",
                "Put the stick in, and check the path."};
    }
    auto ours = SafeFolder::open(folder / "staffroom");
    if (!ours) return ours.error();
    return ours->create(std::string(first_word) + " to " + group + ".txt");
}

Result<> keep_invitation(SafeFile& file, const std::string& invitation) {
    if (!write_all(file.descriptor(), view_of(invitation + "\n"))) return own_file_error(errno, file.path());
    return file.keep();
}

Result<std::string> read_invitation(const fs::path& path) {
    auto file = path;
    std::error_code gone;
    if (fs::is_directory(path, gone)) {
        auto found = invitations_in(path / "staffroom");
        std::ranges::move(invitations_in(path), std::back_inserter(found));
        if (found.empty()) {
            return {Code::not_found, "There is no invitation in " + path.string() + ".",
                    "Your colleague puts one there: staffroom invite GROUP --to DIR"};
        }
        if (found.size() > 1) {
            std::ranges::sort(found);
            std::string names;
            for (const auto& each : found) names += (names.empty() ? "" : ", ") + in_quotes(each.filename().string());
            return {Code::refused, "There are several invitations: " + names + ".", "Give the one that you want."};
        }
        file = found.front();
    }
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!opened.is_open()) return own_file_error(errno, file);
    auto words = read_own_file(opened.number(), file, bytes_max);
    if (!words && words.code() == Code::too_large) {
        return {Code::malformed, in_quotes(file.string()) + " is no invitation.", "Choose another file."};
    }
    return words;
}

}  // namespace staffroom
