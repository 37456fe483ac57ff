#include "app/search/extract.h"

#include "app/media_type.h"
#include "core/text_rules.h"
#include "core/utf8.h"

namespace staffroom::search {
namespace {

// Each pair of bytes a letter; those outside the first plane are two pairs.
std::string from_utf16(ByteView bytes, bool big) {
    std::string words;
    char32_t high = 0;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        const auto first = bytes[at], second = bytes[at + 1];
        char32_t unit = big ? static_cast<char32_t>(first << 8 | second) : static_cast<char32_t>(second << 8 | first);
        if (unit >= 0xD800 && unit < 0xDC00) {
            high = unit;
            continue;
        }
        if (unit >= 0xDC00 && unit < 0xE000) {
            if (high == 0) continue;
            unit = 0x10000 + ((high & 0x3FF) << 10 | (unit & 0x3FF));
        }
        high = 0;
        if (unit < 0x80) {
            words += static_cast<char>(unit);
        } else if (unit < 0x800) {
            words += {static_cast<char>(0xC0 | unit >> 6), static_cast<char>(0x80 | (unit & 0x3F))};
        } else if (unit < 0x10000) {
            words += {static_cast<char>(0xE0 | unit >> 12), static_cast<char>(0x80 | (unit >> 6 & 0x3F)),
                      static_cast<char>(0x80 | (unit & 0x3F))};
        } else {
            words += {static_cast<char>(0xF0 | unit >> 18), static_cast<char>(0x80 | (unit >> 12 & 0x3F)),
                      static_cast<char>(0x80 | (unit >> 6 & 0x3F)), static_cast<char>(0x80 | (unit & 0x3F))};
        }
    }
    return words;
}

std::string in_utf8(ByteView bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("\xFF\xFE")) return from_utf16(bytes.subspan(2), false);
    if (text.starts_with("\xFE\xFF")) return from_utf16(bytes.subspan(2), true);
    return name_as_words(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
}

}  // namespace

const char* name_of(Format format) {
    constexpr const char* names[] = {"none", "text", "html", "pdf", "office"};
    return names[static_cast<std::size_t>(format)];
}

Format format_of(const FileRef& file) {
    if (file.size == 0 || file.size > document_bytes_max) return Format::none;
    auto type = media_type_of(file.name);
    if (type == "application/octet-stream") type = file.media_type;
    if (type == "text/html") return Format::html;
    if (type.starts_with("text/")) return Format::text;
    if (type == "application/pdf") return Format::pdf;
    const bool is_office = type.starts_with("application/vnd.oasis.opendocument.") ||
                           type.starts_with("application/vnd.openxmlformats-officedocument.") ||
                           type == "application/epub+zip";
    return is_office ? Format::office : Format::none;
}

std::string words_in_text(ByteView document) {
    // Cut before it is looked through; a letter that is cut in two goes.
    auto bytes = document.first(std::min<std::size_t>(document.size(), 2 * words_bytes_max));
    if (bytes.size() < document.size()) {
        while (!bytes.empty() && (bytes.back() & 0xC0) == 0x80) bytes = bytes.first(bytes.size() - 1);
        if (!bytes.empty() && bytes.back() >= 0xC0) bytes = bytes.first(bytes.size() - 1);
    }
    std::string words;
    char space = 0;
    for (const char c : in_utf8(bytes)) {
        if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F) {
            space = c == '\n' || c == '\r' || space == '\n' ? '\n' : ' ';
            continue;
        }
        if (space != 0 && !words.empty()) words += space;
        space = 0;
        words += c;
    }
    if (words.size() > words_bytes_max) {
        auto end = words_bytes_max;
        while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end;
        words.resize(end);
    }
    return words;
}

}  // namespace staffroom::search
