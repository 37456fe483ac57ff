#include "storage/direct_write.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/crypto.h"
#include "storage/disk.h"
#include "storage/page_pool.h"
#include "tests/disposable.h"

using namespace staffroom;

namespace {

constexpr std::size_t bytes_max = 300'000, room_bytes = bytes_max / memory_page_bytes * memory_page_bytes;

Bytes some(std::size_t size) {
    Bytes bytes(size);
    random_bytes(bytes);
    return bytes;
}

// Two parts behind each other, the second from a page's beginning in the file, and in memory from one or from elsewhere.
void check_written(const std::filesystem::path& path) {
    PagePool rooms(room_bytes + memory_page_bytes);
    const auto aligned = rooms.room();
    for (const std::size_t size : {0, 1, 4'095, 4'096, 4'097, 8'192, 262'144, 262'160, 300'000}) {
        CAPTURE(size);
        const auto before = some(3 * memory_page_bytes), bytes = some(size);
        std::copy(bytes.begin(), bytes.end(), aligned.get());
        for (const auto& given : {ByteView(bytes), ByteView(aligned.get(), size)}) {
            const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
            REQUIRE(file.is_open());
            const int flags = ::fcntl(file.number(), F_GETFL);
            REQUIRE(write_past_memory(file.number(), before, rooms.room().get()));
            REQUIRE(write_past_memory(file.number(), given, rooms.room().get()));
            CHECK_EQ(::fcntl(file.number(), F_GETFL), flags);
            auto both = before;
            append(both, bytes);
            const auto read = read_file(path, 2 * bytes_max);
            REQUIRE(read.ok());
            CHECK(*read == both);
        }
    }
}

}  // namespace

TEST_CASE("what is written past the memory is there, whatever its size") {
    const Disposable folder;
    check_written(folder / "file");
}

TEST_CASE("what is written past the memory is there on a file system that has nothing else") {
    const std::filesystem::path memory = "/dev/shm";
    if (::access(memory.c_str(), W_OK) != 0) {
        MESSAGE("skipped: no file system in memory");
        return;
    }
    const auto file = memory / ("staffroom-direct-write-" + std::to_string(::getpid()));
    check_written(file);
    ::unlink(file.c_str());
}

TEST_CASE("a write past the memory that fails says so") {
    const Disposable folder;
    PagePool rooms(room_bytes);
    REQUIRE(replace_file(folder / "file", some(1)).ok());
    const Descriptor file(::open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC));
    for (const std::size_t size : {1, 4'096, 10'000})
        CHECK_FALSE(write_past_memory(file.number(), some(size), rooms.room().get()));
}
