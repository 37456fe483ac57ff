#include "app/api/note_places.h"

#include <algorithm>
#include <boost/json.hpp>

#include "app/api/change_set.h"

namespace staffroom::api {
namespace {

constexpr auto never = ~std::uint64_t{0};

// As events name a colleague's tab.
std::string client_of(const DeviceId& device, std::uint32_t tab) { return to_text(device) + "-" + std::to_string(tab); }

}  // namespace

void NotePlaces::put(const std::string& client, std::uint64_t head) {
    auto at = tabs_.find(client);
    if (at == tabs_.end()) {
        if (tabs_.size() >= presence_tabs_max) return;
        at = tabs_.emplace(client, Tab{next_number_++, 0}).first;
        is_said_ = false;
    }
    at->second.head = head;
    has_moved_ = true;
    is_closing_ = false;
}

void NotePlaces::take_away(const std::string& client) {
    if (tabs_.erase(client) == 0) return;
    has_moved_ = true;
    is_closing_ = tabs_.empty();
}

void NotePlaces::shift(const boost::json::value& change_set) {
    for (auto& [client, tab] : tabs_) tab.head = place_after(change_set, tab.head);
    has_moved_ = true;
}

void NotePlaces::heard(const DeviceId& from, const std::string& name, const Presence& presence, std::uint64_t now) {
    auto at = colleagues_.find(from);
    if (at == colleagues_.end()) {
        if (presence.tabs.empty() || colleagues_.size() >= colleagues_max) return;
        at = colleagues_.emplace(from, Colleague{}).first;
        has_moved_ = true;  // they are to see who is here
    }
    auto& colleague = at->second;
    colleague.name = name;
    colleague.heard_ms = now;
    std::map<std::uint32_t, There> tabs;
    for (const auto& tab : presence.tabs) tabs[tab.tab].after = tab.after;
    for (const auto& [number, there] : colleague.tabs) {
        if (!tabs.contains(number)) gone_.push_back(client_of(from, number));
    }
    colleague.tabs = std::move(tabs);
    if (colleague.tabs.empty()) colleagues_.erase(at);
}

void NotePlaces::words_came() {
    for (auto& [device, colleague] : colleagues_) {
        for (auto& [number, there] : colleague.tabs) there.waits = false;
    }
}

std::uint64_t NotePlaces::tell_at() const {
    if (is_closing_) return 0;
    if (tabs_.empty()) return never;
    const auto again = is_said_ ? said_ms_ + say_again_ms : 0;
    return has_moved_ && is_watched() ? std::min(again, told_ms_ + every_ms_) : again;
}

NotePlaces::Told NotePlaces::tell(const Text& text, std::uint64_t now) {
    pace(text);
    Told told;
    told.to_all = is_closing_ || !is_said_ || now >= said_ms_ + say_again_ms;
    for (const auto& [client, tab] : tabs_) {
        const auto left =
            text.anchor_at(text.from_utf16(static_cast<std::uint32_t>(tab.head)), TextAnchor::Side::after);
        told.tabs.push_back({tab.number, left ? std::optional(PlaceAfter{left->edit, left->nth}) : std::nullopt});
    }
    if (told.to_all) said_ms_ = now;
    told_ms_ = now;
    is_said_ = true;
    has_moved_ = is_closing_ = false;
    return told;
}

void NotePlaces::put_off(std::uint64_t now) {
    said_ms_ = told_ms_ = shown_ms_ = now;
    is_said_ = true;
    is_closing_ = false;
}

std::uint64_t NotePlaces::show_at() const {
    const bool waits = std::any_of(colleagues_.begin(), colleagues_.end(), [](const auto& each) {
        return std::any_of(each.second.tabs.begin(), each.second.tabs.end(),
                           [](const auto& tab) { return !tab.second.is_shown && !tab.second.waits; });
    });
    return waits ? shown_ms_ + every_ms_ : never;
}

std::vector<Json> NotePlaces::show(const Text& text, const std::vector<TextChange>& pending, std::string_view seen,
                                   std::uint64_t now) {
    pace(text);
    shown_ms_ = now;
    std::vector<Json> events;
    for (auto& [device, colleague] : colleagues_) {
        for (auto& [number, there] : colleague.tabs) {
            if (there.is_shown || there.waits) continue;
            auto place = Result<std::uint32_t>(0U);
            if (there.after) place = text.position_of({there.after->edit, there.after->nth, TextAnchor::Side::after});
            there.is_shown = place.ok();
            there.waits = !place.ok();
            if (!place) continue;
            const auto head = units_before(seen, place_after(pending, *place));
            events.push_back(
                {{"client", client_of(device, number)}, {"name", colleague.name}, {"anchor", head}, {"head", head}});
        }
    }
    return events;
}

std::vector<Json> NotePlaces::take_gone(std::uint64_t now) {
    for (auto at = colleagues_.begin(); at != colleagues_.end();) {
        if (now < at->second.heard_ms + gone_after_ms) {
            ++at;
            continue;
        }
        for (const auto& [number, there] : at->second.tabs) gone_.push_back(client_of(at->first, number));
        at = colleagues_.erase(at);
    }
    std::vector<Json> events;
    for (auto& client : std::exchange(gone_, {})) events.push_back({{"client", client}, {"gone", true}});
    return events;
}

std::uint64_t NotePlaces::deadline() const {
    if (!gone_.empty()) return 0;
    auto until = show_at();
    for (const auto& [device, colleague] : colleagues_) until = std::min(until, colleague.heard_ms + gone_after_ms);
    return until;
}

}  // namespace staffroom::api
