#include "app/api/text_version.h"

#include <algorithm>

#include "core/bytes.h"

namespace staffroom::api {

std::string version_text(const std::vector<OpRef>& version) {
    std::string text;
    for (const auto& ref : version) {
        if (!text.empty()) text += '.';
        Bytes bytes = copy_of(ref.commit.view());
        for (const auto number : {ref.part, ref.position}) {
            bytes.push_back(static_cast<std::uint8_t>(number >> 8));
            bytes.push_back(static_cast<std::uint8_t>(number));
        }
        text += to_base32(bytes);
    }
    return text.empty() ? "empty" : text;
}

std::optional<std::vector<OpRef>> version_from(std::string_view text) {
    std::vector<OpRef> version;
    if (text == "empty") return version;
    while (!text.empty()) {
        const auto dot = text.find('.');
        const auto bytes = from_base32(text.substr(0, dot));
        if (!bytes || bytes->size() != CommitId::size + 4) return std::nullopt;
        const auto number = [&](std::size_t at) {
            return static_cast<std::uint16_t>(static_cast<unsigned>((*bytes)[at]) << 8 | (*bytes)[at + 1]);
        };
        version.push_back({*CommitId::from(ByteView(*bytes).first(CommitId::size)), number(32), number(34)});
        if (dot == std::string_view::npos) break;
        text.remove_prefix(dot + 1);
    }
    std::sort(version.begin(), version.end());
    return version;
}

}  // namespace staffroom::api
