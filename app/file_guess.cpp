#include "app/file_guess.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "app/media_type.h"
#include "app/search/extract.h"
#include "app/search/words.h"
#include "core/limits.h"
#include "core/text_rules.h"
#include "storage/disk.h"

namespace staffroom {
namespace {

// Some hundred words, which is plenty.
constexpr std::size_t looked_at_bytes = 3 * 1024;

// Small words that nearly every sentence of a language has and few of another's.
struct Language {
    std::string_view code;
    std::string_view words;
};
constexpr std::array languages{
    Language{"en", " the and of to is are was with for that this from you they have which it be "},
    Language{"fr", " le les des est et dans une du pour que qui pas sont avec sur nous vous ce cette aux "},
    Language{"es", " el los las y es en una del por que con para su como mas son esta lo al pero "},
    Language{"pt", " o os as e em uma do da dos das que com para nao por como mais sao ao no na "},
    Language{"sw", " ya wa na kwa ni la za katika cha kuwa hii yake hiyo kama watu wanafunzi mwalimu vya au pia "},
    Language{"ar", " في من على الي ان هذا هذه التي الذي عن مع كان ما لا او كل بين ثم هو هي "},
    Language{"hi", " है के में और का की से को यह पर हैं एक नहीं ने भी कि था हो इस जो "},
};
constexpr std::size_t words_least = 4;  // fewer say nothing

bool is_text(std::string_view called) {
    const auto type = media_type_of(called);
    return type == "text/plain" || type == "text/markdown";
}

}  // namespace

std::string title_of_name(std::string_view name) {
    auto title = shown_name(name_as_words(name), limits::title_scalars - 1);
    const auto first = title.find_first_not_of(' ');
    if (first == std::string::npos) return safe_file_name(name);
    return title.substr(first, title.find_last_not_of(' ') + 1 - first);
}

std::string title_of_file(const std::filesystem::path& path) { return title_of_name(path.stem().string()); }

std::string language_of(std::string_view text) {
    // Folded like the text, so that both spell a letter in one way.
    static const auto known = [] {
        std::map<std::string, std::vector<std::size_t>, std::less<>> of;
        for (std::size_t i = 0; i < languages.size(); ++i) {
            search::each_word(languages[i].words, [&](const auto& word) {
                of[std::string(word.folded)].push_back(i);
                return true;
            });
        }
        return of;
    }();
    std::array<std::size_t, languages.size()> found{};
    std::size_t words = 0;
    search::each_word(text, [&](const auto& word) {
        ++words;
        if (const auto at = known.find(word.folded); at != known.end()) {
            for (const auto language : at->second) ++found[language];
        }
        return true;
    });
    const auto best = std::max_element(found.begin(), found.end());
    const auto most = *best;
    const auto next = [&] {
        auto others = found;
        others[static_cast<std::size_t>(best - found.begin())] = 0;
        return *std::max_element(others.begin(), others.end());
    }();
    // One word in ten of its own, and half as many again as of the language that comes nearest.
    if (most < words_least || 10 * most < words || 2 * most < 3 * next) return {};
    return std::string(languages[static_cast<std::size_t>(best - found.begin())].code);
}

std::string language_of_file(const std::filesystem::path& path, std::string_view called) {
    if (!is_text(called)) return {};
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open()) return {};
    Bytes bytes(looked_at_bytes);
    const auto got = ::pread(file.number(), bytes.data(), bytes.size(), 0);
    if (got <= 0) return {};
    return language_of_beginning(ByteView(bytes).first(static_cast<std::size_t>(got)), called);
}

std::string language_of_beginning(ByteView bytes, std::string_view called) {
    if (!is_text(called)) return {};
    bytes = bytes.first(std::min(bytes.size(), looked_at_bytes));
    // Of texts only those of UTF-16, which begin with its mark, hold zeros.
    const auto begins_with = [&](std::string_view mark) {
        return text_of(bytes.first(std::min(bytes.size(), mark.size()))) == mark;
    };
    const bool is_utf16 = begins_with("\xFF\xFE") || begins_with("\xFE\xFF");
    if (!is_utf16 && std::ranges::find(bytes, 0) != bytes.end()) return {};
    // A letter that is cut in two goes.
    if (bytes.size() == looked_at_bytes) {
        while (!bytes.empty() && (bytes.back() & 0xC0) == 0x80) bytes = bytes.first(bytes.size() - 1);
        if (!bytes.empty() && bytes.back() >= 0xC0) bytes = bytes.first(bytes.size() - 1);
    }
    return language_of(search::words_in_text(bytes));
}

}  // namespace staffroom
