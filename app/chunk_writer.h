// Makes chunks durable on threads of its own, so that a large file keeps neither the line nor an edit waiting for the
// disk: while one batch waits for it, another is written. Values go in and come out; the threads share nothing but the
// folder of chunks.
//
// A chunk that comes out is on the disk, but it is here only once its row is: the node enters it (storage/chunks.h).
// What is lost in between leaves files without a row, as a power cut does.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "storage/chunks.h"

namespace staffroom {

class ChunkWriter {
  public:
    static constexpr std::size_t threads = 2;
    static constexpr std::size_t batches_max = 3;  // under way; bounds what waits in memory

    struct Written {
        std::vector<ChunkId> ids;
        std::optional<Chunks::Staged> staged;  // nothing: the disk did not take them
    };

    // `chunks` outlives the writer. `wake` is called on one of its threads when something can be taken.
    ChunkWriter(const Chunks& chunks, std::function<void()> wake);
    ~ChunkWriter();
    ChunkWriter(const ChunkWriter&) = delete;
    ChunkWriter& operator=(const ChunkWriter&) = delete;

    // Whether put() need not wait.
    bool has_place();
    // Needs chunk_id(bytes) == id for each. Waits while `batches_max` are under way.
    void put(std::vector<GivenChunk> chunks);
    // Nothing waits to be written, but what is being written now.
    bool has_caught_up();
    std::optional<Written> take();
    // Waits until all that was put can be taken.
    void finish();

  private:
    void work();

    const Chunks& chunks_;
    const std::function<void()> wake_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::vector<GivenChunk>> waiting_;
    std::deque<Written> written_;
    std::size_t writing_ = 0;  // threads that are
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace staffroom
