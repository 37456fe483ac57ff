#include "app/api/page.h"

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

std::vector<std::string> Presence::said(std::string_view words) {
    const auto object = object_in(words);
    const auto* told = object ? object->if_contains("presence") : nullptr;
    if (told == nullptr || !told->is_object()) return {};
    const auto& fields = told->get_object();
    const auto anchor = bounded_arg(fields, "anchor", 0, {0, max_text_length});
    const auto head = bounded_arg(fields, "head", 0, {0, max_text_length});
    const auto note = text_arg(fields, "note"), client = text_arg(fields, "client");
    constexpr std::size_t most = 64;
    if (!anchor || !head || client.empty() || client.size() > most || note.size() > most) return {};
    std::vector<std::string> events;
    if (note != note_ || client != client_) events = left();
    note_ = note;
    client_ = client;
    if (note.empty()) return events;
    events.push_back(boost::json::serialize(
        Json{{"kind", "presence"}, {"note", note}, {"client", client}, {"anchor", *anchor}, {"head", *head}}));
    return events;
}

std::vector<std::string> Presence::left() {
    const auto note = std::exchange(note_, {});
    if (note.empty()) return {};
    return {boost::json::serialize(Json{{"kind", "presence"}, {"note", note}, {"client", client_}, {"gone", true}})};
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
