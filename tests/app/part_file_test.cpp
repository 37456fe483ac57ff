// A part that is read ahead gives what a plain reading of it gives.
#include "app/courier/part_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <fstream>

#include "core/crypto.h"
#include "tests/disposable.h"

using namespace staffroom;
using namespace staffroom::courier;
namespace fs = std::filesystem;

namespace {

constexpr auto stretch = PartFile::stretch_bytes;

struct Part : Disposable {
    explicit Part(std::size_t size) : content(size) {
        init_crypto();
        random_bytes(content);
        std::ofstream(file(), std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(size));
    }
    fs::path file() const { return path() / "part"; }
    std::unique_ptr<PartFile> open() const {
        Descriptor opened(::open(file().c_str(), O_RDONLY | O_CLOEXEC));
        REQUIRE(opened.is_open());
        return std::make_unique<PartFile>(std::move(opened), content.size(), file());
    }
    bool has(std::uint64_t offset, std::size_t count, const SharedBytes& bytes) const {
        const auto from = std::min<std::uint64_t>(offset, content.size());
        const auto size = std::min<std::uint64_t>(count, content.size() - from);
        return std::ranges::equal(bytes, ByteView(content).subspan(from, size));
    }

    Bytes content;
};

}  // namespace

TEST_CASE("what is asked for is what the file holds, in whatever order and pieces") {
    const Part part(9 * stretch + 12'345);
    const auto size = part.content.size();
    const auto file = part.open();
    const auto asks = [&](std::uint64_t offset, std::size_t count) {
        CAPTURE(offset);
        CAPTURE(count);
        const auto bytes = file->read(offset, count);
        REQUIRE(bytes.ok());
        CHECK(part.has(offset, count, *bytes));
    };
    CHECK_EQ(file->size(), size);
    SUBCASE("all of it, box by box") {
        for (std::uint64_t at = 0; at < size; at += 262'201) asks(at, 262'201);
    }
    SUBCASE("all of it, twice") {
        for (int i = 0; i < 2; ++i)
            for (std::uint64_t at = 0; at < size; at += 1'000'000) asks(at, 1'000'000);
    }
    SUBCASE("heads only") {
        for (std::uint64_t at = 0; at < size; at += 262'201) asks(at, 50);
    }
    SUBCASE("heads, then all, then heads") {
        for (std::uint64_t at = 0; at < size; at += 262'201) asks(at, at / stretch % 6 < 3 ? 262'201 : 50);
    }
    SUBCASE("more than is read at once") {
        for (std::uint64_t at = 0; at < size; at += 100'000) asks(at, 3 * stretch);
    }
    SUBCASE("anywhere") {
        for (std::uint64_t i = 0, at = 0; i < 200; ++i, at = (at * 48'271 + 7'654'321) % size) {
            for (std::uint64_t j = 0; j < i % 30; ++j) asks(at + j * 200'000, 200'000);
        }
    }
    SUBCASE("around its end") {
        for (std::uint64_t at = size - 4 * stretch; at < size + 3; at += 99'991) asks(at, 99'991);
        asks(size, 1);
        asks(size + stretch, stretch);
        asks(size - 1, stretch);
    }
}

TEST_CASE("bytes stay as they are while somebody holds them, also when the file is closed") {
    const Part part(20 * stretch);
    std::vector<SharedBytes> held;
    {
        const auto file = part.open();
        for (std::uint64_t at = 0; at < part.content.size(); at += stretch / 4) {
            held.push_back(file->read(at, stretch / 4).value());
        }
    }
    for (std::size_t i = 0; i < held.size(); ++i) CHECK(part.has(i * (stretch / 4), stretch / 4, held[i]));
}

TEST_CASE("B03 of a part that is cut while it is read, all before the cut comes") {
    const Part part(6 * stretch);
    const auto file = part.open();
    const auto cut = 4 * stretch + stretch / 2 + 77;
    fs::resize_file(part.file(), cut);
    std::size_t came = 0;
    for (std::uint64_t at = 0; at < part.content.size(); at += stretch / 8) {
        const auto bytes = file->read(at, stretch / 8);
        REQUIRE(bytes.ok());
        CHECK(part.has(at, bytes->size(), *bytes));
        came += bytes->size();
    }
    CHECK_EQ(came, cut);
}

TEST_CASE("what comes next is ready when it is waited for, at a part's end too") {
    const Part part(6 * stretch + 5);
    const auto file = part.open();
    for (std::uint64_t at = 0; at < part.content.size(); at += stretch / 8) {
        int moments = 0;
        while (!file->is_ready()) REQUIRE_LT(++moments, 1'000);
        REQUIRE(file->read(at, stretch / 8).ok());
    }
    CHECK(file->is_ready());
}

TEST_CASE("a part that is given up midway leaves no thread of it behind") {
    const Part part(6 * stretch);
    for (std::size_t asked = 0; asked < 24; ++asked) {
        const auto file = part.open();
        for (std::size_t i = 0; i < asked; ++i) REQUIRE(file->read(i * (stretch / 4), stretch / 4).ok());
    }
}
