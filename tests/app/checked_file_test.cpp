// A stick that says it has written what it has not.
#include "app/courier/checked_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "core/crypto.h"
#include "tests/disposable.h"

using namespace staffroom;
using namespace staffroom::courier;
namespace fs = std::filesystem;

namespace {

constexpr auto stretch = CheckedFile::stretch_bytes;

Bytes noise(std::size_t size) {
    init_crypto();
    Bytes bytes(size);
    random_bytes(bytes);
    return bytes;
}

struct Stick : Disposable {
    std::unique_ptr<CheckedFile> file(ReadBack read_back = ReadBack::from_stick) {
        const Descriptor folder(::open(path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        auto made = CheckedFile::make(folder, "part", path(), read_back);
        REQUIRE(made.ok());
        return std::move(*made);
    }
    // A worn or false stick: what was written there turns into something else.
    void spoils(std::uint64_t offset) {
        std::fstream part(path() / "part", std::ios::in | std::ios::out | std::ios::binary);
        part.seekg(static_cast<std::streamoff>(offset));
        const auto byte = static_cast<char>(part.get() ^ 1);
        part.seekp(static_cast<std::streamoff>(offset));
        part.put(byte);
    }
    Bytes content() {
        std::ifstream part(path() / "part", std::ios::binary);
        return {std::istreambuf_iterator<char>(part), {}};
    }
};

Result<> finished(CheckedFile& file) {
    while (true) {
        const auto done = file.finish();
        if (!done) return done.error();
        if (*done) return Done{};
    }
}

}  // namespace

TEST_CASE("what is written arrives whole, however it is cut, on a stick and in a folder of this disk") {
    for (int i = 0; i < 12; ++i) {
        const auto read_back = i < 6 ? ReadBack::from_stick : ReadBack::from_system;
        const std::size_t size = std::array<std::size_t, 6>{0, 1, 4'096, stretch, stretch + 1, 7 * stretch - 5}[i % 6];
        CAPTURE(i);
        Stick stick;
        const auto bytes = noise(size);
        auto file = stick.file(read_back);
        for (std::size_t at = 0; at < size; at += 300'007) {
            REQUIRE(file->write(ByteView(bytes).subspan(at, std::min<std::size_t>(300'007, size - at))).ok());
        }
        CHECK(finished(*file).ok());
        CHECK_EQ(file->unwritten(), 0u);
        CHECK(stick.content() == bytes);
    }
}

TEST_CASE("B01 what is not as it was written is found out, on a stick and in a folder of this disk") {
    for (const auto read_back : {ReadBack::from_stick, ReadBack::from_system}) {
        Stick stick;
        auto file = stick.file(read_back);
        REQUIRE(file->write(noise(stretch)).ok());
        while (file->unwritten() > 0 || fs::file_size(stick.path() / "part") < stretch) ::usleep(1'000);
        stick.spoils(stretch / 2);
        CHECK_EQ(finished(*file).code(), Code::io);
    }
}

TEST_CASE("B01 a stick that writes the later over the earlier is found out though each read back at first") {
    Stick stick;
    auto file = stick.file();
    const auto bytes = noise(stretch);
    // Of these the first three are compared already.
    for (std::size_t i = 0; i < CheckedFile::stretches_max + 3; ++i) REQUIRE(file->write(bytes).ok());
    stick.spoils(stretch - 1);
    CHECK_EQ(finished(*file).code(), Code::io);
}

TEST_CASE("a file that is given up midway leaves no thread of it behind") {
    Stick stick;
    auto file = stick.file();
    for (int i = 0; i < 3; ++i) REQUIRE(file->write(noise(stretch)).ok());
    file.reset();
    CHECK(fs::file_size(stick.path() / "part") <= 3 * stretch);
}

TEST_CASE("a folder on the disk of the replica is no stick, one on any other file system is") {
    const Disposable home;
    const auto folder = home.path() / "folder";
    fs::create_directory(folder);
    fs::create_directory_symlink("/proc/self", home.path() / "elsewhere");
    CHECK_EQ(read_back_of(folder, home.path()), ReadBack::from_system);
    CHECK_EQ(read_back_of(home.path() / "elsewhere", home.path()), ReadBack::from_stick);
    CHECK_EQ(read_back_of(home.path() / "missing", home.path()), ReadBack::from_stick);
}
