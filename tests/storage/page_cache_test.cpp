#include "storage/page_cache.h"

#include <doctest/doctest.h>

#include "storage/disk.h"
#include "tests/disposable.h"
#include "tests/storage/in_memory.h"

using namespace staffroom;

namespace {

ChunkId numbered(std::uint8_t number) {
    ChunkId id;
    id.bytes.fill(number);
    return id;
}

}  // namespace

TEST_CASE("what is read once more within a gigabyte is known by that") {
    PageCacheShare share(1);
    CHECK_FALSE(share.is_read_again(numbered(1)));
    CHECK(share.is_read_again(numbered(1)));
    for (std::uint16_t i = 0; i < 4'096; ++i) {
        auto id = numbered(2);
        id.bytes[0] = static_cast<std::uint8_t>(i);
        id.bytes[1] = static_cast<std::uint8_t>(i >> 8);
        CHECK_FALSE(share.is_read_again(id));
    }
    CHECK_FALSE(share.is_read_again(numbered(1)));
    CHECK(share.is_read_again(numbered(1)));
}

TEST_CASE("of many files that are written only those of late stay in the computer's memory") {
    constexpr std::size_t size = 64 * 1'024;
    const Disposable folder;
    PageCacheShare share(3 * size);
    const auto path = [&](std::uint8_t number) { return folder.path() / std::to_string(number); };
    const auto use = [&](std::uint8_t number) { share.used(numbered(number), path(number), size); };
    for (std::uint8_t number = 0; number < 5; ++number) {
        REQUIRE(replace_file(path(number), Bytes(size, number)).ok());  // synced
        use(number);
        if (number > 0) use(1);  // used again and again, so it is never the oldest
    }
    // Where the system keeps files in memory whatever it is advised (tmpfs), there is nothing to see.
    if (bytes_in_memory(path(0), size) > 0) return;
    CHECK_EQ(bytes_in_memory(path(2), size), 0);
    for (const std::uint8_t of_late : std::vector<std::uint8_t>{1, 3, 4})
        CHECK_EQ(bytes_in_memory(path(of_late), size), size);
}
