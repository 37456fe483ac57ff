#include "app/chunk_writer.h"

#include <doctest/doctest.h>

#include <atomic>
#include <set>

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

TEST_CASE("chunks are files when they come out of the writer, each batch once and as it went in") {
    init_crypto();
    const Disposable folder;
    const auto chunks = Chunks::open(folder.path() / "chunks");
    REQUIRE(chunks.ok());
    std::atomic<int> woken = 0;
    ChunkWriter writer(*chunks, [&] { ++woken; });
    CHECK_FALSE(writer.take());
    std::set<std::vector<ChunkId>> given;
    const auto put = [&](std::vector<GivenChunk> batch) {
        std::vector<ChunkId> ids;
        for (const auto& chunk : batch) ids.push_back(chunk.id);
        given.insert(ids);
        writer.put(std::move(batch));
    };
    for (int batch = 0; batch < 5; ++batch) put(some_chunks(2, 100'000));  // more than may be under way
    put(some_chunks(1, 100));
    writer.finish();
    CHECK(writer.has_place());
    while (!given.empty()) {
        const auto written = writer.take();
        REQUIRE(written);
        CHECK(given.erase(written->ids) == 1);
        REQUIRE(written->staged);
        CHECK(written->staged->small.size() + written->staged->large.size() == written->ids.size());
        for (const auto& [id, size] : written->staged->large)
            CHECK(std::filesystem::file_size(chunks->file_of(id)) == 100'000);
    }
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
