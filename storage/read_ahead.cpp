#include "storage/read_ahead.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>

#include "storage/cores.h"
#include "storage/disk.h"

namespace staffroom {

static_assert(ReadAhead::head_bytes_max <= memory_page_bytes);

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    expected_.notify_all();
    for (auto& thread : threads_) thread.join();
}

bool ReadAhead::make_place() {
    if (files_.size() < files_max) return true;
    const auto& eldest = files_.front();
    if (eldest.state != State::over || std::chrono::steady_clock::now() - eldest.since < stale_) return false;
    by_id_.erase(eldest.id);
    files_.pop_front();
    return true;
}

bool ReadAhead::expect(const ChunkId& id, const std::filesystem::path& file) {
    {
        const std::lock_guard lock(mutex_);
        if (by_id_.contains(id)) return true;
        if (!make_place()) return false;
        files_.push_back({id, file, State::waiting, nullptr, 0, {}});
        by_id_.emplace(id, std::prev(files_.end()));
        waiting_.push_back(&files_.back());
        if (!start()) {
            waiting_.pop_back();
            by_id_.erase(id);
            files_.pop_back();
            return false;
        }
    }
    expected_.notify_one();
    return true;
}

// False: the system gives not a single thread.
bool ReadAhead::start() {
    try {
        while (threads_.size() < threads) threads_.push_back(without_signals([this] { work(); }));
    } catch (const std::system_error&) {
    }
    return !threads_.empty();
}

std::optional<SharedBytes> ReadAhead::take(ByteView head, const ChunkId& id) {
    assert(head.size() <= head_bytes_max);
    std::unique_lock lock(mutex_);
    auto found = by_id_.find(id);
    if (found == by_id_.end()) return std::nullopt;
    // Another thread may take it meanwhile.
    over_.wait(lock, [&] {
        found = by_id_.find(id);
        return found == by_id_.end() || found->second->state == State::over;
    });
    if (found == by_id_.end()) return std::nullopt;
    const auto file = found->second;
    const auto size = head.size() + file->size;
    const auto room = std::move(file->room);
    files_.erase(file);
    by_id_.erase(found);
    lock.unlock();
    over_.notify_all();
    if (!room) return std::nullopt;
    auto* const begin = room.get() + memory_page_bytes - head.size();
    std::ranges::copy(head, begin);
    return SharedBytes({begin, size}, room);
}

// A byte more than there may be is asked for: with it the end is seen.
std::size_t ReadAhead::file_room_bytes() const { return whole_pages_for(bytes_max_ + 1); }

std::optional<std::size_t> ReadAhead::read(const std::filesystem::path& path, std::uint8_t* into) const {
    // When it was read is worth no write to the disk.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_DIRECT | O_NOATIME | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.is_open()) return std::nullopt;
    std::size_t size = 0;
    // What is not a whole page is the end.
    while (size <= bytes_max_ && size % memory_page_bytes == 0) {
        const auto got = ::pread(file.number(), into + size, file_room_bytes() - size, static_cast<off_t>(size));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    return size <= bytes_max_ ? std::optional(size) : std::nullopt;
}

void ReadAhead::work() {
    for (std::unique_lock lock(mutex_);;) {
        expected_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        auto& file = *waiting_.front();  // nobody erases it before it is over
        waiting_.pop_front();
        file.state = State::reading;
        const auto path = file.path;
        lock.unlock();
        auto room = rooms_.room();
        const auto size = room ? read(path, room.get() + memory_page_bytes) : std::nullopt;
        lock.lock();
        if (size) {
            file.room = std::move(room);
            file.size = *size;
        }
        file.since = std::chrono::steady_clock::now();
        file.state = State::over;
        over_.notify_all();
    }
}

}  // namespace staffroom
