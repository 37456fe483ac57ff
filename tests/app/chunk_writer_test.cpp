#include "app/chunk_writer.h"

#include <doctest/doctest.h>

#include <atomic>

#include "core/crypto.h"
#include "tests/disposable.h"

using namespace staffroom;

namespace {

std::vector<GivenChunk> some_chunks(std::size_t count, std::size_t bytes) {
    std::vector<GivenChunk> chunks;
    for (std::size_t i = 0; i < count; ++i) {
        Bytes chunk(bytes);
        random_bytes(chunk);
        chunks.push_back({chunk_id(chunk), std::move(chunk)});
    }
    return chunks;
}

}  // namespace

TEST_CASE("chunks are files when they come out of the writer, in the order in which they went in") {
    init_crypto();
    const Disposable folder;
    const auto chunks = Chunks::open(folder.path() / "chunks");
    REQUIRE(chunks.ok());
    std::atomic<int> woken = 0;
    ChunkWriter writer(*chunks, [&] { ++woken; });
    CHECK_FALSE(writer.take());
    std::vector<ChunkId> ids;
    for (int batch = 0; batch < 5; ++batch) {  // more than may be under way
        auto given = some_chunks(2, 100'000);
        for (const auto& chunk : given) ids.push_back(chunk.id);
        writer.put(std::move(given));
    }
    writer.put(some_chunks(1, 100));
    writer.finish();
    for (std::size_t first = 0; first < ids.size(); first += 2) {
        const auto written = writer.take();
        REQUIRE(written);
        CHECK(written->ids == std::vector{ids[first], ids[first + 1]});
        REQUIRE(written->staged);
        CHECK(written->staged->large.size() == 2);
        CHECK(std::filesystem::file_size(chunks->file_of(ids[first])) == 100'000);
    }
    const auto small = writer.take();
    REQUIRE(small);
    REQUIRE(small->staged);
    CHECK(small->staged->small.size() == 1);
    CHECK_FALSE(writer.take());
    CHECK(woken == 6);
}

TEST_CASE("what the disk does not take comes out as not taken") {
    init_crypto();
    const Disposable folder;
    const auto chunks = Chunks::open(folder.path() / "chunks");
    REQUIRE(chunks.ok());
    std::filesystem::remove_all(folder.path() / "chunks");
    ChunkWriter writer(*chunks, [] {});
    writer.put(some_chunks(1, 100'000));
    writer.finish();
    const auto written = writer.take();
    REQUIRE(written);
    CHECK(written->ids.size() == 1);
    CHECK_FALSE(written->staged);
}

TEST_CASE("a writer that ends has written what it was given") {
    init_crypto();
    const Disposable folder;
    const auto chunks = Chunks::open(folder.path() / "chunks");
    REQUIRE(chunks.ok());
    auto given = some_chunks(1, 100'000);
    const auto id = given[0].id;
    {
        ChunkWriter writer(*chunks, [] {});
        writer.put(std::move(given));
    }
    CHECK(std::filesystem::exists(chunks->file_of(id)));
}
