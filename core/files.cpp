#include "core/files.h"

#include <algorithm>

#include "core/hashes.h"

namespace staffroom {
namespace {

constexpr std::string_view chunk_domain = "staffroom-chunk-v1", plain_domain = "staffroom-plain-v1";

std::string cut(std::string text, std::size_t max) {
    std::string clean;
    // Byte by byte: a broken sequence loses its bytes, the rest stays.
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = 1;
        while (static_cast<unsigned char>(text[at]) >= 0xC0 && length < 4 && at + length < text.size() &&
               (text[at + length] & 0xC0) == 0x80)
            ++length;
        const auto scalar = text.substr(at, length);
        if (is_utf8(scalar)) {
            if (clean.size() + length > max) break;
            clean += scalar;
        }
        at += length;
    }
    return clean;
}

Error damaged() {
    return {Code::malformed, "A piece of this file is damaged.", "It is fetched again from a colleague."};
}

}  // namespace

ChunkId chunk_id(ByteView sealed) { return hash_of<ChunkId>(chunk_domain, sealed); }

std::vector<ChunkId> chunk_ids(std::span<const ByteView> sealed) {
    std::vector<ChunkId> ids;
    for (const auto& hash : hashes_of(chunk_domain, sealed)) ids.push_back(ChunkId{hash.bytes});
    return ids;
}

SealedChunk seal_chunk(const SymmetricKey& file_key, ByteView plain) {
    return std::move(seal_chunks(file_key, {&plain, 1}).front());
}

std::vector<SealedChunk> seal_chunks(const SymmetricKey& file_key, std::span<const ByteView> plain) {
    std::vector<SealedChunk> chunks(plain.size());
    std::vector<std::uint8_t*> rooms(plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
        chunks[i].bytes.resize(plain[i].size() + seal_overhead);
        rooms[i] = chunks[i].bytes.data();
    }
    const auto refs = seal_chunks(file_key, plain, rooms);
    for (std::size_t i = 0; i < plain.size(); ++i) chunks[i].ref = refs[i];
    return chunks;
}

std::vector<ChunkRef> seal_chunks(const SymmetricKey& file_key, std::span<const ByteView> plain,
                                  std::span<std::uint8_t* const> rooms) {
    std::vector<ChunkRef> refs(plain.size());
    std::vector<ByteView> sealed(plain.size());
    const auto plain_hashes = hashes_of(plain_domain, plain);
    for (std::size_t i = 0; i < plain.size(); ++i) {
        assert(plain[i].size() <= limits::chunk_bytes);
        SymmetricKey key;
        blake2b(key.bytes, file_key.view(), {plain_hashes[i].view()});
        seal_into(rooms[i], key, Nonce24{}, {}, plain[i]);
        refs[i].key = Hash{key.bytes};
        sealed[i] = {rooms[i], plain[i].size() + seal_overhead};
    }
    const auto ids = chunk_ids(sealed);
    for (std::size_t i = 0; i < plain.size(); ++i) refs[i].id = ids[i];
    return refs;
}

Result<Bytes> open_chunk(const ChunkRef& ref, ByteView sealed) {
    if (sealed.size() > sealed_chunk_bytes_max || chunk_id(sealed) != ref.id) return damaged();
    auto plain = unseal(*SymmetricKey::from(ref.key.view()), Nonce24{}, {}, sealed);
    if (!plain) return damaged();
    return std::move(*plain);
}

FileMaker::FileMaker(const SymmetricKey& file_key, std::string name, std::string media_type) : file_key_(file_key) {
    manifest_.name = cut(std::move(name), limits::file_name_bytes);
    manifest_.media_type = cut(std::move(media_type), limits::media_type_bytes);
}

Result<SealedChunk> FileMaker::add(ByteView plain) {
    auto chunk = seal_chunk(file_key_, plain);
    if (auto added = add(chunk.ref, plain.size()); !added) return added.error();
    return chunk;
}

Result<> FileMaker::add(const ChunkRef& sealed, std::size_t plain_bytes) {
    assert(plain_bytes != 0 && manifest_.size % limits::chunk_bytes == 0);
    if (plain_bytes > limits::file_bytes - manifest_.size) {
        return {Code::too_large, "This file is larger than 4 GiB.", "Split it, or share a link to it instead."};
    }
    manifest_.size += plain_bytes;
    manifest_.chunks.push_back(sealed);
    return Done{};
}

FileMaker::Finished FileMaker::finish() {
    Finished finished;
    finished.file = {manifest_.name, manifest_.media_type, manifest_.size, {}};
    const Bytes plain = encode(manifest_);
    for (std::size_t at = 0; at < plain.size(); at += limits::chunk_bytes) {
        finished.manifest.push_back(
            seal_chunk(file_key_, ByteView(plain).subspan(at, std::min(limits::chunk_bytes, plain.size() - at))));
        finished.file.manifest.push_back(finished.manifest.back().ref);
    }
    assert(finished.manifest.size() <= limits::manifest_chunks_count);
    return finished;
}

Result<Manifest> open_manifest(const FileRef& file, const std::vector<Bytes>& sealed) {
    if (sealed.size() != file.manifest.size()) return damaged();
    Bytes plain;
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        const auto piece = open_chunk(file.manifest[i], sealed[i]);
        if (!piece) return piece.error();
        append(plain, *piece);
    }
    auto manifest = decode<Manifest>(plain);
    if (!manifest) return manifest;
    if (manifest->name != file.name || manifest->media_type != file.media_type || manifest->size != file.size ||
        manifest->size > limits::file_bytes || manifest->chunks.size() != chunks_in(manifest->size)) {
        return damaged();
    }
    return manifest;
}

}  // namespace staffroom
