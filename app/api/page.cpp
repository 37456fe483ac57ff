#include "app/api/page.h"

#include <boost/json.hpp>
#include <cassert>

#include "app/api/args.h"

namespace staffroom::api {

std::optional<std::string> launch_code_in(std::string_view body) {
    boost::system::error_code wrong;
    const auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), wrong);
    if (wrong || !value.is_object()) return std::nullopt;
    return maybe_text_arg(value.get_object(), "launch");
}

std::string session_document(const page::Session& session) {
    return boost::json::serialize(Json{{"ok", true}, {"token", session.token}, {"key", session.key}});
}

std::string hello_event(std::uint64_t latest, std::string_view run) {
    return boost::json::serialize(Json{{"n", latest}, {"kind", "hello"}, {"run", std::string(run)}});
}

std::string numbered_event(std::uint64_t number, std::string_view event) {
    assert(event.size() > 2 && event.front() == '{');
    return "{\"n\":" + std::to_string(number) + "," + std::string(event.substr(1));
}

}  // namespace staffroom::api
