// Words for bytes: the recovery sheet and the words that two screens compare.
#include "core/words.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "core/bytes.h"

using namespace staffroom;

namespace {

RecoverySecret counting_secret() {
    RecoverySecret secret;
    for (std::size_t i = 0; i < secret.bytes.size(); ++i) secret.bytes[i] = static_cast<std::uint8_t>(i * 16);
    return secret;
}

std::vector<std::string> apart(const std::string& line) {
    std::vector<std::string> words(1);
    for (const char c : line) {
        if (c == ' ')
            words.emplace_back();
        else
            words.back().push_back(c);
    }
    return words;
}

std::string together(const std::vector<std::string>& words, const std::string& between = " ") {
    std::string line;
    for (const auto& word : words) line += (line.empty() ? "" : between) + word;
    return line;
}

}  // namespace

TEST_CASE("every byte has a word of its own, told from all others by four letters and by more than one of them") {
    std::set<std::string> beginnings;
    for (int byte = 0; byte < 256; ++byte) {
        const auto word = word_of(static_cast<std::uint8_t>(byte));
        CHECK(byte_of(word) == byte);
        CHECK(byte_of(word.substr(0, 4)) == byte);
        CHECK((word.size() >= 3 && word.size() <= 8));
        beginnings.insert(std::string(word.substr(0, 4)));
        if (byte > 0) CHECK(word_of(static_cast<std::uint8_t>(byte - 1)) < word);
        for (int other = 0; other < byte; ++other) {
            const auto second = word_of(static_cast<std::uint8_t>(other));
            if (word.size() != second.size()) continue;
            std::size_t different = 0;
            for (std::size_t i = 0; i < word.size(); ++i) different += word[i] != second[i];
            REQUIRE_MESSAGE(different > 1, word << ' ' << second);
        }
    }
    CHECK(beginnings.size() == 256);
    CHECK(byte_of("SADDLE") == byte_of("saddle"));
    for (const auto* unknown : {"", "ele", "elephants", "zzzz", "aaaa", "teacher"}) CHECK_FALSE(byte_of(unknown));
}

TEST_CASE("a recovery sheet comes back from its words, however they are written down") {
    const auto secret = counting_secret();
    const auto sheet = sheet_of(secret);
    const auto words = apart(sheet);
    CHECK(words.size() == 18);
    CHECK(*secret_from_sheet(sheet) == secret);
    CHECK(*secret_from_sheet("  " + together(words, ",\r\n") + "\n") == secret);
    std::string numbered, shouted;
    for (std::size_t i = 0; i < words.size(); ++i) {
        numbered += std::to_string(i + 1) + ". " + words[i].substr(0, 4) + '\n';
        for (const char c : words[i]) shouted += static_cast<char>(c - 'a' + 'A');
        shouted += '\t';
    }
    CHECK(*secret_from_sheet(numbered) == secret);
    CHECK(*secret_from_sheet(shouted) == secret);
    CHECK(sheet_of(new_recovery_secret()) != sheet);
}

TEST_CASE("a sheet with a word changed, lost, added or exchanged is refused in words") {
    const auto words = apart(sheet_of(counting_secret()));
    std::size_t slipped = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto other = words;
        other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK_FALSE(secret_from_sheet(together(other)));
        other = words;
        other.insert(other.begin() + static_cast<std::ptrdiff_t>(i), "tower");
        CHECK_FALSE(secret_from_sheet(together(other)));
        other = words;
        other[i] = "teacher";
        const auto unknown = secret_from_sheet(together(other));
        REQUIRE_FALSE(unknown);
        CHECK(unknown.error().say.find("Word " + std::to_string(i + 1) + " ") == 0);
        if (i > 0) {
            other = words;
            std::swap(other[i], other[i - 1]);
            CHECK_FALSE(secret_from_sheet(together(other)));
        }
        for (int byte = 0; byte < 256; ++byte) {
            other = words;
            other[i] = word_of(static_cast<std::uint8_t>(byte));
            if (other != words && secret_from_sheet(together(other))) ++slipped;
        }
    }
    CHECK(slipped == 0);  // of 4,590
    for (const auto* junk : {"", "\n", "\xff\xfe", "été", "1 2 3"}) CHECK_FALSE(secret_from_sheet(junk));
    CHECK_FALSE(secret_from_sheet(std::string(100'000, 'a')));
}

TEST_CASE("the worked example of a recovery sheet in core/MODEL.md is what the code writes") {
    CHECK(sheet_of(counting_secret()) ==
          "acorn basket bridge cheese crayon dragon fire glass jacket library museum pencil rabbit silver table "
          "village clock "
          "rose");
    CHECK(to_hex(recovery_seed(counting_secret()).view()) ==
          "72b8fcd6ab76fb9ecda72f60f74260264d87be031e87977eecd4c0592082be7f");
}

TEST_CASE("six words are compared") {
    Hash agreed;
    agreed.bytes = {0, 1, 2, 253, 254, 255, 7};
    CHECK(compared_words(agreed) == words_of(agreed.view().first(6)));
    CHECK(apart(compared_words(agreed)).size() == 6);
}
