#include "app/courier/checked_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include "app/courier/stick_error.h"
#include "storage/cores.h"

namespace staffroom::courier {
namespace {

constexpr std::chrono::milliseconds moment{10};

Error not_as_written() { return {Code::io, "What was written to the stick does not read back.", "Use another stick."}; }

Error no_memory() {
    return {Code::busy, "There is not enough free memory to fill a stick.", "Close other programs and try again."};
}

}  // namespace

ReadBack read_back_of(const std::filesystem::path& folder, const std::filesystem::path& home) {
    const auto device = [](const std::filesystem::path& path) {
        struct stat facts {};
        return ::stat(path.c_str(), &facts) == 0 ? std::optional(facts.st_dev) : std::nullopt;
    };
    const auto there = device(folder);
    return there && there == device(home) ? ReadBack::from_system : ReadBack::from_stick;
}

Result<std::unique_ptr<CheckedFile>> CheckedFile::make(const Descriptor& folder, const std::string& name,
                                                       const std::filesystem::path& path, ReadBack read_back) {
    constexpr int ours = O_NOFOLLOW | O_CLOEXEC;
    Descriptor out(::openat(folder.number(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | ours, 0600));
    if (!out.is_open()) return stick_error(errno, path);
    Descriptor in;
    if (read_back == ReadBack::from_stick) {
        in = Descriptor(::openat(folder.number(), name.c_str(), O_RDONLY | O_DIRECT | ours));
    }
    // Not every file system can.
    if (!in.is_open()) in = Descriptor(::openat(folder.number(), name.c_str(), O_RDONLY | ours));
    if (!in.is_open()) return stick_error(errno, path);
    std::unique_ptr<CheckedFile> file(new CheckedFile(std::move(out), std::move(in), read_back, path));
    if (!file->start()) return no_memory();
    return file;
}

CheckedFile::CheckedFile(Descriptor out, Descriptor in, ReadBack read_back, const std::filesystem::path& path)
    : out_(std::move(out)),
      read_back_(read_back),
      path_(path),
      in_(std::move(in), path),
      room_(huge_page_memory(stretch_bytes)) {}

// False: the system gives no memory, or no thread.
bool CheckedFile::start() {
    if (!room_) return false;
    try {
        writing_ = without_signals([this] { write_all_out(); });
        comparing_ = without_signals([this] { compare_all(); });
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

CheckedFile::~CheckedFile() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (auto* thread : {&writing_, &comparing_}) {
        if (thread->joinable()) thread->join();
    }
}

Result<> CheckedFile::write(ByteView bytes) {
    while (!bytes.empty()) {
        if (next_.bytes.capacity() == 0) next_.bytes = room_for_next();
        const auto some = bytes.first(std::min(bytes.size(), stretch_bytes - next_.bytes.size()));
        append(next_.bytes, some);
        bytes = bytes.subspan(some.size());
        if (next_.bytes.size() < stretch_bytes) break;
        const auto end = next_.offset + stretch_bytes;
        put(std::exchange(next_, {end, {}}));
    }
    const std::lock_guard lock(mutex_);
    return failed_ ? Result<>(*failed_) : Result<>(Done{});
}

Bytes CheckedFile::room_for_next() {
    const std::lock_guard lock(mutex_);
    Bytes room;
    if (!spare_.empty()) {
        room = std::move(spare_.back());
        spare_.pop_back();
        room.clear();
    }
    room.reserve(stretch_bytes);
    return room;
}

void CheckedFile::put(Stretch stretch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ < stretches_max || failed_; });
    if (failed_) return;
    ++under_way_;
    waiting_.push_back(std::move(stretch));
    lock.unlock();
    changed_.notify_all();
}

bool CheckedFile::is_ready() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, moment, [&] { return under_way_ < stretches_max || failed_; });
}

Result<bool> CheckedFile::finish() {
    if (!next_.bytes.empty()) put(std::exchange(next_, {}));
    std::unique_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, moment, [&] { return done_ || failed_; });
    if (failed_) return *failed_;
    return done_;
}

std::uint64_t CheckedFile::unwritten() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t bytes = next_.bytes.size();
    for (const auto& stretch : waiting_) bytes += stretch.bytes.size();
    return bytes;
}

bool CheckedFile::failed(const Result<>& result) {
    if (result) return false;
    const std::lock_guard lock(mutex_);
    if (!failed_) failed_ = result.error();
    changed_.notify_all();
    return true;
}

void CheckedFile::write_all_out() {
    for (std::unique_lock lock(mutex_);;) {
        changed_.wait(lock, [&] { return is_over() || !waiting_.empty() || ended_; });
        if (is_over()) return;
        if (waiting_.empty()) break;
        auto stretch = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        if (failed(write_out(stretch))) return;
        lock.lock();
        told_.push_back(std::move(stretch));
        changed_.notify_all();
    }
    if (::fsync(out_.number()) != 0) return (void)failed(stick_error(errno, path_));
    const std::lock_guard lock(mutex_);
    synced_ = true;
    changed_.notify_all();
}

void CheckedFile::compare_all() {
    for (std::unique_lock lock(mutex_);;) {
        changed_.wait(lock, [&] { return is_over() || told_.size() > 1 || synced_; });
        if (is_over()) return;
        if (told_.empty()) break;
        auto stretch = std::move(told_.front());
        told_.pop_front();
        lock.unlock();
        if (failed(compare(stretch))) return;
        lock.lock();
        --under_way_;
        spare_.push_back(std::move(stretch.bytes));
        changed_.notify_all();
    }
    if (failed(look_again())) return;
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
}

Result<> CheckedFile::write_out(const Stretch& stretch) {
    if (!write_all(out_.number(), stretch.bytes)) return stick_error(errno, path_);
    // The stick begins. fsync() says what failed.
    (void)::sync_file_range(out_.number(), static_cast<off_t>(stretch.offset), static_cast<off_t>(stretch.bytes.size()),
                            SYNC_FILE_RANGE_WRITE);
    return Done{};
}

Result<> CheckedFile::compare(const Stretch& stretch) {
    const auto offset = static_cast<off_t>(stretch.offset), size = static_cast<off_t>(stretch.bytes.size());
    constexpr auto wait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    (void)::sync_file_range(out_.number(), offset, size, wait);
    // Out of the system's memory: it is to come from the stick.
    if (read_back_ == ReadBack::from_stick) (void)::posix_fadvise(out_.number(), offset, size, POSIX_FADV_DONTNEED);
    if (auto same = reads(stretch.offset, stretch.bytes); !same) return same;
    if (read_back_ == ReadBack::from_system) return Done{};
    const auto last_page = whole_pages_in(stretch.bytes.size() - 1);
    glances_.push_back({stretch.offset + last_page, copy_of(ByteView(stretch.bytes).subspan(last_page))});
    return Done{};
}

Result<> CheckedFile::look_again() {
    (void)::posix_fadvise(out_.number(), 0, 0, POSIX_FADV_DONTNEED);
    for (const auto& glance : glances_) {
        if (auto same = reads(glance.offset, glance.bytes); !same) return same;
    }
    return Done{};
}

// From the beginning of a page.
Result<> CheckedFile::reads(std::uint64_t offset, ByteView expected) {
    const auto read = in_.read(offset, room_.get(), expected.size());
    if (!read) return read.error();
    const bool same = *read == expected.size() && std::memcmp(room_.get(), expected.data(), expected.size()) == 0;
    return same ? Result<>(Done{}) : not_as_written();
}

}  // namespace staffroom::courier
