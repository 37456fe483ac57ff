// CodeMirror's change sets, which count UTF-16 units, against a text's changes, which count scalar values.
#include "app/api/change_set.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <random>

#include "core/limits.h"
#include "core/merge/difference.h"

using namespace staffroom;
using namespace staffroom::api;
namespace json = boost::json;

namespace {

// The naive twin: a text as JavaScript holds it, and a change set applied as CodeMirror's page says it is.
std::u16string to_utf16(std::string_view text) {
    std::u16string units;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        char32_t scalar = more == 0 ? lead : lead & (0x3Fu >> more);
        for (int k = 1; k <= more; ++k)
            scalar = scalar << 6 | (static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]) & 0x3Fu);
        i += static_cast<std::size_t>(more) + 1;
        if (scalar < 0x10000) {
            units += static_cast<char16_t>(scalar);
        } else {
            units += static_cast<char16_t>(0xD800 + ((scalar - 0x10000) >> 10));
            units += static_cast<char16_t>(0xDC00 + ((scalar - 0x10000) & 0x3FF));
        }
    }
    return units;
}

std::u16string applied_by_javascript(const std::u16string& text, const json::array& change_set) {
    std::u16string result;
    std::size_t at = 0;
    for (const auto& section : change_set) {
        if (section.is_number()) {
            const auto kept = section.to_number<std::size_t>();
            result += text.substr(at, kept);
            at += kept;
            continue;
        }
        const auto& array = section.get_array();
        at += array[0].to_number<std::size_t>();
        for (std::size_t i = 1; i < array.size(); ++i) {
            if (i > 1) result += u'\n';
            result += to_utf16(std::string_view(array[i].get_string()));
        }
    }
    REQUIRE(at == text.size());
    return result;
}

// Letters of one to four bytes: a combining mark, right-to-left, an emoji of two units, an emoji's skin, a line end.
constexpr const char* letters[] = {"a",
                                   "b",
                                   "\n",
                                   "\xC3\xA9",
                                   "\xCC\x81",
                                   "\xD7\x90",
                                   "\xE0\xA4\x95",
                                   "\xEF\xB8\x8F",
                                   "\xF0\x9F\x91\x8D",
                                   "\xF0\x9F\x8F\xBD",
                                   "\xF4\x8F\xBF\xBF"};

class Typist {
  public:
    explicit Typist(unsigned seed) : random_(seed) {}
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    std::string words(std::size_t most) {
        std::string text;
        for (auto count = below(most + 1); count > 0; --count) text += letters[below(std::size(letters))];
        return text;
    }
    // Some letters kept, some taken away, some put in: as one change set, and what comes of it.
    json::array change(std::string_view text, std::string& result) {
        json::array sections;
        std::uint64_t kept = 0;
        for (std::size_t i = 0; i < text.size();) {
            const auto end = letter_end(text, i);
            const auto units = to_utf16(text.substr(i, end - i)).size();
            if (below(8) != 0) {
                kept += units;
                result += text.substr(i, end - i);
            } else {
                if (kept > 0) sections.push_back(std::exchange(kept, 0));
                const auto put = words(3);
                sections.push_back(section(units, put));
                result += put;
            }
            i = end;
        }
        if (kept > 0) sections.push_back(kept);
        const auto put = words(3);
        if (!put.empty()) sections.push_back(section(0, put));
        result += put;
        return sections;
    }

  private:
    static std::size_t letter_end(std::string_view text, std::size_t at) {
        for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;) ++at;
        return at;
    }
    static json::array section(std::size_t deleted, std::string_view put) {
        json::array section{deleted};
        if (put.empty()) return section;
        for (;;) {
            const auto end = put.find('\n');
            section.push_back(json::string(put.substr(0, end)));
            if (end == std::string_view::npos) return section;
            put.remove_prefix(end + 1);
        }
    }
    std::mt19937 random_;
};

bool is_refused(const char* change_set, std::string_view text) {
    return !changes_from(json::parse(change_set), text).ok();
}

}  // namespace

TEST_CASE("a change set does here what it does in the browser, whatever the letters") {
    for (unsigned seed = 0; seed < 2'000; ++seed) {
        Typist typist(seed);
        const auto text = typist.words(30);
        std::string expected;
        const auto change_set = typist.change(text, expected);
        const auto changes = changes_from(change_set, text);
        REQUIRE_MESSAGE(changes.ok(), "seed " << seed);
        CHECK_MESSAGE(applied(text, *changes) == expected, "seed " << seed);
        CHECK_MESSAGE(applied_by_javascript(to_utf16(text), change_set) == to_utf16(expected), "seed " << seed);
    }
}

TEST_CASE("what changed here does the same in the browser, and comes back the same") {
    for (unsigned seed = 0; seed < 2'000; ++seed) {
        Typist typist(seed);
        const auto from = typist.words(30), to = typist.words(30);
        const auto changes = difference(from, to);
        const auto change_set = change_set_of(changes, from);
        CHECK_MESSAGE(applied_by_javascript(to_utf16(from), change_set) == to_utf16(to), "seed " << seed);
        const auto back = changes_from(change_set, from);
        REQUIRE_MESSAGE(back.ok(), "seed " << seed);
        CHECK_MESSAGE(applied(from, *back) == to, "seed " << seed);
    }
}

TEST_CASE("long words go in as pieces that one change may hold, and no letter is cut") {
    std::string words;
    while (words.size() < 3 * limits::insert_bytes) words += "a\xF0\x9F\x91\x8D";
    const auto changes = changes_from(json::array{1, json::array{0, json::string(words)}, 1}, "xy");
    REQUIRE(changes.ok());
    CHECK(changes->size() > 3);
    for (const auto& change : *changes) CHECK(change.inserted.size() <= limits::insert_bytes);
    CHECK(applied("xy", *changes) == "x" + words + "y");
}

TEST_CASE("what is no change set of this text is refused") {
    const auto* thumb = "\xF0\x9F\x91\x8D";
    for (const auto* wrong :
         {"{}", "3", "null", "[1]", "[3]", "[-2,4]", "[2,[]]", "[2,[\"a\"]]", "[2,[0,7]]", "[[3]]", "[1,[0,\"a\"]]",
          "[1.5,0.5]", "[[-1,\"a\"],2]", "[2,[0,[]]]", "[\"2\"]", "[99999999999999999999]"}) {
        CHECK_MESSAGE(is_refused(wrong, "ab"), wrong);
    }
    CHECK_FALSE(is_refused("[2]", thumb));
    CHECK(is_refused("[1,[0,\"a\"],1]", thumb));
    CHECK(is_refused("[[1],1]", thumb));
    CHECK_FALSE(is_refused("[[2]]", thumb));
    CHECK_FALSE(is_refused("[]", ""));
    CHECK_FALSE(is_refused("[2,[0,\"\"]]", "ab"));
}
