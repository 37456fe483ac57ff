#include "storage/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace staffroom {
namespace {
// Below this a failed write is taken for a full disk: LMDB reports a short write as EIO.
constexpr std::uint64_t nothing_free_bytes = std::uint64_t{16} << 20;

const char* unfit_kind(std::uint32_t magic) {
    switch (magic) {
        case 0x6969:
            return "a network folder (NFS)";
        case 0x517B:      // SMB
        case 0xFF534D42:  // CIFS
        case 0xFE534D42:  // SMB2
            return "a network folder (Windows share)";
        case 0x65735546:
            return "a folder of another program (FUSE)";
        case 0x4D44:
            return "a memory stick or disk formatted as FAT";
        case 0x2011BAB0:
            return "a memory stick or disk formatted as exFAT";
        default:
            return nullptr;
    }
}
}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

bool is_disk_full(int error, const std::filesystem::path& path) {
    return error == ENOSPC || error == EDQUOT || (error == EIO && free_bytes(path) < nothing_free_bytes);
}

Error disk_error(int error, const std::filesystem::path& path) {
    if (is_disk_full(error, path)) {
        return {Code::io, "Disk full.", "Free some space, then try again. What was saved before is safe."};
    }
    if (error == EACCES || error == EPERM || error == EROFS) {
        return {Code::refused, "This program may not write to " + path.string() + ".",
                "Give yourself the right to write there, or choose another folder."};
    }
    if (error == ENOENT) return {Code::not_found, "There is no " + path.string() + ".", "Check the path."};
    return {Code::io, "The disk reported an error at " + path.string() + ": " + std::strerror(error) + ".",
            "Check the disk, and keep a copy of your work elsewhere."};
}

std::uint64_t free_bytes(const std::filesystem::path& path) {
    struct statvfs facts {};
    if (::statvfs(path.c_str(), &facts) != 0) return 0;
    return std::uint64_t{facts.f_bavail} * facts.f_frsize;
}

Room room_for(std::uint64_t free) {
    return free >= files_need_free_bytes        ? Room::for_all
           : free >= colleagues_need_free_bytes ? Room::for_changes
           : free >= own_need_free_bytes        ? Room::for_own
                                                : Room::none;
}

Result<FolderFacts> facts_of(const std::filesystem::path& folder) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return disk_error(errno, folder);
    if (!S_ISDIR(status.st_mode)) {
        return {Code::refused, folder.string() + " is not a folder.", "Choose a folder for the profile."};
    }
    struct statfs kind {};
    if (::statfs(folder.c_str(), &kind) != 0) return disk_error(errno, folder);
    FolderFacts facts;
    facts.owner = status.st_uid;
    facts.user = ::geteuid();
    facts.mode = status.st_mode & 07777;
    facts.writable = ::access(folder.c_str(), W_OK) == 0;
    facts.magic = static_cast<std::uint32_t>(kind.f_type);
    return facts;
}

Result<> judge_folder(const FolderFacts& facts, const std::filesystem::path& folder) {
    const auto name = folder.string();
    if (const auto* kind = unfit_kind(facts.magic)) {
        return {Code::refused, name + " lies on " + kind + ", where work can be lost.",
                "Keep the profile on this computer's own disk. To take work along, use: staffroom carry."};
    }
    if (facts.owner != facts.user) {
        return {Code::refused, name + " belongs to another user of this computer.",
                "Start the program as that user, or choose another folder."};
    }
    if ((facts.mode & 077) != 0) {
        return {Code::refused, "Other users of this computer can open " + name + ".", "Run: chmod 700 '" + name + "'"};
    }
    if (!facts.writable || (facts.mode & 0300) != 0300) {
        return {Code::refused, name + " cannot be written to.",
                "Run: chmod 700 '" + name + "', or choose another folder."};
    }
    return Done{};
}

Result<> make_folder(const std::filesystem::path& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) {
        const auto parent = folder.parent_path();
        return sync_folder(parent.empty() ? "." : parent);
    }
    if (errno != EEXIST) return disk_error(errno, folder);
    return Done{};
}

Result<> append_file(const std::filesystem::path& path, std::size_t max, Bytes& behind) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (!file.is_open() || ::fstat(file.number(), &status) != 0) return disk_error(errno, path);
    if (!S_ISREG(status.st_mode))
        return {Code::refused, path.string() + " is not a plain file.", "Put a plain file in its place."};
    const auto before = behind.size();
    const auto give_up = [&](Error error) -> Result<> {
        behind.resize(before);
        return error;
    };
    for (;;) {
        const auto at = behind.size() - before;
        if (at > max)
            return give_up({Code::too_large, path.string() + " is too large.", "Look whether it is the right file."});
        // One byte more than there should be: with it the end is seen.
        const auto expected = std::min(max, static_cast<std::size_t>(status.st_size));
        behind.resize(before + (at <= expected ? expected + 1 : at + 4096));
        const auto got = ::read(file.number(), behind.data() + before + at, behind.size() - before - at);
        if (got < 0 && errno != EINTR) return give_up(disk_error(errno, path));
        behind.resize(before + at + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0) return Done{};
    }
}

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max) {
    Bytes bytes;
    if (auto read = append_file(path, max, bytes); !read) return read.error();
    return bytes;
}

bool write_all(int descriptor, ByteView bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

Result<> replace_file(const std::filesystem::path& path, ByteView bytes) {
    auto temporary = path;
    temporary += ".part";
    {
        const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!file.is_open()) return disk_error(errno, path);
        if (!write_all(file.number(), bytes) || ::fsync(file.number()) != 0) {
            const auto error = disk_error(errno, path);
            ::unlink(temporary.c_str());
            return error;
        }
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) return disk_error(errno, path);
    return sync_folder(path.parent_path());
}

Result<> sync_folder(const std::filesystem::path& folder) {
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor.is_open() || ::fsync(descriptor.number()) != 0) return disk_error(errno, folder);
    return Done{};
}

void keep_reserve(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) == reserve_bytes) return;
    if (free_bytes(file.parent_path()) < own_need_free_bytes + reserve_bytes) return;
    const Descriptor reserve(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (reserve.is_open() && ::posix_fallocate(reserve.number(), 0, static_cast<off_t>(reserve_bytes)) != 0) {
        ::unlink(file.c_str());
    }
}

bool release_reserve(const std::filesystem::path& file) { return ::unlink(file.c_str()) == 0; }

void explain_bus_errors() {
    struct sigaction action {};
    action.sa_handler = [](int) {
        // Only calls that are allowed in a signal handler.
        static constexpr char words[] =
            "The storage file is damaged, or its disk was taken away.\nRun: staffroom repair\n";
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, words, sizeof words - 1);
        ::_exit(74);
    };
    ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace staffroom
