// Reads files before they are asked for, past the system's memory, on threads of its own.
//
// What goes through the system's memory costs the processor twice: for the pages that it comes into, and for copying it out
// of them. What is read again is worth that. A film that is given once goes from the disk to where the network, or a stick,
// takes it from, while the thread that gives does something else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/ids.h"
#include "core/shared_bytes.h"
#include "storage/page_pool.h"

namespace staffroom {

// Any thread may call.
class ReadAhead {
  public:
    static constexpr std::size_t threads = 4;     // so many does the disk put in the order it likes
    static constexpr std::size_t files_max = 32;  // under way, or read and not taken: bounds the memory
    static constexpr std::size_t head_bytes_max = 4'096;

    // Files of more than `bytes_max` are not for this. What nobody has taken for so long makes place for others.
    explicit ReadAhead(std::size_t bytes_max, std::chrono::milliseconds stale = std::chrono::seconds(5))
        : bytes_max_(bytes_max), stale_(stale), rooms_(memory_page_bytes + file_room_bytes()) {}
    // Waits for what is being read.
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    // Begins to read it. False: `files_max` others are here.
    bool expect(const ChunkId& id, const std::filesystem::path& file);
    // All of it behind `head`, once; waits while it is being read. Nothing: it was not expected, or cannot be read in this
    // way, which not every file system can; so it is to be read as files are.
    std::optional<SharedBytes> take(ByteView head, const ChunkId& id);

  private:
    enum class State : std::uint8_t { waiting, reading, over };
    struct File {
        ChunkId id;
        std::filesystem::path path;
        State state = State::waiting;
        std::shared_ptr<std::uint8_t> room;  // a page for the head, then the file; null when it could not be read
        std::size_t size = 0;
        std::chrono::steady_clock::time_point since{};  // over
    };

    bool start();
    bool make_place();
    void work();
    std::size_t file_room_bytes() const;
    // Its size.
    std::optional<std::size_t> read(const std::filesystem::path& path, std::uint8_t* into) const;

    const std::size_t bytes_max_;
    const std::chrono::milliseconds stale_;
    PagePool rooms_;
    std::mutex mutex_;
    std::condition_variable expected_, over_;
    std::list<File> files_;  // the eldest in front
    std::map<ChunkId, std::list<File>::iterator> by_id_;
    std::deque<File*> waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;  // from the first file on
};

}  // namespace staffroom
