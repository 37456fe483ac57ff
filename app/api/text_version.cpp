#include "app/api/text_version.h"

#include <algorithm>

#include "app/api/args.h"
#include "core/bytes.h"

namespace staffroom::api {
namespace {

std::string text_of_edit(const OpRef& ref) {
    Bytes bytes = copy_of(ref.commit.view());
    for (const auto number : {ref.part, ref.position}) {
        bytes.push_back(static_cast<std::uint8_t>(number >> 8));
        bytes.push_back(static_cast<std::uint8_t>(number));
    }
    return to_base32(bytes);
}

std::optional<OpRef> edit_from(std::string_view text) {
    const auto bytes = from_base32(text);
    if (!bytes || bytes->size() != CommitId::size + 4) return std::nullopt;
    const auto number = [&](std::size_t at) {
        return static_cast<std::uint16_t>(static_cast<unsigned>((*bytes)[at]) << 8 | (*bytes)[at + 1]);
    };
    return OpRef{*CommitId::from(ByteView(*bytes).first(CommitId::size)), number(32), number(34)};
}

std::vector<std::string_view> parts_of(std::string_view text) {
    std::vector<std::string_view> parts;
    for (auto dot = text.find('.'); dot != text.npos; dot = text.find('.')) {
        parts.push_back(text.substr(0, dot));
        text.remove_prefix(dot + 1);
    }
    parts.push_back(text);
    return parts;
}

Error no_such_version() {
    return {Code::not_found, "This text has no such version here.",
            "See a note's versions with: staffroom note history NOTE"};
}

Result<OpRef> find_edit(const Text& text, std::string_view letters) {
    if (letters.size() < prefix_characters) return no_such_version();
    std::optional<OpRef> found;
    const CommitId* last = nullptr;
    bool fits = false;
    const auto history = text.history();
    for (const auto& row : history) {
        const auto& edit = row.edit;
        if (last == nullptr || *last != edit.commit)
            fits = to_base32(edit.commit.view().first(5)).starts_with(letters.substr(0, 8));
        last = &edit.commit;
        if (!fits || !text_of_edit(edit).starts_with(letters)) continue;
        if (found && found->commit != edit.commit) {
            return Error{Code::refused, "These letters begin more than one version.", "Give more of them."};
        }
        found = found ? std::max(*found, edit) : edit;
    }
    if (!found) return no_such_version();
    return *found;
}

}  // namespace

std::string version_text(const std::vector<OpRef>& version) {
    std::string text;
    for (const auto& ref : version) text += (text.empty() ? "" : ".") + text_of_edit(ref);
    return text.empty() ? "empty" : text;
}

std::optional<std::vector<OpRef>> version_from(std::string_view text) {
    std::vector<OpRef> version;
    if (text == "empty") return version;
    for (const auto one : parts_of(text)) {
        const auto edit = edit_from(one);
        if (!edit) return std::nullopt;
        version.push_back(*edit);
    }
    std::sort(version.begin(), version.end());
    return version;
}

Result<std::vector<OpRef>> find_version(const Text& text, std::string_view named) {
    std::vector<OpRef> version;
    if (named == "empty") return version;
    for (const auto one : parts_of(named)) {
        const auto whole = edit_from(one);
        if (whole && !text.has(*whole)) return no_such_version();
        const auto found = whole ? Result<OpRef>(*whole) : find_edit(text, one);
        if (!found) return found.error();
        version.push_back(*found);
    }
    std::sort(version.begin(), version.end());
    return version;
}

}  // namespace staffroom::api
