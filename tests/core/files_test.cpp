#include "core/files.h"

#include <doctest/doctest.h>

#include "tests/decoder_laws.h"

using namespace staffroom;

namespace {

SymmetricKey file_key(std::uint8_t fill = 3) {
    SymmetricKey key;
    key.bytes.fill(fill);
    return key;
}

FileMaker::Finished made(std::string name, std::size_t size, std::vector<Bytes>* sealed = nullptr) {
    FileMaker maker(file_key(), std::move(name), "text/plain");
    for (std::size_t at = 0; at < size; at += limits::chunk_bytes) {
        const auto chunk = maker.add(Bytes(std::min(limits::chunk_bytes, size - at), std::uint8_t(at >> 18)));
        REQUIRE(chunk.ok());
        if (sealed) sealed->push_back(chunk->bytes);
    }
    return maker.finish();
}

std::vector<Bytes> bytes_of(const std::vector<SealedChunk>& chunks) {
    std::vector<Bytes> all;
    for (const auto& chunk : chunks) all.push_back(chunk.bytes);
    return all;
}

}  // namespace

TEST_CASE("a chunk is verified without its key and opened only with it") {
    const auto plain = Bytes(1000, 'a');
    const auto chunk = seal_chunk(file_key(), plain);
    CHECK_EQ(chunk.bytes.size(), 1016);
    CHECK_EQ(chunk_id(chunk.bytes), chunk.ref.id);
    CHECK(*open_chunk(chunk.ref, chunk.bytes) == plain);
    CHECK_EQ(seal_chunk(file_key(), plain).ref, chunk.ref);
    CHECK_NE(seal_chunk(file_key(4), plain).ref.id, chunk.ref.id);

    auto other_key = chunk.ref;
    other_key.key.bytes[0] ^= 1;
    CHECK_EQ(open_chunk(other_key, chunk.bytes).code(), Code::malformed);
}

TEST_CASE("O01 O02 O03 every flipped bit, prefix and extra byte of a chunk is refused") {
    const auto chunk = seal_chunk(file_key(), Bytes(20, 'a'));
    for (std::size_t bit = 0; bit < chunk.bytes.size() * 8; ++bit) {
        Bytes flipped = chunk.bytes;
        flipped[bit / 8] ^= std::uint8_t(1u << bit % 8);
        CHECK(!open_chunk(chunk.ref, flipped).ok());
    }
    for (std::size_t size = 0; size < chunk.bytes.size(); ++size) {
        CHECK(!open_chunk(chunk.ref, ByteView(chunk.bytes).first(size)).ok());
    }
    Bytes longer = chunk.bytes;
    longer.push_back(0);
    CHECK(!open_chunk(chunk.ref, longer).ok());
}

TEST_CASE("O01 O02 O03 O05 manifests and references are decoded exactly or not at all") {
    const auto chunk = seal_chunk(file_key(), Bytes(20, 'a')).ref;
    laws::check_decoder(Manifest{"plan.pdf", "application/pdf", 300'000, {chunk, chunk}});
    laws::check_decoder(FileRef{"plan.pdf", "application/pdf", 300'000, {chunk}});
}

TEST_CASE("a manifest opens when it says what the reference says") {
    std::vector<Bytes> sealed;
    const auto file = made("plan.pdf", 2 * limits::chunk_bytes + 9, &sealed);
    const auto manifest = open_manifest(file.file, bytes_of(file.manifest));
    REQUIRE(manifest.ok());
    REQUIRE_EQ(manifest->chunks.size(), 3);
    CHECK_EQ(open_chunk(manifest->chunks[2], sealed[2])->size(), 9);
    CHECK_EQ(encode(file.file).size(), 8 + 1 + 10 + 1 + 3 + 1 + 64);

    auto renamed = file.file;
    renamed.name = "other.pdf";
    CHECK(!open_manifest(renamed, bytes_of(file.manifest)).ok());
    auto resized = file.file;
    resized.size += 1;
    CHECK(!open_manifest(resized, bytes_of(file.manifest)).ok());
    CHECK(!open_manifest(file.file, {}).ok());
}

TEST_CASE("the manifest of the largest file fits its limits") {
    Manifest manifest{std::string(limits::file_name_bytes, 'n'), "a/b", limits::file_bytes, {}};
    manifest.chunks.resize(limits::file_chunks_count);
    const auto size = encode(manifest).size();
    CHECK(chunks_in(size) <= limits::manifest_chunks_count);
    CHECK_EQ(chunks_in(limits::file_bytes), limits::file_chunks_count);
    CHECK_EQ(size_of_chunk(limits::file_bytes, limits::file_chunks_count - 1), limits::chunk_bytes);
    CHECK_EQ(size_of_chunk(1, 0), 1);
}

TEST_CASE("names that are too long or broken are cut on a character's border") {
    std::string long_name;
    for (int i = 0; i < 200; ++i) long_name += "é";
    CHECK_EQ(made(long_name, 0).file.name.size(), 254);
    CHECK_EQ(made("a\xFF"
                  "b\xE2\x82"
                  "c",
                  0)
                 .file.name,
             "abc");
    CHECK_EQ(made("خطة 📎.pdf", 0).file.name, "خطة 📎.pdf");
}
