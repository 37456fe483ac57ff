#include "app/courier/stick.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "app/courier/part_file.h"
#include "app/courier/stick_error.h"
#include "storage/disk.h"

namespace staffroom::courier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unkept_end = ".part";
constexpr std::size_t entries_max = 65'536;  // a folder with more is somebody's joke

class FolderStick final : public Stick {
  public:
    FolderStick(Descriptor folder, fs::path path, ReadBack read_back)
        : folder_(std::move(folder)), path_(std::move(path)), read_back_(read_back) {}

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
        return std::unique_ptr<format::Source>(
            new PartFile(std::move(file), static_cast<std::uint64_t>(facts.st_size), path_ / name));
    }

    Result<> begin(const std::string& name) override {
        drop();
        const auto unkept = name + std::string(unkept_end);
        ::unlinkat(folder_.number(), unkept.c_str(), 0);
        auto file = CheckedFile::make(folder_, unkept, path_, read_back_);
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
    ReadBack read_back_;
    std::string begun_;
    std::unique_ptr<CheckedFile> file_;  // of the begun part
};

Result<std::unique_ptr<Stick>> open_folder(const fs::path& folder, ReadBack read_back) {
    Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.is_open() && (errno == ELOOP || errno == ENOTDIR)) {
        return Error{Code::refused, folder.string() + " is no folder of its own.", "Use another stick or folder."};
    }
    if (!opened.is_open()) return stick_error(errno, folder);
    return std::unique_ptr<Stick>(new FolderStick(std::move(opened), folder, read_back));
}

}  // namespace

Result<std::unique_ptr<Stick>> open_stick(const fs::path& folder, Make make, ReadBack read_back) {
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
    return open_folder(ours, read_back);
}

Result<std::unique_ptr<Stick>> open_bag(const fs::path& home) {
    const auto bag = home / "courier";
    if (::mkdir(bag.c_str(), 0700) != 0 && errno != EEXIST) return stick_error(errno, home);
    return open_folder(bag, ReadBack::from_system);
}

}  // namespace staffroom::courier
