// Passages of a note that is open in a tab: kept by its letters' own ids, so that they stay where they are whoever writes
// before, after or in them.
#include <boost/json.hpp>

#include "app/api/live_notes.h"
#include "app/api/note_text.h"
#include "app/home.h"
#include "core/records/view.h"

namespace staffroom::api {
namespace {

constexpr std::size_t anchors_at_once_max = 500;

Result<TextRange::End> end_at(const Text& text, std::uint32_t position, TextAnchor::Side side) {
    const auto anchor = text.anchor_at(position, side);
    if (!anchor) return anchor.error();
    return TextRange::End{anchor->edit, anchor->nth};
}

// Nothing: all its letters are gone, or they are not here yet.
std::optional<Json> place_of(const Text& text, const std::string& anchor) {
    const auto range = range_from(anchor);
    if (!range || range->field != note_body) return std::nullopt;
    const auto from = text.position_of({range->first.edit, range->first.nth, TextAnchor::Side::before});
    const auto to = text.position_of({range->last.edit, range->last.nth, TextAnchor::Side::after});
    if (!from || !to || *from >= *to) return std::nullopt;
    return Json{{"from", text.to_utf16(*from)}, {"to", text.to_utf16(*to)}};
}

}  // namespace

// The note's text with all that was typed, which is what the tab sees.
Result<Text> LiveNotes::settled(Desk& desk, const Json& args, std::uint64_t now) {
    const auto found = find(args, now);
    if (!found) return found.error();
    auto& note = **found;
    keep(desk, text_arg(args, "session"), note, now);
    const auto version = bounded_arg(args, "version", 0, {0, note.number()});
    if (!version || *version != note.number() || !note.pending.empty())
        return {Code::busy, "This note is just being written.", "Try again in a moment."};
    return desk.home.replica().text(note.group, note.note, note_body);
}

Reply LiveNotes::passage(Desk& desk, const Json& args, std::uint64_t now) {
    const auto text = settled(desk, args, now);
    if (!text) return text.error();
    const Bounds within{0, text->utf16_length()};
    const auto from = bounded_arg(args, "from", 0, within), to = bounded_arg(args, "to", 0, within);
    if (!from || !to || *from >= *to) return {Code::malformed, "There is no such passage.", "Choose some words."};
    const auto begin = text->from_utf16(static_cast<std::uint32_t>(*from));
    const auto end = text->from_utf16(static_cast<std::uint32_t>(*to));
    const auto first = end_at(*text, begin, TextAnchor::Side::before);
    const auto last = end_at(*text, end, TextAnchor::Side::after);
    if (!first) return first.error();
    if (!last) return last.error();
    return Json{{"anchor", std::get<std::string>(plain_of(TextRange{note_body, *first, *last}))}};
}

Reply LiveNotes::places(Desk& desk, const Json& args, std::uint64_t now) {
    const auto text = settled(desk, args, now);
    if (!text) return text.error();
    const auto anchors = list_arg(args, "anchors");
    if (anchors.size() > anchors_at_once_max)
        return {Code::too_large, "These are too many passages.", "Ask for fewer."};
    boost::json::array places;
    for (const auto& anchor : anchors) {
        auto place = place_of(*text, anchor);
        places.push_back(place ? boost::json::value(std::move(*place)) : nullptr);
    }
    return Json{{"places", std::move(places)}};
}

}  // namespace staffroom::api
