// Reads a part box by box, one box in memory at a time, past whatever damage there is.
#pragma once

#include "core/shared_bytes.h"
#include "net/courier/part.h"

namespace staffroom::net::courier {

// A file that may be read anywhere. The maker's business: no links followed, nothing but a plain file.
class Source {
  public:
    virtual ~Source() = default;
    virtual std::uint64_t size() const = 0;
    // Fewer than `count` only at the end. Error: io (the stick was pulled).
    virtual Result<SharedBytes> read(std::uint64_t offset, std::size_t count) = 0;
    // Whether a box that follows what was read last need not be waited for. May take a moment.
    virtual bool is_ready() { return true; }
};

class PartReader {
  public:
    // Errors: as read_front(); too_large above part_bytes_max; io.
    static Result<PartReader> open(Source& source);

    const PartHeader& header() const { return header_; }

    struct Box {
        BoxHead head;
        std::uint64_t offset = 0;  // of the head
    };
    // The next box whose payload lies inside the file; nothing at the end. Bytes that are no box are passed over and
    // counted: what follows is found again by its mark. Error: io.
    Result<std::optional<Box>> next();

    // Errors: io; malformed when the box is not of that kind or its bytes are not what it says.
    Result<Load> load(const Box& box, const SymmetricKey& envelope_key);
    Result<ChunkId> chunk_id(const Box& box);   // not yet compared with the bytes
    Result<SharedBytes> chunk(const Box& box);  // likewise
    Result<SharedBytes> chunk(const Box& box, const ChunkId& id);

    // Stretches that were no box; and whether the end was seen where the file ends.
    std::size_t damaged() const { return damaged_; }
    bool has_end() const { return has_end_; }

    // How far it has come in the file.
    std::uint64_t offset() const { return offset_; }

  private:
    // A part with more stretches than this, or more bytes in them, is not worth the time: nothing of the rest is read.
    static constexpr std::size_t damaged_max = 1'000;
    static constexpr std::uint64_t damaged_bytes_max = std::uint64_t{64} << 20;

    PartReader(Source& source, const Front& front) : source_(&source), header_(front.header), offset_(front.size) {}
    Result<std::optional<Box>> head_at(std::uint64_t offset);
    Result<SharedBytes> payload(const Box& box);
    Result<> find_next_mark();

    Source* source_;
    PartHeader header_;
    std::uint64_t offset_;
    std::size_t damaged_ = 0;
    std::size_t false_marks_ = 0;
    std::uint64_t damaged_bytes_ = 0;
    bool has_end_ = false;
};

// Whether a part is whole: every box, every chunk by its id, the end.
// A box at a step, so that nobody waits: call until it says true. Holds a few whole chunks, to compare them with their ids
// together (core/hashes.h). Errors: malformed, io.
class PartCheck {
  public:
    explicit PartCheck(PartReader reader) : reader_(std::move(reader)) {}
    Result<bool> step();

  private:
    Result<> compare();

    PartReader reader_;
    std::vector<std::pair<ChunkId, SharedBytes>> chunks_;  // to be compared
};

}  // namespace staffroom::net::courier
