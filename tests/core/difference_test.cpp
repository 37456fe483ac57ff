#include "core/merge/difference.h"

#include <doctest/doctest.h>

#include <random>

#include "core/merge/text.h"

using namespace staffroom;

namespace {

std::string applied(std::string_view from, std::string_view to) {
    Text text;
    if (!from.empty()) text.write({CommitId{{1}}, 0, 0}, {}, difference("", from));
    REQUIRE(text.text() == from);
    const auto changes = difference(from, to);
    if (!changes.empty()) text.write({CommitId{{2}}, 0, 0}, {}, changes);
    return text.text();
}

std::size_t touched(const std::vector<TextChange>& changes) {
    std::size_t sum = 0;
    for (const auto& change : changes) sum += change.deleted + change.inserted.size();
    return sum;
}

}  // namespace

TEST_CASE("equal texts differ in nothing") { CHECK(difference("one\ntwo\n", "one\ntwo\n").empty()); }

TEST_CASE("a changed word is a small change") {
    const auto changes = difference("Cut an orange.\nShare it.\n", "Cut a pear.\nShare it.\n");
    CHECK(touched(changes) <= 12);
    CHECK(applied("Cut an orange.\nShare it.\n", "Cut a pear.\nShare it.\n") == "Cut a pear.\nShare it.\n");
}

TEST_CASE("a line put between others touches nothing else") {
    const auto changes = difference("one\ntwo\nthree\n", "one\ntwo\nnew\nthree\n");
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].deleted == 0);
    CHECK(changes[0].inserted.size() == 4);
}

TEST_CASE("from and to nothing, and characters of every width") {
    CHECK(applied("", "سلام 😀") == "سلام 😀");
    CHECK(applied("سلام 😀", "") == "");
    CHECK(applied("नमस्ते 😀!", "नमस्ते 😁!") == "नमस्ते 😁!");
}

TEST_CASE("random pairs of texts come out as the second") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const auto text = [&] {
            std::string made;
            for (auto left = random() % 60; left > 0; --left) {
                constexpr const char* pieces[] = {"a", "b", "é", "😀", "\n", "word ", "\n\n"};
                made += pieces[random() % 7];
            }
            return made;
        };
        const auto from = text(), to = text();
        CHECK(applied(from, to) == to);
    }
}

TEST_CASE("texts with nothing in common are replaced in bounded time") {
    std::string from, to;
    for (int i = 0; i < 20'000; ++i) from += "x" + std::to_string(i) + "\n";
    for (int i = 0; i < 20'000; ++i) to += "y" + std::to_string(i * 7) + "\n";
    const auto changes = difference(from, to);
    for (const auto& change : changes) CHECK(change.inserted.size() <= limits::insert_bytes);
    CHECK(applied(from, to) == to);
}
