#include "app/page/outgoing.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "app/page/gate.h"
#include "core/text_rules.h"

namespace staffroom::page {
namespace {

// By the bytes that each of these begins with; empty: none of them.
std::string_view picture_type(ByteView first) {
    const auto begins = [&](std::string_view bytes, std::size_t at = 0) {
        return first.size() >= at + bytes.size() &&
               std::equal(bytes.begin(), bytes.end(), first.begin() + static_cast<std::ptrdiff_t>(at),
                          [](char c, std::uint8_t byte) { return static_cast<std::uint8_t>(c) == byte; });
    };
    if (begins("\x89PNG\r\n\x1A\n")) return "image/png";
    if (begins("\xFF\xD8\xFF")) return "image/jpeg";
    if (begins("GIF87a") || begins("GIF89a")) return "image/gif";
    if (begins("RIFF") && begins("WEBP", 8)) return "image/webp";
    return "";
}

// Twice, as RFC 6266 wants it: in plain letters for old browsers, and whole.
std::string disposition(std::string_view label) {
    const auto safe = safe_file_name(std::string(label));
    std::string plain, whole;
    for (const char c : safe) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\' && c != '%';
        plain += is_plain ? c : '_';
        const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                             c == '-' || c == '_';
        constexpr char digits[] = "0123456789ABCDEF";
        if (is_word) {
            whole += c;
        } else {
            whole += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + whole;
}

}  // namespace

std::optional<FileAsked> file_asked(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    const auto digits = path.substr(slash + 1);
    FileAsked asked;
    asked.record = path.substr(0, slash);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), asked.index);
    if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
    return asked;
}

Outgoing outgoing(const FileAsked& asked, std::string_view name, std::uint64_t size, ByteView first) {
    Outgoing out{
        200, 0, size, {{"Accept-Ranges", "bytes"}, {"Content-Security-Policy", "sandbox; default-src 'none'"}}};
    const auto picture = asked.is_inline ? picture_type(first) : std::string_view();
    out.headers.emplace_back("Content-Type", picture.empty() ? "application/octet-stream" : std::string(picture));
    if (picture.empty()) out.headers.emplace_back("Content-Disposition", disposition(name));
    const auto range = range_in(asked.range, size);
    if (!range) return out;
    const auto of_size = "/" + std::to_string(size);
    if (range->from > range->to) {
        out.status = 416;
        out.count = 0;
        out.headers.emplace_back("Content-Range", "bytes *" + of_size);
        return out;
    }
    out.status = 206;
    out.from = range->from;
    out.count = range->to - range->from + 1;
    out.headers.emplace_back("Content-Range",
                             "bytes " + std::to_string(range->from) + "-" + std::to_string(range->to) + of_size);
    return out;
}

}  // namespace staffroom::page
