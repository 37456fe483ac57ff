// Files between the teacher's folders and the chunks. One chunk is in memory at a time, or three batches of 8 MiB on their way
// to the disk, and each step is short, so that a large file never holds up the rest.
#pragma once

#include <filesystem>
#include <functional>

#include "storage/chunk_batches.h"
#include "storage/disk.h"
#include "storage/page_pool.h"

namespace staffroom {

Error too_large_file(const std::filesystem::path& path);

// Takes a file in, a batch at a step:
//     auto intake = FileIntake::open(...); while (!intake->is_done()) intake->step(store, chunks); intake->file()
// While one batch is made durable the next is read and sealed, on as many threads as there are processors.
// Stopped half way it leaves chunks that nobody uses, and a second try finds them stored already.
class FileIntake {
  public:
    // Links are followed here: this is the teacher's own choice of a file. The name and media type are what others see.
    // Errors: not_found; refused (not a plain file, no right to read); too_large.
    static Result<FileIntake> open(const std::filesystem::path& path, const SymmetricKey& file_key, std::string name,
                                   std::string media_type);

    // Reads up to 8 MiB and stores those of the step before. Refuses when the disk has no room for what is left of the
    // file, so that nothing is begun that cannot end, and the reserve of a full disk is not spent on it.
    // Errors: refused (disk full), io, busy (it was written to meanwhile), too_large (it grew above 4 GiB).
    Result<> step(Store& store, const Chunks& chunks);
    bool is_done() const { return done_; }
    std::uint64_t bytes_done() const { return bytes_done_; }
    std::uint64_t bytes_total() const { return bytes_total_; }
    const FileRef& file() const { return file_; }  // once is_done()

  private:
    FileIntake(Descriptor source, std::filesystem::path path, const SymmetricKey& file_key, FileMaker maker,
               std::uint64_t bytes_total, std::uint64_t changed);
    bool was_written_to() const;
    Result<std::vector<GivenChunk>> next_batch();

    Descriptor source_;
    std::filesystem::path path_;
    std::vector<Bytes> rooms_;  // to read into, one for each thread
    // To seal into, as the disk takes it.
    PagePool pages_{whole_pages_for(sealed_chunk_bytes_max)};
    SymmetricKey file_key_;
    FileMaker maker_;
    std::optional<ChunkBatches> batches_;  // from the first step on
    bool read_ = false;                    // to its end
    std::uint64_t bytes_done_ = 0;
    std::uint64_t bytes_total_ = 0;
    std::uint64_t changed_ns_ = 0;  // as it was opened
    bool done_ = false;
    FileRef file_;
};

// Gives a file's plain bytes a chunk at a time, each read in a transaction of its own:
//     auto reader = FileReader::open(...); while (!reader->is_done()) reader->next(store, chunks)
class FileReader {
  public:
    // Errors: not_found (its manifest is not here yet); malformed (its author made it so); io (what is damaged on this disk
    // is lost from now on, and wanted again); busy (too many files are open on this computer).
    static Result<FileReader> open(Store& store, const Chunks& chunks, const FileRef& file);

    // Needs !is_done(). Errors: not_found (this part of it is not here yet); io, malformed and busy as above.
    Result<Bytes> next(Store& store, const Chunks& chunks);
    // Goes on behind the chunk that next() did not give. Needs !is_done().
    void pass_over();
    // Goes on at that chunk, or at the end.
    void go_to_chunk(std::uint64_t number);
    bool is_done() const { return next_ == manifest_.chunks.size(); }
    std::uint64_t bytes_done() const { return bytes_done_; }

  private:
    explicit FileReader(Manifest manifest) : manifest_(std::move(manifest)) {}

    Manifest manifest_;
    std::size_t next_ = 0;
    std::uint64_t bytes_done_ = 0;
};

// All of it in one go. Errors: FileReader's, and what `take` returns.
using TakeBytes = std::function<Result<>(ByteView plain)>;
Result<> read_out(Store& store, const Chunks& chunks, const FileRef& file, const TakeBytes& take);

}  // namespace staffroom
