#include "core/checked_text.h"

#include <algorithm>
#include <cassert>

#include "core/crypto.h"

namespace staffroom {
namespace {

constexpr std::size_t checksum_bytes = 8;

Bytes checksum_of(ByteView bytes) {
    Bytes sum(checksum_bytes);
    blake2b(sum, {}, {bytes});
    return sum;
}

}  // namespace

Error damaged(const CheckedText& kind) {
    return {Code::malformed, "This " + std::string(kind.what) + " is damaged or incomplete.",
            "Copy it again from its first to its last letter, or scan it again."};
}

std::string to_checked_text(const CheckedText& kind, ByteView body) {
    Bytes bytes = {kind.version};
    append(bytes, body);
    append(bytes, checksum_of(bytes));
    auto text = std::string(kind.prefix) + to_base32(bytes);
    assert(text.size() <= kind.most);
    return text;
}

Result<Bytes> from_checked_text(const CheckedText& kind, std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return damaged(kind);
    text = text.substr(first, text.find_last_not_of(blanks) + 1 - first);
    if (text.size() > kind.most) return damaged(kind);
    std::string lower(text);
    if (std::none_of(lower.begin(), lower.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
        for (auto& c : lower) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
    }
    if (!lower.starts_with(kind.prefix)) return damaged(kind);
    const auto bytes = from_base32(std::string_view(lower).substr(kind.prefix.size()));
    if (!bytes || bytes->size() < 1 + checksum_bytes) return damaged(kind);
    const auto checked = ByteView(*bytes).first(bytes->size() - checksum_bytes);
    if (!std::ranges::equal(checksum_of(checked), ByteView(*bytes).last(checksum_bytes))) return damaged(kind);
    if (checked[0] > kind.version) {
        return {Code::refused, "This " + std::string(kind.what) + " was made by a newer version of Staffroom.",
                "Update Staffroom on this computer, then try again."};
    }
    if (checked[0] != kind.version) return damaged(kind);
    return copy_of(checked.subspan(1));
}

}  // namespace staffroom
