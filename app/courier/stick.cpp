#include "app/courier/stick.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "app/courier/checked_file.h"
#include "app/courier/stick_error.h"
#include "storage/disk.h"

namespace staffroom::courier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unkept_end = ".part";
// Of a part so much is read from the stick at once, and goes out of the computer's memory again: whole parts would push
// out all else.
constexpr std::uint64_t stretch = std::uint64_t{4} << 20;
constexpr std::size_t entries_max = 65'536;  // a folder with more is somebody's joke

class File final : public format::Source {
  public:
    File(Descriptor file, std::uint64_t size, fs::path path)
        : file_(std::move(file)), size_(size), path_(std::move(path)) {}
    std::uint64_t size() const override { return size_; }
    Result<SharedBytes> read(std::uint64_t offset, std::size_t count) override {
        if (offset >= size_) return SharedBytes();
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset));
        // Not zeroed first, as a vector would be.
        const auto bytes = std::make_shared_for_overwrite<std::uint8_t[]>(size);
        std::size_t filled = 0;
        while (filled < size) {
            const auto got =
                ::pread(file_.number(), bytes.get() + filled, size - filled, static_cast<off_t>(offset + filled));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return stick_error(errno, path_);
            if (got == 0) break;
            filled += static_cast<std::size_t>(got);
        }
        asked_ += size;
        if (offset >= read_ + stretch) move_on(offset);
        return SharedBytes({bytes.get(), filled}, bytes);
    }

  private:
    void move_on(std::uint64_t offset) {
        const auto advise = [&](std::uint64_t from, std::uint64_t to, int what) {
            (void)::posix_fadvise(file_.number(), static_cast<off_t>(from), static_cast<off_t>(to - from), what);
        };
        // Where only the heads of boxes are read, since what is in them is here, the stick need not give the rest.
        if (2 * asked_ >= stretch) advise(offset, std::min(size_, offset + 2 * stretch), POSIX_FADV_WILLNEED);
        // From the beginning each time: several pages are kept as one, which stays while a range ends within it.
        if (offset > stretch) advise(0, offset - stretch, POSIX_FADV_DONTNEED);
        read_ = offset;
        asked_ = 0;
    }

    Descriptor file_;
    std::uint64_t size_;
    std::uint64_t read_ = 0;   // where it moved on last
    std::uint64_t asked_ = 0;  // bytes since then
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
        if (error) return stick_error(error.value(), path_);
        for (auto* names : {&listed.parts, &listed.unkept, &listed.refused}) std::sort(names->begin(), names->end());
        return listed;
    }

    Result<std::unique_ptr<format::Source>> open(const std::string& name) override {
        // Without waiting: a pipe would wait for its other end for ever.
        Descriptor file(::openat(folder_.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat facts {};
        if (!file.is_open() && errno != ELOOP) return stick_error(errno, path_ / name);
        if (!file.is_open() || ::fstat(file.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
            return Error{Code::refused, "Something on the stick is no plain file.", "It was left alone."};
        }
        (void)::posix_fadvise(file.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
        return std::unique_ptr<format::Source>(
            new File(std::move(file), static_cast<std::uint64_t>(facts.st_size), path_ / name));
    }

    Result<> begin(const std::string& name) override {
        drop();
        const auto unkept = name + std::string(unkept_end);
        ::unlinkat(folder_.number(), unkept.c_str(), 0);
        auto file = CheckedFile::make(folder_, unkept, path_);
        if (!file) return file.error();
        file_ = std::move(*file);
        begun_ = name;
        return Done{};
    }
    Result<> write(ByteView bytes) override { return file_->write(bytes); }
    bool is_ready() override { return !file_ || file_->is_ready(); }
    Result<bool> keep() override {
        const auto finished = file_->finish();
        if (!finished) return drop(), finished.error();
        if (!*finished) return false;
        file_.reset();
        const auto unkept = begun_ + std::string(unkept_end);
        if (::renameat(folder_.number(), unkept.c_str(), folder_.number(), begun_.c_str()) != 0 ||
            ::fsync(folder_.number()) != 0) {
            const auto error = errno;
            return drop(), stick_error(error, path_);
        }
        begun_.clear();
        return true;
    }
    void drop() override {
        file_.reset();
        if (begun_.empty()) return;
        ::unlinkat(folder_.number(), (begun_ + std::string(unkept_end)).c_str(), 0);
        begun_.clear();
    }
    Result<> remove(const std::string& name) override {
        if (::unlinkat(folder_.number(), name.c_str(), 0) != 0 && errno != ENOENT) return stick_error(errno, path_);
        return Done{};
    }
    std::uint64_t room() const override {
        const auto free = free_bytes(path_), waits = file_ ? file_->unwritten() : 0;
        return free - std::min(free, waits);
    }

  private:
    Descriptor folder_;
    fs::path path_;
    std::string begun_;
    std::unique_ptr<CheckedFile> file_;  // of the begun part
};

Result<std::unique_ptr<Stick>> open_folder(const fs::path& folder) {
    Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.is_open() && (errno == ELOOP || errno == ENOTDIR)) {
        return Error{Code::refused, folder.string() + " is no folder of its own.", "Use another stick or folder."};
    }
    if (!opened.is_open()) return stick_error(errno, folder);
    return std::unique_ptr<Stick>(new FolderStick(std::move(opened), folder));
}

}  // namespace

Result<std::unique_ptr<Stick>> open_stick(const fs::path& folder, Make make) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        return Error{Code::not_found, "There is no folder " + folder.string() + ".",
                     "Put the stick in, and check the path."};
    }
    const auto ours = folder / "staffroom";
    if (make == Make::yes && ::mkdir(ours.c_str(), 0700) != 0 && errno != EEXIST) return stick_error(errno, folder);
    if (!fs::exists(fs::symlink_status(ours, error))) {
        return Error{Code::not_found, "There is nothing of Staffroom's in " + folder.string() + ".",
                     "Check the path, or fill it first: staffroom carry"};
    }
    return open_folder(ours);
}

Result<std::unique_ptr<Stick>> open_bag(const fs::path& home) {
    const auto bag = home / "courier";
    if (::mkdir(bag.c_str(), 0700) != 0 && errno != EEXIST) return stick_error(errno, home);
    return open_folder(bag);
}

}  // namespace staffroom::courier
