// Files as sealed chunks, so that whoever carries or serves one can verify it without reading it.
//
// A file is cut into chunks of 256 KiB (the last one shorter; a file of 0 bytes has none). For each:
//   plain hash = BLAKE2b-256("staffroom-plain-v1" | plain)
//   key        = BLAKE2b-256(key = the group's file key, plain hash)
//   sealed     = XChaCha20-Poly1305(plain; key; nonce 0; no associated data)     16 bytes longer
//   chunk id   = BLAKE2b-256("staffroom-chunk-v1" | sealed)
// The nonce is fixed because the key belongs to this content alone. The same content in one group has the same chunks,
// so it is stored and sent once; in two groups it has nothing in common. Known cost: a former member, who keeps the
// file key, can confirm a guess of a file's exact content.
// The manifest (name, media type, size, chunks) is itself cut and sealed in this way; a record holds a FileRef.
// Everything here is a pure function of its arguments and holds one chunk at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/crypto.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/wire.h"

namespace staffroom {

// Where a chunk is and what opens it: 64 bytes.
struct ChunkRef {
    ChunkId id;
    Hash key;  // the bytes of its SymmetricKey
    auto operator<=>(const ChunkRef&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(id, key);
    }
};

struct Manifest {
    std::string name;  // a label from outside: never a path (safety.md "Names from outside")
    std::string media_type;
    std::uint64_t size = 0;
    std::vector<ChunkRef> chunks;  // in the order of the file

    bool operator==(const Manifest&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(text<limits::file_name_bytes>(name), text<limits::media_type_bytes>(media_type), size,
           capped<limits::file_chunks_count>(chunks));
    }
};

// What a record holds of a file: enough to show it in a list, and the way to its manifest. The value of `file` and
// `files` fields; about 100 to 150 bytes for a file of up to 1 GiB.
struct FileRef {
    std::string name;
    std::string media_type;
    std::uint64_t size = 0;
    std::vector<ChunkRef> manifest;

    auto operator<=>(const FileRef&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(text<limits::file_name_bytes>(name), text<limits::media_type_bytes>(media_type), size,
           capped<limits::manifest_chunks_count>(manifest));
    }
};

struct SealedChunk {
    ChunkRef ref;
    Bytes bytes;  // as kept and sent
};
inline constexpr std::size_t sealed_chunk_bytes_max = limits::chunk_bytes + seal_overhead;

ChunkId chunk_id(ByteView sealed);
// Needs plain.size() <= limits::chunk_bytes. About 0.8 ms for a whole chunk.
SealedChunk seal_chunk(const SymmetricKey& file_key, ByteView plain);
// The same of many, in their order, with the hashing of core/hashes.h: twice as fast for four whole chunks or more.
std::vector<ChunkId> chunk_ids(std::span<const ByteView> sealed);
std::vector<SealedChunk> seal_chunks(const SymmetricKey& file_key, std::span<const ByteView> plain);
// Into `rooms`, one for each, of plain[i].size() + seal_overhead bytes.
std::vector<ChunkRef> seal_chunks(const SymmetricKey& file_key, std::span<const ByteView> plain,
                                  std::span<std::uint8_t* const> rooms);
// Error: malformed when these are not the bytes of that chunk, or its key does not open them.
Result<Bytes> open_chunk(const ChunkRef& ref, ByteView sealed);

// How many chunks a file of that size has, and how many bytes are in chunk `index`.
constexpr std::uint64_t chunks_in(std::uint64_t size) { return (size + limits::chunk_bytes - 1) / limits::chunk_bytes; }
constexpr std::size_t size_of_chunk(std::uint64_t size, std::uint64_t index) {
    const auto left = size - index * limits::chunk_bytes;
    return left < limits::chunk_bytes ? static_cast<std::size_t>(left) : limits::chunk_bytes;
}

// Makes a file out of chunks given in turn. Memory: 64 bytes a chunk, so at most 1 MiB.
class FileMaker {
  public:
    // A name or media type that is too long or not UTF-8 is cut to what is allowed, on a character's border.
    FileMaker(const SymmetricKey& file_key, std::string name, std::string media_type);

    // Needs every chunk but the last to be limits::chunk_bytes long, none empty.
    // Error: too_large above limits::file_bytes.
    Result<SealedChunk> add(ByteView plain);
    // The same for one that was sealed elsewhere, of so many plain bytes.
    Result<> add(const ChunkRef& sealed, std::size_t plain_bytes);

    struct Finished {
        FileRef file;
        std::vector<SealedChunk> manifest;
    };
    Finished finish();

  private:
    SymmetricKey file_key_;
    Manifest manifest_;
};

// The manifest of a file from its sealed chunks in order.
// Error: malformed when a chunk does not open, or the manifest does not say what the reference says, or its chunks do
// not add up to its size.
Result<Manifest> open_manifest(const FileRef& file, const std::vector<Bytes>& sealed);

}  // namespace staffroom
