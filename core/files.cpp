#include "core/files.h"

#include <algorithm>

namespace staffroom {
namespace {

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

ChunkId chunk_id(ByteView sealed) { return hash_of<ChunkId>("staffroom-chunk-v1", sealed); }

SealedChunk seal_chunk(const SymmetricKey& file_key, ByteView plain) {
    assert(plain.size() <= limits::chunk_bytes);
    const auto plain_hash = hash_of<Hash>("staffroom-plain-v1", plain);
    SymmetricKey key;
    blake2b(key.bytes, file_key.view(), {plain_hash.view()});
    SealedChunk chunk;
    chunk.bytes = seal(key, Nonce24{}, {}, plain);
    chunk.ref = {chunk_id(chunk.bytes), Hash{key.bytes}};
    return chunk;
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
