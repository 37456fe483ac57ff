#include "app/safe_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/text_rules.h"
#include "storage/own_file.h"

namespace staffroom {

SafeFile::~SafeFile() {
    if (file_.is_open() && !kept_) ::unlink(path_.c_str());
}

Result<> SafeFile::keep() {
    if (::fsync(file_.number()) != 0) return own_file_error(errno, path_);
    kept_ = true;
    return Done{};
}

Result<SafeFolder> SafeFolder::open(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open()) return own_file_error(errno, folder);
    return SafeFolder(std::move(opened), folder);
}

Result<SafeFile> SafeFolder::create(const std::string& label) {
    const auto safe = safe_file_name(label);
    constexpr unsigned tries = 100'000;
    for (unsigned number = 1; number <= tries; ++number) {
        const auto name = number == 1 ? safe : numbered_file_name(safe, number);
        Descriptor file(
            ::openat(folder_.number(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
        if (file.is_open()) {
            return SafeFile(
                std::move(file), path_ / name,
                may_run_when_opened(name) ? "This file can run a program. Open it only if you trust it." : "");
        }
        if (errno != EEXIST && errno != ELOOP) return own_file_error(errno, path_ / name);
    }
    return {Code::refused, "There are too many files of that name in this folder.", "Choose another folder."};
}

}  // namespace staffroom
