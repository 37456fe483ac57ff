#include "storage/read_ahead.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <atomic>
#include <string>
#include <thread>

#include "core/crypto.h"
#include "storage/chunk_batches.h"
#include "storage/disk.h"
#include "tests/disposable.h"
#include "tests/memory_kv.h"

using namespace staffroom;

namespace {

constexpr std::size_t bytes_max = 20'000;

ChunkId numbered(std::size_t number) {
    ChunkId id;
    id.bytes[0] = static_cast<std::uint8_t>(number);
    id.bytes[1] = static_cast<std::uint8_t>(number >> 8);
    return id;
}

struct Shelf {
    Disposable folder;
    std::filesystem::path file(std::size_t number) const { return folder.path() / std::to_string(number); }
    Bytes put(std::size_t number, std::size_t size) const {
        Bytes bytes(size);
        random_bytes(bytes);
        REQUIRE(replace_file(file(number), bytes).ok());
        return bytes;
    }
    // Some file systems know only the way through the system's memory.
    bool can_read_past_memory() const {
        (void)put(9'999, 1);
        const Descriptor file(::open(this->file(9'999).c_str(), O_RDONLY | O_DIRECT));
        if (!file.is_open()) MESSAGE("skipped: this file system cannot read past the memory");
        return file.is_open();
    }
};

Bytes behind(std::string_view head, ByteView bytes) {
    auto all = copy_of(view_of(head));
    append(all, bytes);
    return all;
}

}  // namespace

TEST_CASE("what is read ahead stands behind its head, whatever its size, and is given once") {
    const Shelf shelf;
    if (!shelf.can_read_past_memory()) return;
    ReadAhead ahead(bytes_max);
    std::size_t number = 0;
    for (const std::size_t size : {0, 1, 511, 512, 4'095, 4'096, 4'097, 16'384, 19'999, 20'000}) {
        for (const std::string_view head : {"", "h", "what is said of it"}) {
            const auto bytes = shelf.put(++number, size);
            CHECK_FALSE(ahead.take(view_of(head), numbered(number)));
            REQUIRE(ahead.expect(numbered(number), shelf.file(number)));
            const auto taken = ahead.take(view_of(head), numbered(number));
            REQUIRE(taken);
            CHECK_EQ(copy_of(*taken), behind(head, bytes));
            CHECK_FALSE(ahead.take(view_of(head), numbered(number)));
        }
    }
}

TEST_CASE("what cannot be read ahead is left to whoever reads files") {
    const Shelf shelf;
    ReadAhead ahead(bytes_max);
    (void)shelf.put(1, bytes_max + 1);
    REQUIRE(ahead.expect(numbered(1), shelf.file(1)));
    CHECK_FALSE(ahead.take({}, numbered(1)));
    (void)shelf.put(2, 3 * bytes_max);
    REQUIRE(ahead.expect(numbered(2), shelf.file(2)));
    CHECK_FALSE(ahead.take({}, numbered(2)));
    REQUIRE(ahead.expect(numbered(3), shelf.file(3)));  // no such file
    CHECK_FALSE(ahead.take({}, numbered(3)));
    REQUIRE(ahead.expect(numbered(4), shelf.folder.path()));
    CHECK_FALSE(ahead.take({}, numbered(4)));
}

TEST_CASE("no more is read ahead than has its place, until what nobody takes is stale") {
    const Shelf shelf;
    if (!shelf.can_read_past_memory()) return;
    const auto bytes = shelf.put(0, 5'000);
    SUBCASE("none is stale") {
        ReadAhead ahead(bytes_max, std::chrono::hours(1));
        for (std::size_t i = 0; i < ReadAhead::files_max; ++i) REQUIRE(ahead.expect(numbered(i), shelf.file(0)));
        CHECK_FALSE(ahead.expect(numbered(500), shelf.file(0)));
        CHECK(ahead.expect(numbered(0), shelf.file(0)));  // it is there
        CHECK(ahead.take({}, numbered(7)));
        CHECK(ahead.expect(numbered(500), shelf.file(0)));
        CHECK_EQ(copy_of(*ahead.take({}, numbered(500))), bytes);
    }
    SUBCASE("all are, at once") {
        ReadAhead ahead(bytes_max, std::chrono::milliseconds(0));
        std::size_t number = 0;
        for (; number < ReadAhead::files_max; ++number) REQUIRE(ahead.expect(numbered(number), shelf.file(0)));
        // While the eldest is being read there is no place.
        while (!ahead.expect(numbered(number), shelf.file(0))) std::this_thread::yield();
        CHECK_FALSE(ahead.take({}, numbered(0)));
        for (std::size_t i = 1; i <= number; ++i) CHECK(ahead.take({}, numbered(i)));
    }
}

TEST_CASE("several threads expect and take, and each file is given to one of them") {
    const Shelf shelf;
    if (!shelf.can_read_past_memory()) return;
    constexpr std::size_t files = 64, takers = 3;
    std::vector<Bytes> bytes;
    for (std::size_t i = 0; i < files; ++i) bytes.push_back(shelf.put(i, 100 * i));
    ReadAhead ahead(bytes_max);
    std::atomic<std::size_t> given{0}, wrong{0};
    for (std::size_t i = 0; i < files; ++i) {
        REQUIRE(ahead.expect(numbered(i), shelf.file(i)));
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < takers; ++t) {
            threads.emplace_back([&] {
                const auto taken = ahead.take(view_of("head"), numbered(i));
                if (!taken) return;
                ++given;
                if (copy_of(*taken) != behind("head", bytes[i])) ++wrong;
            });
        }
        for (auto& thread : threads) thread.join();
    }
    CHECK_EQ(given, files);
    CHECK_EQ(wrong, 0);
}

TEST_CASE("it goes while files are still being read, or wait to be") {
    const Shelf shelf;
    (void)shelf.put(0, bytes_max);
    for (std::size_t round = 0; round < 20; ++round) {
        ReadAhead ahead(bytes_max);
        for (std::size_t i = 0; i < ReadAhead::files_max; ++i) REQUIRE(ahead.expect(numbered(i), shelf.file(0)));
    }
}

TEST_CASE("a chunk stands behind its head, whether it lies in the table or as a file, expected or not, once or again") {
    const Disposable folder;
    MemoryStore store;
    const auto chunks = *Chunks::open(folder / "chunks");
    std::vector<GivenChunk> given;
    for (const std::size_t size :
         {std::size_t{40}, limits::small_chunk_bytes, limits::small_chunk_bytes + 1, sealed_chunk_bytes_max}) {
        Bytes bytes(size);
        random_bytes(bytes);
        const auto id = chunk_id(bytes);
        given.push_back({id, std::move(bytes)});
    }
    REQUIRE(store_chunks(store, chunks, given).ok());
    const auto head = view_of("head");
    const auto read = [&](const Chunks& from, const ChunkId& id) {
        Result<SharedBytes> bytes = SharedBytes{};
        (void)store.read([&](ReadTxn& txn) -> Result<> { return bytes = from.read_behind(txn, head, id), Done{}; });
        return bytes;
    };
    // The first has just written them; the second finds them on the disk.
    const auto again = *Chunks::open(folder / "chunks");
    for (const auto* from : {&chunks, &again}) {
        for (std::size_t time = 0; time < 3; ++time) {
            for (const auto& chunk : given) {
                if (time > 0) from->expect(chunk.id);
            }
            for (const auto& chunk : given) {
                const auto bytes = read(*from, chunk.id);
                REQUIRE(bytes.ok());
                CHECK(copy_of(*bytes) == behind("head", chunk.bytes));
            }
        }
    }
    const auto& gone = given.back().id;
    const auto third = *Chunks::open(folder / "chunks");
    third.expect(gone);
    REQUIRE(store.write([&](WriteTxn& txn) -> Result<> { return Chunks::erase(txn, gone), Done{}; }).ok());
    CHECK(read(third, gone).code() == Code::not_found);
}
