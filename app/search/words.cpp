#include "app/search/words.h"

#include <array>
#include <memory>

#include "core/text_rules.h"

namespace staffroom::search {
namespace {

// What each letter becomes, learnt as letters come.
class Letters {
  public:
    const SearchLetter& of(char32_t scalar) {
        auto& block = blocks_[scalar / block_letters];
        if (!block) {
            block = std::make_unique<Block>();
            const auto first = scalar / block_letters * block_letters;
            for (char32_t i = 0; i < block_letters; ++i) (*block)[i] = search_letter(first + i);
        }
        return (*block)[scalar % block_letters];
    }

  private:
    static constexpr char32_t block_letters = 128;
    using Block = std::array<SearchLetter, block_letters>;
    std::array<std::unique_ptr<Block>, 0x110000 / block_letters> blocks_;
};

Letters& letters() {
    // For those threads that read texts: its table alone is 70 KB.
    static thread_local const auto learnt = std::make_unique<Letters>();
    return *learnt;
}

// The scalar value at a place and how many bytes it takes; a byte that begins none counts as a control character.
std::pair<char32_t, std::size_t> scalar_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(at);
    if (lead < 0x80) return {lead, 1};
    const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || at + more >= text.size()) return {0, 1};
    char32_t scalar = lead & (0x3Fu >> more);
    for (std::size_t i = 1; i <= more; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return {0, 1};
        scalar = scalar << 6 | (byte(at + i) & 0x3Fu);
    }
    return scalar > 0x10FFFF ? std::pair<char32_t, std::size_t>{0, 1} : std::pair{scalar, more + 1};
}

constexpr std::array<char, 128> ascii_letters = [] {
    std::array<char, 128> as{};
    for (char c = '0'; c <= '9'; ++c) as[static_cast<std::size_t>(c)] = c;
    for (char c = 'a'; c <= 'z'; ++c) as[static_cast<std::size_t>(c)] = c;
    for (char c = 'A'; c <= 'Z'; ++c) as[static_cast<std::size_t>(c)] = static_cast<char>(c + 32);
    return as;
}();

bool is_ascii_letter(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && ascii_letters[byte] != 0;
}

template <class Visit>
void split_words(std::string_view text, const Visit& visit) {
    std::string word;
    std::size_t begin = 0;
    bool alone = false;
    const auto give = [&](std::size_t end) {
        const bool more = word.empty() || visit(Word{begin, end, word});
        word.clear();
        return more;
    };
    const auto grow = [&](std::size_t at, std::string_view folded) {
        if (word.empty()) begin = at;
        if (word.size() + folded.size() <= word_bytes_max) word += folded;
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        if (lead < 0x80) {
            if ((ascii_letters[lead] == 0 || alone) && !give(at)) return;
            alone = false;
            if (ascii_letters[lead] == 0) {
                ++at;
                continue;
            }
            if (word.empty()) begin = at;
            const auto before = word.size(), from = at;
            while (at < text.size() && is_ascii_letter(text[at])) ++at;
            word.resize(std::min(before + at - from, word_bytes_max));
            for (auto i = before; i < word.size(); ++i) {
                word[i] = ascii_letters[static_cast<unsigned char>(text[from + i - before])];
            }
            continue;
        }
        const auto [scalar, length] = scalar_at(text, at);
        const auto& letter = letters().of(scalar);
        const bool parts = letter.kind == LetterKind::separator || letter.kind == LetterKind::alone ||
                           (alone && letter.kind == LetterKind::letter);
        if (parts && !give(at)) return;
        if (letter.kind != LetterKind::mark) alone = letter.kind == LetterKind::alone;
        if (letter.kind != LetterKind::separator && !(letter.kind == LetterKind::mark && word.empty())) {
            grow(at, letter.folded);
        }
        at += length;
    }
    (void)give(text.size());
}

}  // namespace

void each_word(std::string_view text, const std::function<bool(const Word&)>& visit) { split_words(text, visit); }

std::string folded(std::string_view text) {
    std::string words;
    words.reserve(text.size() + text.size() / 16);
    split_words(text, [&](const Word& word) {
        if (!words.empty()) words += ' ';
        words += word.folded;
        return true;
    });
    return words;
}

}  // namespace staffroom::search
