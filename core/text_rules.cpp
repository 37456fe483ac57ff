#include "core/text_rules.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

#include "core/utf8.h"

namespace staffroom {
namespace {

constexpr std::size_t name_bytes_max = 120;

// Calls `visit(scalar, its bytes)`; bytes that are not UTF-8 are passed over.
template <class Visit>
void each_scalar(std::string_view words, const Visit& visit) {
    const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(words.data());
    auto left = static_cast<utf8proc_ssize_t>(words.size());
    while (left > 0) {
        utf8proc_int32_t scalar = 0;
        const auto length = utf8proc_iterate(at, left, &scalar);
        if (length <= 0) {
            ++at;
            --left;
            continue;
        }
        visit(scalar, std::string_view(reinterpret_cast<const char*>(at), static_cast<std::size_t>(length)));
        at += length;
        left -= length;
    }
}

// Embeddings, overrides and isolates: the ones with which a name can show another ending than it has.
bool changes_direction(utf8proc_int32_t scalar) {
    return scalar == 0x061C || scalar == 0x200E || scalar == 0x200F || (scalar >= 0x202A && scalar <= 0x202E) ||
           (scalar >= 0x2066 && scalar <= 0x2069);
}

bool is_control(utf8proc_int32_t scalar) {
    const auto category = utf8proc_category(scalar);
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CS || category == UTF8PROC_CATEGORY_CN ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP || scalar == 0xFEFF;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lowered(std::string_view words) {
    std::string out(words);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

// Stem and ending ("." included; empty, or longer than a real one: none).
std::pair<std::string, std::string> split(const std::string& name) {
    const auto dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0 || name.size() - dot > 12) return {name, ""};
    return {name.substr(0, dot), name.substr(dot)};
}

void cut(std::string& words, std::size_t bytes_max) {
    if (words.size() <= bytes_max) return;
    auto end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end;
    words.resize(end);
}

void trim_end(std::string& words) {
    while (!words.empty() && (words.back() == '.' || words.back() == ' ')) words.pop_back();
}

bool is_device_name(const std::string& name) {
    const auto stem = lowered(name.substr(0, name.find('.')));
    for (const auto* reserved : {"con", "prn", "aux", "nul", "conin$", "conout$"}) {
        if (stem == reserved) return true;
    }
    return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '0' && stem[3] <= '9';
}

}  // namespace

std::string to_nfc(std::string_view words) {
    utf8proc_uint8_t* composed = nullptr;
    const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(words.data()),
                                     static_cast<utf8proc_ssize_t>(words.size()), &composed,
                                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (length < 0) return std::string(words);
    std::string out(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(length));
    std::free(composed);
    return out;
}

std::string shown_name(std::string_view words, std::size_t scalars_max) {
    std::string out;
    std::size_t count = 0;
    bool more = false;
    each_scalar(words, [&](utf8proc_int32_t scalar, std::string_view bytes) {
        if (scalar == '\n' || scalar == '\r' || scalar == '\t') {
            scalar = ' ';
            bytes = " ";
        }
        if (is_control(scalar) || changes_direction(scalar)) return;
        if (count == scalars_max) {
            more = true;
            return;
        }
        out += bytes;
        ++count;
    });
    return more ? out + "…" : out;
}

std::string shown_text(std::string_view words) {
    std::string out;
    each_scalar(words, [&](utf8proc_int32_t scalar, std::string_view bytes) {
        const bool kept = scalar == '\n' || scalar == '\t';
        if (kept || (!is_control(scalar) && !changes_direction(scalar))) out += bytes;
    });
    return out;
}

std::size_t columns_of(std::string_view words) {
    std::size_t columns = 0;
    each_scalar(words, [&](utf8proc_int32_t scalar, std::string_view) {
        columns += static_cast<std::size_t>(std::max(0, utf8proc_charwidth(scalar)));
    });
    return columns;
}

std::string safe_file_name(std::string_view label) {
    std::string kept;
    each_scalar(label, [&](utf8proc_int32_t scalar, std::string_view bytes) {
        if (!is_control(scalar) && !changes_direction(scalar)) kept += bytes;
    });
    auto name = to_nfc(kept);
    constexpr std::string_view forbidden = "/\\:*?\"<>|";
    std::replace_if(
        name.begin(), name.end(), [&](char c) { return forbidden.find(c) != std::string_view::npos; }, '_');
    name.erase(0, std::min(name.find_first_not_of(". "), name.size()));
    trim_end(name);
    auto [stem, ending] = split(name);
    if (is_device_name(name)) stem = "_" + stem;
    cut(stem, name_bytes_max - ending.size());
    trim_end(stem);
    if (stem.empty()) stem = "file";
    return stem + ending;
}

std::string name_as_words(std::string_view name) {
    if (is_utf8(name)) return std::string(name);
    std::string words;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            words += c;
        } else {
            words += static_cast<char>(0xC0 | byte >> 6);
            words += static_cast<char>(0x80 | (byte & 0x3F));
        }
    }
    return words;
}

std::string numbered_file_name(const std::string& safe, unsigned number) {
    auto [stem, ending] = split(safe);
    const auto mark = " (" + std::to_string(number) + ")";
    cut(stem, name_bytes_max - ending.size() - mark.size());
    return stem + mark + ending;
}

namespace {

struct SameLetter {
    utf8proc_int32_t letter, as;
};
// What decomposing leaves as it is, by letter.
constexpr SameLetter same_letters[] = {
    {0xF8, 'o'},    {0x111, 'd'},   {0x127, 'h'},   {0x131, 'i'},   {0x142, 'l'},   {0x14B, 'n'},   {0x188, 'c'},
    {0x192, 'f'},   {0x199, 'k'},   {0x1B4, 'y'},   {0x253, 'b'},   {0x254, 'o'},   {0x256, 'd'},   {0x257, 'd'},
    {0x25B, 'e'},   {0x263, 'g'},   {0x268, 'i'},   {0x272, 'n'},   {0x289, 'u'},   {0x28B, 'v'},   {0x629, 0x647},
    {0x649, 0x64A}, {0x671, 0x627}, {0x6A9, 0x643}, {0x6C0, 0x647}, {0x6C1, 0x647}, {0x6CC, 0x64A},
};
static_assert(std::is_sorted(std::begin(same_letters), std::end(same_letters),
                             [](const SameLetter& a, const SameLetter& b) { return a.letter < b.letter; }));
constexpr utf8proc_int32_t zero_digits[] = {0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66,
                                            0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6};

constexpr utf8proc_int32_t tatweel = 0x640;

// Of marks: accents above and below, and the points of Semitic scripts, say how a word sounds and not which it is.
bool is_left_out(utf8proc_int32_t scalar) {
    const auto place = utf8proc_get_property(scalar)->combining_class;
    return place == 7 || (place >= 10 && place <= 36) || place >= 200 || scalar == tatweel;
}

bool is_written_without_spaces(utf8proc_int32_t scalar) {
    constexpr std::pair<utf8proc_int32_t, utf8proc_int32_t> scripts[] = {
        {0x0E00, 0x0EFF}, {0x1000, 0x109F}, {0x1780, 0x17FF}, {0x3040, 0x30FF},  {0x31F0, 0x31FF},
        {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFF}};
    return std::any_of(std::begin(scripts), std::end(scripts),
                       [&](const auto& script) { return scalar >= script.first && scalar <= script.second; });
}

utf8proc_int32_t plain_letter(utf8proc_int32_t scalar) {
    for (const auto zero : zero_digits) {
        if (scalar >= zero && scalar <= zero + 9) return '0' + (scalar - zero);
    }
    const auto same =
        std::lower_bound(std::begin(same_letters), std::end(same_letters), scalar,
                         [](const SameLetter& each, utf8proc_int32_t wanted) { return each.letter < wanted; });
    return same != std::end(same_letters) && same->letter == scalar ? same->as : scalar;
}

LetterKind kind_of(utf8proc_int32_t scalar) {
    switch (utf8proc_category(scalar)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return is_written_without_spaces(scalar) ? LetterKind::alone : LetterKind::letter;
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_CF:  // joiners, soft hyphens, direction marks: inside words and unseen
            return LetterKind::mark;
        default:
            return LetterKind::separator;
    }
}

}  // namespace

SearchLetter search_letter(char32_t scalar) {
    SearchLetter letter{kind_of(static_cast<utf8proc_int32_t>(scalar))};
    if (letter.kind == LetterKind::separator) return letter;
    utf8proc_int32_t parts[32];
    int last_boundclass = 0;
    const auto count = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(scalar), parts, 32,
        static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD), &last_boundclass);
    for (utf8proc_ssize_t i = 0; i < std::min<utf8proc_ssize_t>(count, 32); ++i) {
        const auto kind = kind_of(parts[i]);
        const bool unseen = utf8proc_category(parts[i]) == UTF8PROC_CATEGORY_CF;
        if (kind == LetterKind::separator || unseen || is_left_out(parts[i])) continue;
        utf8proc_uint8_t bytes[4];
        const auto length = utf8proc_encode_char(plain_letter(parts[i]), bytes);
        letter.folded.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
    }
    return letter;
}

bool may_run_when_opened(std::string_view name) {
    constexpr std::string_view endings[] = {
        ".exe",  ".com",  ".bat", ".cmd", ".scr", ".pif", ".msi", ".ps1", ".vbs",  ".js",    ".jse",     ".wsf",
        ".hta",  ".jar",  ".lnk", ".reg", ".cpl", ".sh",  ".run", ".deb", ".app",  ".apk",   ".docm",    ".xlsm",
        ".pptm", ".dotm", ".xll", ".iso", ".img", ".url", ".svg", ".htm", ".html", ".xhtml", ".desktop", ".appimage",
    };
    const auto low = lowered(name);
    return std::any_of(std::begin(endings), std::end(endings), [&](auto ending) { return low.ends_with(ending); });
}

}  // namespace staffroom
