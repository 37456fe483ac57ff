#include "app/page/gate.h"

#include <algorithm>
#include <charconv>

namespace staffroom::page {
namespace {

Refused refused(unsigned status, std::string_view say, std::string_view advice) {
    const auto code = status == 401 || status == 403 ? Code::refused
                      : status == 404                ? Code::not_found
                                                     : Code::malformed;
    return {status, Error{code, say, advice}};
}

std::string own_origin(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

bool comes_from_here(const Head& head, std::uint16_t port) {
    const bool must_say = head.method == "POST" || head.is_upgrade;
    if (head.origin ? *head.origin != own_origin(port) : must_say) return false;
    if (!head.fetch_site || *head.fetch_site == "same-origin") return true;
    return *head.fetch_site == "none" && !must_say;
}

struct Known {
    std::string_view path;
    Route route;
    std::string_view method;
    std::string_view content_type;
};
constexpr Known routes[] = {{"/session", Route::session, "POST", "application/json"},
                            {"/api", Route::api, "POST", "application/json"},
                            {"/upload/", Route::upload, "POST", "application/octet-stream"},
                            {"/file/", Route::file, "GET", ""},
                            {"/events", Route::events, "GET", ""}};

// Their own names, and where a name goes on after them.
const Known* known_route(std::string_view path) {
    for (const auto& each : routes) {
        if (each.path.ends_with('/') ? path.starts_with(each.path) && path != each.path : path == each.path)
            return &each;
    }
    return nullptr;
}

// Without parameters: "; charset=utf-8" says nothing new.
std::string_view bare_type(std::string_view type) {
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return type;
}

std::optional<std::map<std::string, std::string>> query_in(std::string_view text) {
    std::map<std::string, std::string> query;
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = percent_decoded(pair.substr(0, equals));
        auto value = percent_decoded(pair.substr(std::min(pair.size(), equals + 1)));
        if (!name || !value) return std::nullopt;
        query[std::move(*name)] = std::move(*value);
    }
    return query;
}

bool has_session(const Head& head, const Admitted& asked, std::uint16_t port, const Sessions& sessions) {
    const auto cookie = cookie_in(head.cookies, port);
    if (asked.route != Route::file) return sessions.has_token(cookie, head.token);
    const auto key = asked.query.find("key");
    return key != asked.query.end() && sessions.has_key(cookie, key->second);
}

}  // namespace

std::string cookie_name(std::uint16_t port) { return "staffroom-" + std::to_string(port); }

std::string cookie_in(std::string_view cookies, std::uint16_t port) {
    const auto wanted = cookie_name(port) + "=";
    while (!cookies.empty()) {
        auto each = cookies.substr(0, cookies.find(';'));
        cookies.remove_prefix(std::min(cookies.size(), each.size() + 1));
        while (each.starts_with(' ')) each.remove_prefix(1);
        if (each.starts_with(wanted)) return std::string(each.substr(wanted.size()));
    }
    return "";
}

std::string token_in_protocols(std::string_view protocols) {
    const auto comma = protocols.find(',');
    if (comma == std::string_view::npos || protocols.substr(0, comma) != page_protocol) return "";
    protocols.remove_prefix(comma + 1);
    while (protocols.starts_with(' ')) protocols.remove_prefix(1);
    return std::string(protocols);
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        if (text.front() != '%') {
            plain += text.front();
            text.remove_prefix(1);
            continue;
        }
        unsigned value = 0;
        if (text.size() < 3) return std::nullopt;
        const auto read = std::from_chars(text.data() + 1, text.data() + 3, value, 16);
        if (read.ec != std::errc() || read.ptr != text.data() + 3) return std::nullopt;
        plain += static_cast<char>(value);
        text.remove_prefix(3);
    }
    return plain;
}

std::variant<Admitted, Refused> judge(const Head& head, std::uint16_t port, const Sessions& sessions) {
    if (head.host != "127.0.0.1:" + std::to_string(port)) {
        return refused(403, "This address is not Staffroom's.", "Open the page with: staffroom open");
    }
    if (!comes_from_here(head, port)) {
        return refused(403, "This request comes from another page.", "Open the page with: staffroom open");
    }
    const std::string_view target(head.target);
    const auto path = target.substr(0, target.find('?'));
    const auto* known = known_route(path);
    Admitted asked{known ? known->route : Route::built_page, std::string(path), {}};
    if (head.method != (known ? known->method : "GET")) {
        return refused(405, "This cannot be asked in this way.", "");
    }
    if (known == nullptr) return asked;
    if (!known->content_type.empty() && bare_type(head.content_type) != known->content_type) {
        return refused(415, "This request is of another kind than what is taken here.",
                       "Send it as " + std::string(known->content_type) + ".");
    }
    auto rest = percent_decoded(path.substr(known->path.ends_with('/') ? known->path.size() : path.size()));
    auto query = query_in(target.substr(std::min(target.size(), path.size() + 1)));
    if (!rest || !query) return refused(400, "This address makes no sense.", "");
    asked.path = std::move(*rest);
    asked.query = std::move(*query);
    if (asked.route != Route::session && !has_session(head, asked, port, sessions)) {
        return refused(401, "Staffroom does not know this page any more.", "Open it again with: staffroom open");
    }
    return asked;
}

Error nothing_here() { return {Code::not_found, "There is nothing here.", "Open the page with: staffroom open"}; }
Error used_up() { return {Code::refused, "This address of the page is used up.", "Get a new one: staffroom open"}; }

std::string content_policy(std::uint16_t port) {
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
           "connect-src 'self' ws://127.0.0.1:" +
           std::to_string(port) +
           "; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
           "require-trusted-types-for 'script'; trusted-types dompurify svelte-trusted-html staffroom";
}

std::optional<ByteRange> range_in(std::string_view header, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!header.starts_with(unit)) return std::nullopt;
    header.remove_prefix(unit.size());
    const auto dash = header.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        const bool whole = !digits.empty() && read.ec == std::errc() && read.ptr == digits.data() + digits.size();
        return whole ? std::optional(value) : std::nullopt;
    };
    const auto from = number(header.substr(0, dash)), to = number(header.substr(dash + 1));
    constexpr ByteRange outside{1, 0};
    if (from && (to || header.substr(dash + 1).empty())) {
        if (*from >= size || (to && *to < *from)) return outside;
        return ByteRange{*from, std::min(to.value_or(size - 1), size - 1)};
    }
    if (dash != 0 || !to) return std::nullopt;
    if (*to == 0 || size == 0) return outside;
    return ByteRange{size - std::min(*to, size), size - 1};  // the last so many
}

}  // namespace staffroom::page
