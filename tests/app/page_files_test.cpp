// Files that come and go by the page's door.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "app/page/incoming.h"
#include "app/page/outgoing.h"
#include "tests/disposable.h"

using namespace staffroom;
using namespace staffroom::page;

namespace {

std::string header(const Outgoing& out, std::string_view name) {
    for (const auto& [each, value] : out.headers) {
        if (each == name) return value;
    }
    return "";
}

Outgoing shown(const std::string& name, std::string_view first) {
    return outgoing({"r", 0, true, ""}, name, 100, view_of(first));
}

}  // namespace

TEST_CASE("A06 whatever a file calls itself, it is saved and never opened; only pictures that are such are shown") {
    for (const auto* bytes :
         {"<svg xmlns=", "<!doctype html>", "%PDF-1.7", "", "\x89PN", "RIFF....AVI ", "GIF86a", "\xFF\xD9\xFF"}) {
        const auto out = shown("picture.png", bytes);
        CHECK_MESSAGE(header(out, "Content-Type") == "application/octet-stream", bytes);
        CHECK_MESSAGE(header(out, "Content-Disposition").starts_with("attachment; "), bytes);
        CHECK(header(out, "Content-Security-Policy") == "sandbox; default-src 'none'");
    }
    const std::pair<const char*, std::string_view> pictures[] = {{"image/png", "\x89PNG\r\n\x1A\n...."},
                                                                 {"image/jpeg", "\xFF\xD8\xFF\xE0"},
                                                                 {"image/gif", "GIF89a...."},
                                                                 {"image/webp", "RIFF....WEBPVP8 "}};
    for (const auto& [type, bytes] : pictures) {
        const auto out = shown("page.html", bytes);
        CHECK(header(out, "Content-Type") == type);
        CHECK(header(out, "Content-Disposition").empty());
        CHECK(header(out, "Content-Security-Policy") == "sandbox; default-src 'none'");
        CHECK(header(outgoing({"r", 0, false, ""}, "x.png", 100, view_of(bytes)), "Content-Type") ==
              "application/octet-stream");
    }
}

TEST_CASE("a file's name cannot leave its place in the header") {
    for (const auto* name : {"a\"; filename=\"evil.exe", "a\r\nSet-Cookie: x=y", "../../etc/passwd", "a\\b", "100%.pdf",
                             "\xE2\x80\xAE"
                             "fdp.exe"}) {
        const auto words = header(shown(name, ""), "Content-Disposition");
        CHECK_MESSAGE(words.find_first_of("\r\n/\\") == std::string::npos, words);
        CHECK_MESSAGE(std::count(words.begin(), words.end(), '"') == 2, words);
    }
    CHECK(header(shown("Plan \xC3\xA9t\xC3\xA9.pdf", ""), "Content-Disposition") ==
          "attachment; filename=\"Plan __t__.pdf\"; filename*=UTF-8''Plan%20%C3%A9t%C3%A9.pdf");
}

TEST_CASE("which of a record's files is asked for") {
    const auto asked = file_asked("My plan/12");
    REQUIRE(asked);
    CHECK(asked->record == "My plan");
    CHECK(asked->index == 12);
    CHECK(file_asked("a/b/0")->record == "a/b");
    for (const auto* wrong : {"", "a", "a/", "/1", "a/-1", "a/1x", "a/99999999999999999999999"})
        CHECK_MESSAGE(!file_asked(wrong), wrong);
}

TEST_CASE("a range is answered by its bytes, one outside the file by its size") {
    const auto of = [](const char* range) { return outgoing({"r", 0, false, range}, "a", 100, {}); };
    CHECK(of("").status == 200);
    CHECK(of("").count == 100);
    CHECK(of("bytes=10-19").status == 206);
    CHECK(of("bytes=10-19").from == 10);
    CHECK(of("bytes=10-19").count == 10);
    CHECK(header(of("bytes=10-19"), "Content-Range") == "bytes 10-19/100");
    CHECK(of("bytes=100-").status == 416);
    CHECK(of("bytes=100-").count == 0);
    CHECK(header(of("bytes=100-"), "Content-Range") == "bytes */100");
}

TEST_CASE("what comes in has no name in any folder, and is gone with whoever took it") {
    const Disposable folder;
    std::string path;
    {
        auto incoming = Incoming::begin(folder.path(), 10);
        REQUIRE(incoming.ok());
        REQUIRE(incoming->add(view_of("one ")).ok());
        REQUIRE(incoming->add(view_of("two")).ok());
        path = incoming->path();
        std::ifstream file(path, std::ios::binary);
        CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "one two");
        CHECK(std::filesystem::is_empty(folder.path()));
        auto other = Incoming::begin(folder.path(), 10);
        REQUIRE(other.ok());
        CHECK(other->path() != path);
    }
    CHECK_FALSE(std::filesystem::exists(path));
    const auto full = Incoming::begin(folder.path(), std::uint64_t{1} << 60);
    CHECK(full.code() == Code::refused);
    CHECK(full.error().say == "Disk full.");
}
