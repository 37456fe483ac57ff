#include "app/api/page.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cassert>

#include "app/api/args.h"
#include "core/merge/text_edit.h"

namespace staffroom::api {

std::optional<std::string> launch_code_in(std::string_view body) {
    const auto said = object_in(body);
    return said ? maybe_text_arg(*said, "launch") : std::nullopt;
}

std::string session_document(const page::Session& session) {
    return boost::json::serialize(Json{{"ok", true}, {"token", session.token}, {"key", session.key}});
}

std::string refusal_document(const Error& why) {
    return boost::json::serialize(with_trouble({{"ok", false}}, trouble_of(why)));
}

Result<Json> upload_args(std::string_view args, const std::string& group, const std::string& name,
                         const std::string& path) {
    auto all = args.empty() ? Json{} : object_in(args);
    if (!all) return {Code::malformed, "What is said about this file makes no sense.", "Send args={…} in JSON."};
    (*all)["group"] = group;
    (*all)["source"] = path;
    (*all)["name"] = name.empty() ? "file" : name;
    return std::move(*all);
}

std::vector<TabPlace> TabPlaces::said(std::string_view words) {
    const auto object = object_in(words);
    const auto* told = object ? object->if_contains("presence") : nullptr;
    if (told == nullptr || !told->is_object()) return {};
    const auto& fields = told->get_object();
    const auto anchor = bounded_arg(fields, "anchor", 0, {0, max_text_length});
    const auto head = bounded_arg(fields, "head", 0, {0, max_text_length});
    const auto version = bounded_arg(fields, "version", 0, {0, ~std::uint64_t{0}});
    TabPlace place{text_arg(fields, "note"), text_arg(fields, "client"), text_arg(fields, "session")};
    constexpr std::size_t most = 64;
    if (!anchor || !head || !version || place.client.empty()) return {};
    if (std::max({place.client.size(), place.note.size(), place.session.size()}) > most) return {};
    std::vector<TabPlace> places;
    if (place.note != note_ || place.client != client_) places = left();
    note_ = place.note;
    client_ = place.client;
    place.anchor = *anchor;
    place.head = *head;
    place.version = *version;
    if (!note_.empty()) places.push_back(std::move(place));
    return places;
}

std::vector<TabPlace> TabPlaces::left() {
    TabPlace gone{std::exchange(note_, {}), client_, {}};
    gone.is_gone = true;
    return gone.note.empty() ? std::vector<TabPlace>{} : std::vector{std::move(gone)};
}

std::string event_of(const TabPlace& place) {
    Json event{{"kind", "presence"}, {"note", place.note}, {"client", place.client}};
    if (place.is_gone) {
        event["gone"] = true;
    } else {
        event["anchor"] = place.anchor;
        event["head"] = place.head;
        event["version"] = place.version;
    }
    return boost::json::serialize(event);
}

std::string EventRow::next(std::string_view event) {
    assert(event.size() > 2 && event.front() == '{');
    constexpr std::string_view locked = R"({"kind":"locked","locked":)";
    if (event.starts_with(locked)) is_locked_ = event.substr(locked.size()).starts_with("true");
    return "{\"n\":" + std::to_string(++latest_) + "," + std::string(event.substr(1));
}

std::string EventRow::hello() const {
    return boost::json::serialize(Json{{"n", latest_}, {"kind", "hello"}, {"run", run_}, {"locked", is_locked_}});
}

}  // namespace staffroom::api
