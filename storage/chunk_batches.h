// Makes chunks durable, in one transaction with what their arrival brings about (storage/file_refs.h).
#pragma once

#include <deque>
#include <future>

#include "storage/chunks.h"

namespace staffroom {

enum class Take : std::uint8_t {
    all,   // one's own, to which a record will refer
    used,  // colleagues', to which one refers already; the others' files go again
};

// What lies here as that chunk is something else, or cannot be read: no more of it, and it is wanted again by all who use
// it. Error: io.
Result<> lose_chunk(Store& store, const Chunks& chunks, const ChunkId& chunk);

// Chunks that are staged are here from now on. Error: io (disk full).
Result<> enter_chunks(Store& store, const Chunks& chunks, const Chunks::Staged& staged, Take take);

// One batch, which is here when this returns. One's own (Take::all) also take the place of what this disk has spoiled of
// them, so that adding a file once more mends it.
// Needs chunk_id(bytes) == id for each. Error: io (disk full).
Result<> store_chunks(Store& store, const Chunks& chunks, std::vector<GivenChunk> given, Take take = Take::all);

// Batch after batch: while one waits for the disk another is written, each on a thread of its own, and whoever puts makes
// the next. Values go in and come out, and those threads share nothing but the folder of chunks. Several batches are entered
// in one transaction.
class ChunkBatches {
  public:
    // Both outlive it.
    ChunkBatches(Store& store, const Chunks& chunks, Take take) : store_(&store), chunks_(&chunks), take_(take) {}
    ChunkBatches(ChunkBatches&&) = default;
    ChunkBatches& operator=(ChunkBatches&&) = delete;
    // Enters what is on its way: files without a row would be found by nobody before a crash is.
    ~ChunkBatches() { (void)finish(); }

    // They will be here after finish(), if not before. Error: that of an earlier call, or io.
    Result<> put(std::vector<GivenChunk> given);
    // All are here.
    Result<> finish();

  private:
    static constexpr std::size_t staging_max = 3;  // each waits for the disk most of the time

    // Waits for the eldest.
    Result<> take_staged();
    Result<> enter();

    Store* store_;
    const Chunks* chunks_;
    Take take_;
    std::deque<std::future<Result<Chunks::Staged>>> staging_;  // on their way
    Chunks::Staged staged_;                                    // to be entered
};

}  // namespace staffroom
