#include "app/safe_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/text_rules.h"
#include "storage/own_file.h"

namespace staffroom {
namespace {

constexpr unsigned names_max = 100'000;

std::string hidden_name(const std::string& name) { return "." + name + ".staffroom"; }

bool is_taken(int folder, const std::string& name) {
    struct stat facts {};
    return ::fstatat(folder, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

Error too_many() {
    return {Code::refused, "There are too many files of that name in this folder.", "Choose another folder."};
}

// Or new: a plain file that nobody is writing, and that was not given its name while we looked.
bool is_left_behind(int file, int folder, const std::string& hidden) {
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) return false;
    struct stat opened {
    }, named{};
    return ::fstat(file, &opened) == 0 && ::fstatat(folder, hidden.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(opened.st_mode) && opened.st_nlink == 1 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

// Errno of what failed, or 0. Some sticks' file systems cannot refuse to rename over what is there: then it is asked first.
int rename_onto_nothing(int folder, const std::string& from, const std::string& to) {
    if (::renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (is_taken(folder, to)) return EEXIST;
    return ::renameat(folder, from.c_str(), folder, to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

SafeFile::SafeFile(Descriptor file, Descriptor folder, std::filesystem::path hidden, std::string safe, unsigned number)
    : file_(std::move(file)), folder_(std::move(folder)), hidden_(std::move(hidden)), safe_(std::move(safe)) {
    choose(number);
}

SafeFile::~SafeFile() {
    if (file_.is_open() && !kept_) ::unlinkat(folder_.number(), hidden_.filename().c_str(), 0);
}

void SafeFile::choose(unsigned number) {
    number_ = number;
    const auto name = number == 1 ? safe_ : numbered_file_name(safe_, number);
    path_ = hidden_.parent_path() / name;
    warning_ = may_run_when_opened(name) ? "This file can run a program. Open it only if you trust it." : "";
}

Result<> SafeFile::keep() {
    if (::fsync(file_.number()) != 0) return own_file_error(errno, path_);
    for (;;) {
        const auto error = rename_onto_nothing(folder_.number(), hidden_.filename(), path_.filename());
        if (error == 0) break;
        if (error != EEXIST) return own_file_error(error, path_);
        if (number_ == names_max) return too_many();
        choose(number_ + 1);
    }
    kept_ = true;
    if (::fsync(folder_.number()) != 0) return own_file_error(errno, path_);
    return Done{};
}

Result<SafeFolder> SafeFolder::open(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open()) return own_file_error(errno, folder);
    return SafeFolder(std::move(opened), folder);
}

Result<SafeFolder> SafeFolder::within(const std::string& label) const {
    const auto name = safe_file_name(label);
    const auto path = path_ / name;
    if (::mkdirat(folder_.number(), name.c_str(), 0755) != 0 && errno != EEXIST) return own_file_error(errno, path);
    Descriptor opened(::openat(folder_.number(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.is_open()) return own_file_error(errno, path);
    return SafeFolder(std::move(opened), path);
}

Result<SafeFile> SafeFolder::create(const std::string& label) {
    const auto safe = safe_file_name(label);
    for (unsigned number = 1; number <= names_max; ++number) {
        const auto name = number == 1 ? safe : numbered_file_name(safe, number);
        if (is_taken(folder_.number(), name)) continue;
        const auto hidden = hidden_name(name);
        constexpr int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
        Descriptor file(::openat(folder_.number(), hidden.c_str(), flags, 0644));
        if (!file.is_open() && errno != ELOOP && errno != ENXIO) return own_file_error(errno, path_ / name);
        if (!file.is_open() || !is_left_behind(file.number(), folder_.number(), hidden)) continue;
        if (::ftruncate(file.number(), 0) != 0) return own_file_error(errno, path_ / name);
        Descriptor folder(::fcntl(folder_.number(), F_DUPFD_CLOEXEC, 0));
        if (!folder.is_open()) return own_file_error(errno, path_);
        return SafeFile(std::move(file), std::move(folder), path_ / hidden, safe, number);
    }
    return too_many();
}

}  // namespace staffroom
