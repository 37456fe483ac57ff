#include "storage/under_way.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <future>

#include "storage/chunks.h"
#include "tests/disposable.h"
#include "tests/memory_kv.h"

using namespace staffroom;

TEST_CASE("D01 the same chunks come at once on several threads, and are here once and whole") {
    Disposable folder;
    const auto shelf = Chunks::open(folder.path() / "chunks");
    REQUIRE(shelf.ok());
    MemoryStore store;
    std::vector<GivenChunk> chunks;
    for (std::uint8_t i = 0; i < 12; ++i) {
        Bytes bytes(40'000, i);
        const auto id = chunk_id(bytes);
        chunks.push_back({id, std::move(bytes)});
    }
    for (int round = 0; round < 20; ++round) {
        std::vector<std::future<Result<Chunks::Staged>>> staging;
        for (int i = 0; i < 4; ++i) {
            std::rotate(chunks.begin(), chunks.begin() + 3, chunks.end());
            staging.push_back(std::async(std::launch::async, [&, given = chunks] { return shelf->stage(given); }));
        }
        for (auto& each : staging) {
            const auto staged = each.get();
            REQUIRE(staged.ok());
            CHECK_EQ(staged->large.size(), chunks.size());
            CHECK(store.write([&](WriteTxn& txn) -> Result<> { return Chunks::enter(txn, *staged), Done{}; }).ok());
        }
        CHECK(store
                  .read([&](ReadTxn& txn) -> Result<> {
                      for (const auto& chunk : chunks)
                          CHECK(std::ranges::equal(*shelf->read(txn, chunk.id), chunk.bytes));
                      return Done{};
                  })
                  .ok());
    }
}
