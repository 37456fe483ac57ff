#include "app/courier/part_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

#include "app/courier/stick_error.h"
#include "storage/cores.h"

namespace staffroom::courier {
namespace {

// The same file, whatever has its name by now.
Descriptor opened_again(const Descriptor& file) {
    const auto path = "/proc/self/fd/" + std::to_string(file.number());
    Descriptor again(::open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
    return again.is_open() ? std::move(again) : Descriptor(::fcntl(file.number(), F_DUPFD_CLOEXEC, 0));
}

}  // namespace

PartFile::PartFile(Descriptor file, std::uint64_t size, std::filesystem::path path)
    : file_(std::move(file)), size_(size), path_(std::move(path)), ahead_file_(opened_again(file_), path_) {
    (void)::posix_fadvise(file_.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

PartFile::~PartFile() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Result<SharedBytes> PartFile::read(std::uint64_t offset, std::size_t count) {
    if (offset >= size_) return SharedBytes();
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset));
    const auto first = offset / stretch_bytes, last = (offset + count - 1) / stretch_bytes;
    if (first != at_) move_to(first);
    asked_ += count;
    next_ = offset + count;
    if (!whole_ || last > first + 1) return read_now(offset, count);
    want(first);
    const auto begin = stretch(first), end = last == first ? begin : stretch(last);
    if (begin.empty() || end.empty()) return read_now(offset, count);
    const auto at = static_cast<std::size_t>(offset % stretch_bytes);
    if (last == first) return SharedBytes(ByteView(begin.data() + at, count), begin.keeper());
    Bytes both(begin.begin() + static_cast<std::ptrdiff_t>(at), begin.end());
    append(both, ByteView(end.data(), count - both.size()));
    return SharedBytes(std::move(both));
}

bool PartFile::is_ready() {
    if (!whole_) return true;
    const auto last = (next_ + net::courier::box_bytes_max) / stretch_bytes;
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(10), [&] {
        const auto missing = std::ranges::find(stretches_, false, &Stretch::over);
        return missing == stretches_.end() || missing->number > last;
    });
}

void PartFile::move_to(std::uint64_t number) {
    whole_ = number == at_ + 1 && asked_ >= stretch_bytes / 2;
    at_ = number;
    asked_ = 0;
    // What was read now is left in the system's memory. From the beginning each time: several pages are kept as one, which
    // stays while a range ends within it.
    (void)::posix_fadvise(file_.number(), 0, static_cast<off_t>(number * stretch_bytes), POSIX_FADV_DONTNEED);
}

// Begins to read it, and those behind it.
void PartFile::want(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    while (!stretches_.empty() && stretches_.front().number < number) stretches_.pop_front();
    if (!stretches_.empty() && stretches_.front().number > number) stretches_.clear();
    const auto end = std::min(number + 1 + ahead, (size_ + stretch_bytes - 1) / stretch_bytes);
    for (auto next = stretches_.empty() ? number : stretches_.back().number + 1; next < end; ++next) {
        if (!start()) return;
        stretches_.push_back({next});
    }
    changed_.notify_all();
}

bool PartFile::start() {
    if (thread_.joinable()) return true;
    try {
        thread_ = without_signals([this] { read_ahead(); });
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

// Waits for it. Empty when it is not read ahead.
SharedBytes PartFile::stretch(std::uint64_t number) {
    std::unique_lock lock(mutex_);
    const auto found = std::ranges::find(stretches_, number, &Stretch::number);
    if (found == stretches_.end()) return {};
    changed_.wait(lock, [&] { return found->over; });
    return found->bytes;
}

Result<SharedBytes> PartFile::read_now(std::uint64_t offset, std::size_t count) {
    // Not zeroed first, as a vector would be.
    const auto bytes = std::make_shared_for_overwrite<std::uint8_t[]>(count);
    std::size_t filled = 0;
    while (filled < count) {
        const auto got =
            ::pread(file_.number(), bytes.get() + filled, count - filled, static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return stick_error(errno, path_);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    return SharedBytes({bytes.get(), filled}, bytes);
}

void PartFile::read_ahead() {
    for (std::unique_lock lock(mutex_);;) {
        auto next = stretches_.end();
        changed_.wait(lock, [&] {
            next = std::ranges::find(stretches_, false, &Stretch::over);
            return stopping_ || next != stretches_.end();
        });
        if (stopping_) return;
        const auto number = next->number;
        lock.unlock();
        auto bytes = read_stretch(number);
        lock.lock();
        // Meanwhile it may be wanted no more.
        const auto wanted = std::ranges::find(stretches_, number, &Stretch::number);
        if (wanted == stretches_.end()) continue;
        wanted->bytes = std::move(bytes);
        wanted->over = true;
        changed_.notify_all();
    }
}

// Empty when it cannot be read: it is asked for piece by piece then, and what is good of it is found.
SharedBytes PartFile::read_stretch(std::uint64_t number) {
    const auto into = rooms_.room();
    if (!into) return {};
    const auto offset = number * stretch_bytes;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(stretch_bytes, size_ - offset));
    const auto read = ahead_file_.read(offset, into.get(), size);
    return read && *read == size ? SharedBytes({into.get(), size}, into) : SharedBytes();
}

}  // namespace staffroom::courier
