#include "core/merge/translate.h"

#include <algorithm>
#include <optional>

#include "core/limits.h"
#include "core/utf8.h"

namespace staffroom {
namespace {

// The changes all at once: what remains of the shown text, in order, with new text between.
struct Part {
    std::uint32_t begin = 0;  // in the shown text
    std::uint32_t length = 0;
    std::string fresh;  // instead: new text, `length` scalar values
};

std::string cut_scalars(std::string& text, std::size_t count) {
    std::size_t at = 0;
    while (at < text.size() && ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80 || count-- > 0)) ++at;
    std::string tail = text.substr(at);
    text.resize(at);
    return tail;
}

std::vector<Part> apply_all(std::uint32_t length, std::span<const TextChange> changes) {
    std::vector<Part> parts;
    if (length > 0) parts.push_back({0, length, {}});
    // Makes a part begin at `position`, and returns its number.
    const auto cut = [&](std::uint32_t position) {
        std::size_t p = 0;
        for (; p < parts.size() && position >= parts[p].length; ++p) position -= parts[p].length;
        if (position == 0) return p;
        Part second{parts[p].begin + position, parts[p].length - position, {}};
        if (!parts[p].fresh.empty()) second.fresh = cut_scalars(parts[p].fresh, position);
        parts[p].length = position;
        parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(p) + 1, std::move(second));
        return p + 1;
    };
    for (const auto& change : changes) {
        const auto from = static_cast<std::ptrdiff_t>(cut(change.position));
        const auto to = static_cast<std::ptrdiff_t>(cut(change.position + change.deleted));
        parts.erase(parts.begin() + from, parts.begin() + to);
        if (change.inserted.empty()) continue;
        const auto count = static_cast<std::uint32_t>(scalar_count(change.inserted));
        parts.insert(parts.begin() + from, {0, count, change.inserted});
    }
    return parts;
}

// One thing to do at a character: remove it, or put text right of it.
struct Deed {
    Walker::Char at = Walker::outside;  // outside: before the first character
    std::optional<std::string> put;
};

std::vector<Deed> deeds_of(const Walker& walker, std::uint32_t length, std::span<const TextChange> changes) {
    std::vector<Deed> deeds;
    std::uint32_t next = 0;  // of the shown text
    const auto remove_up_to = [&](std::uint32_t end) {
        for (; next < end; ++next) deeds.push_back({walker.shown_char(next), std::nullopt});
    };
    for (auto& part : apply_all(length, changes)) {
        if (part.fresh.empty()) {
            remove_up_to(part.begin);
            next = part.begin + part.length;
        } else {
            const auto at = next == 0 ? Walker::outside : walker.shown_char(next - 1);
            if (!deeds.empty() && deeds.back().put && deeds.back().at == at)
                *deeds.back().put += part.fresh;
            else
                deeds.push_back({at, std::move(part.fresh)});
        }
    }
    remove_up_to(length);
    return deeds;
}

// The edits with nothing hidden in their past: the heads of that version.
Version clean_heads(const EventLog& log, const Hidden& hidden) {
    std::vector<bool> clean(log.end());
    std::vector<bool> head(log.end());
    for (EditIndex edit = 0; edit < log.end(); ++edit) {
        const auto its_base = log.graph().base_of(edit);
        const std::span<const EditIndex> base = its_base;
        clean[edit] =
            !hidden.holds(edit) && std::all_of(base.begin(), base.end(), [&](EditIndex b) { return clean[b]; });
        head[edit] = clean[edit];
        if (clean[edit])
            for (const auto b : base) head[b] = false;
    }
    Version heads;
    for (EditIndex edit = 0; edit < log.end(); ++edit)
        if (head[edit]) heads.push_back(edit);
    return heads;
}

void add_pieces(const Version& heads, std::vector<Version>& out) {
    for (std::size_t i = 0; i < heads.size(); i += limits::heads_count) {
        const auto end = std::min(heads.size(), i + limits::heads_count);
        out.emplace_back(heads.begin() + static_cast<std::ptrdiff_t>(i),
                         heads.begin() + static_cast<std::ptrdiff_t>(end));
    }
}

// From the end of the text to its beginning, so that none moves another: first what lies right of a place.
std::vector<TextChange> changes_of(std::vector<std::pair<std::uint32_t, Deed*>>& placed) {
    std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) {
        if (a.first != b.first) return a.first > b.first;
        return !a.second->put && b.second->put;
    });
    std::vector<TextChange> changes;
    for (auto& [position, deed] : placed) {
        if (!deed->put) {
            if (!changes.empty() && changes.back().inserted.empty() && changes.back().position == position + 1) {
                --changes.back().position;
                ++changes.back().deleted;
            } else {
                changes.push_back({position, 1, {}});
            }
            continue;
        }
        auto at = position;
        for (std::string left = std::move(*deed->put); !left.empty();) {
            std::string rest = cut_scalars(left, limits::insert_bytes / 4);
            const auto count = static_cast<std::uint32_t>(scalar_count(left));
            changes.push_back({at, 0, std::move(left)});
            at += count;
            left = std::move(rest);
        }
    }
    return changes;
}

}  // namespace

std::vector<TranslatedEdit> translate(const EventLog& log, const Hidden& hidden, const Version& heads,
                                      std::uint32_t length, std::span<const TextChange> changes) {
    const auto walker = TextBranch::walk(log, hidden);
    auto deeds = deeds_of(*walker, length, changes);
    std::vector<Version> versions;
    if (hidden.any()) add_pieces(clean_heads(log, hidden), versions);
    add_pieces(heads, versions);
    if (versions.empty()) versions.emplace_back();

    std::vector<TranslatedEdit> edits;
    std::vector<Deed*> open;
    for (auto& deed : deeds) open.push_back(&deed);
    const auto express_on = [&](const Version& version) {
        walker->move_to(version);
        std::vector<std::pair<std::uint32_t, Deed*>> placed;
        std::erase_if(open, [&](Deed* deed) {
            if (deed->at == Walker::outside) return placed.emplace_back(0, deed), true;
            const auto place = walker->current_place(deed->at);
            if (!place.there) return false;
            placed.emplace_back(place.position + (deed->put ? 1 : 0), deed);
            return true;
        });
        if (!placed.empty()) edits.push_back({version, changes_of(placed)});
    };
    for (const auto& version : versions) express_on(version);
    while (!open.empty()) {
        const auto left = open.size();
        express_on({walker->edit_of(open.front()->at)});
        if (open.size() == left) break;  // only a history that the disk made up has shown characters nobody inserted
    }
    return edits;
}

}  // namespace staffroom
