#include "app/courier/stick.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "storage/disk.h"

namespace staffroom::courier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unkept_end = ".part";
// Of a part so much is written, or read, before it goes on its way, or out of the computer's memory: whole parts would push
// out all else, and a stick that begins to write at the end shows no progress.
constexpr std::uint64_t stretch = std::uint64_t{4} << 20;
constexpr std::size_t entries_max = 65'536;  // a folder with more is somebody's joke

Error failed(int error, const fs::path& path) {
    if (is_disk_full(error, path)) return stick_full();
    if (error == EACCES || error == EPERM || error == EROFS) {
        return {Code::refused, "Nothing may be written into " + path.string() + ".",
                "Unlock the stick or choose another folder."};
    }
    if (error == ENOENT || error == ENOTDIR) {
        return {Code::not_found, "There is no folder " + path.string() + ".", "Put the stick in, and check the path."};
    }
    return {Code::io, "The stick does not answer.", "Put it in again, then do the same once more: it goes on."};
}

class File final : public format::Source {
  public:
    File(Descriptor file, std::uint64_t size, fs::path path)
        : file_(std::move(file)), size_(size), path_(std::move(path)) {}
    std::uint64_t size() const override { return size_; }
    Result<Bytes> read(std::uint64_t offset, std::size_t count) override {
        if (offset >= size_) return Bytes{};
        Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset)));
        std::size_t filled = 0;
        while (filled < bytes.size()) {
            const auto got = ::pread(file_.number(), bytes.data() + filled, bytes.size() - filled,
                                     static_cast<off_t>(offset + filled));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return failed(errno, path_);
            if (got == 0) break;
            filled += static_cast<std::size_t>(got);
        }
        bytes.resize(filled);
        if (offset >= read_ + 2 * stretch) {
            (void)::posix_fadvise(file_.number(), static_cast<off_t>(read_), static_cast<off_t>(offset - read_),
                                  POSIX_FADV_DONTNEED);
            read_ = offset;
        }
        return bytes;
    }

  private:
    Descriptor file_;
    std::uint64_t size_;
    std::uint64_t read_ = 0;  // up to here it is out of memory again
    fs::path path_;
};

class FolderStick final : public Stick {
  public:
    FolderStick(Descriptor folder, fs::path path) : folder_(std::move(folder)), path_(std::move(path)) {}

    Result<Listed> list() override {
        Listed listed;
        std::error_code error;
        std::size_t seen = 0;
        for (fs::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
            if (++seen > entries_max) break;
            const auto name = at->path().filename().string();
            const bool unkept = name.ends_with(unkept_end);
            if (!format::is_part_name(unkept ? name.substr(0, name.size() - unkept_end.size()) : name)) continue;
            struct stat facts {};
            const bool plain =
                ::fstatat(folder_.number(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode);
            (unkept ? listed.unkept : plain ? listed.parts : listed.refused).push_back(name);
        }
        if (error) return failed(error.value(), path_);
        for (auto* names : {&listed.parts, &listed.unkept, &listed.refused}) std::sort(names->begin(), names->end());
        return listed;
    }

    Result<std::unique_ptr<format::Source>> open(const std::string& name) override {
        // Without waiting: a pipe would wait for its other end for ever.
        Descriptor file(::openat(folder_.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat facts {};
        if (!file.is_open() && errno != ELOOP) return failed(errno, path_ / name);
        if (!file.is_open() || ::fstat(file.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
            return Error{Code::refused, "Something on the stick is no plain file.", "It was left alone."};
        }
        (void)::posix_fadvise(file.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
        return std::unique_ptr<format::Source>(
            new File(std::move(file), static_cast<std::uint64_t>(facts.st_size), path_ / name));
    }

    Result<> begin(const std::string& name) override {
        begun_ = name;
        const auto unkept = name + std::string(unkept_end);
        ::unlinkat(folder_.number(), unkept.c_str(), 0);
        file_ = Descriptor(
            ::openat(folder_.number(), unkept.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file_.is_open()) return failed(errno, path_);
        written_ = begun_at_ = ended_at_ = 0;
        return Done{};
    }
    Result<> write(ByteView bytes) override {
        if (!write_all(file_.number(), bytes)) return failed(errno, path_);
        written_ += static_cast<off_t>(bytes.size());
        if (written_ - begun_at_ >= static_cast<off_t>(stretch)) send_off();
        return Done{};
    }
    Result<> sync() override {
        if (::fsync(file_.number()) != 0) return failed(errno, path_);
        (void)::posix_fadvise(file_.number(), 0, 0, POSIX_FADV_DONTNEED);
        return Done{};
    }
    Result<std::unique_ptr<format::Source>> open_begun() override { return open(begun_ + std::string(unkept_end)); }
    Result<> keep() override {
        file_ = Descriptor();
        const auto unkept = begun_ + std::string(unkept_end);
        if (::renameat(folder_.number(), unkept.c_str(), folder_.number(), begun_.c_str()) != 0 ||
            ::fsync(folder_.number()) != 0) {
            return failed(errno, path_);
        }
        begun_.clear();
        return Done{};
    }
    void drop() override {
        file_ = Descriptor();
        if (begun_.empty()) return;
        ::unlinkat(folder_.number(), (begun_ + std::string(unkept_end)).c_str(), 0);
        begun_.clear();
    }
    Result<> remove(const std::string& name) override {
        if (::unlinkat(folder_.number(), name.c_str(), 0) != 0 && errno != ENOENT) return failed(errno, path_);
        return Done{};
    }
    std::uint64_t room() const override { return free_bytes(path_); }

  private:
    // The stick writes this stretch while the next is read and sealed. sync() says what failed.
    void send_off() {
        const auto file = file_.number();
        constexpr auto wait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
        (void)::sync_file_range(file, begun_at_, written_ - begun_at_, SYNC_FILE_RANGE_WRITE);
        if (begun_at_ > ended_at_) {
            (void)::sync_file_range(file, ended_at_, begun_at_ - ended_at_, wait);
            (void)::posix_fadvise(file, ended_at_, begun_at_ - ended_at_, POSIX_FADV_DONTNEED);
        }
        ended_at_ = begun_at_;
        begun_at_ = written_;
    }

    Descriptor folder_, file_;
    fs::path path_;
    std::string begun_;
    // Of the begun part: bytes given, those the stick was told to write, those it has written.
    off_t written_ = 0, begun_at_ = 0, ended_at_ = 0;
};

Result<std::unique_ptr<Stick>> open_folder(const fs::path& folder) {
    Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.is_open() && (errno == ELOOP || errno == ENOTDIR)) {
        return Error{Code::refused, folder.string() + " is no folder of its own.", "Use another stick or folder."};
    }
    if (!opened.is_open()) return failed(errno, folder);
    return std::unique_ptr<Stick>(new FolderStick(std::move(opened), folder));
}

}  // namespace

Error stick_full() {
    return {Code::too_large, "The stick is full.", "Free some space on it, then carry once more: it goes on."};
}

Result<std::unique_ptr<Stick>> open_stick(const fs::path& folder, Make make) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        return Error{Code::not_found, "There is no folder " + folder.string() + ".",
                     "Put the stick in, and check the path."};
    }
    const auto ours = folder / "staffroom";
    if (make == Make::yes && ::mkdir(ours.c_str(), 0700) != 0 && errno != EEXIST) return failed(errno, folder);
    if (!fs::exists(fs::symlink_status(ours, error))) {
        return Error{Code::not_found, "There is nothing of Staffroom's in " + folder.string() + ".",
                     "Check the path, or fill it first: staffroom carry"};
    }
    return open_folder(ours);
}

Result<std::unique_ptr<Stick>> open_bag(const fs::path& home) {
    const auto bag = home / "courier";
    if (::mkdir(bag.c_str(), 0700) != 0 && errno != EEXIST) return failed(errno, home);
    return open_folder(bag);
}

}  // namespace staffroom::courier
