// Who may ask what at the page's door: judged from the head of a request, before a byte of its body is read.
//
// In this order, so that whoever comes from elsewhere learns nothing:
//  1. Host is 127.0.0.1 and our port, to the letter: a name that a foreign page made point here is refused (403).
//  2. Origin is ours wherever one is given, and one is given with every POST and with the socket of events; where the
//     browser says from which site a request comes, it comes from ours, or the person typed it (403).
//  3. The route exists (404), and the method is the route's: nothing is ever changed by a GET (405).
//  4. A POST's content is of the type that a foreign page's form cannot send (415).
//  5. The session: cookie and token, or cookie and the key in the address (401). The built page itself is open to all: it
//     has to come before there is a session, and is the same for everybody. A session is begun by our own user only
//     (own_user.h, 401).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "app/page/sessions.h"
#include "core/result.h"

namespace staffroom::page {

struct Head {
    std::string method, target, host, content_type;
    std::optional<std::string> origin, fetch_site;
    std::string cookies, token;  // the token from its header, or for the socket from among the subprotocols
    bool is_upgrade = false;     // to a WebSocket
};

enum class Route { built_page, session, api, upload, file, events };

struct Admitted {
    Route route = Route::built_page;
    std::string path;  // of the built page: as asked; else what follows the route's name, percent signs resolved
    std::map<std::string, std::string> query;
};
struct Refused {
    unsigned status = 400;
    Error why;
};

std::variant<Admitted, Refused> judge(const Head& head, std::uint16_t port, const Sessions& sessions);

// Cookies know no ports: two daemons on one computer would take each other's.
std::string cookie_name(std::uint16_t port);
std::string cookie_in(std::string_view cookies, std::uint16_t port);

// The subprotocols of a WebSocket are the one thing a script can say with it: "staffroom", then the token.
inline constexpr const char* page_protocol = "staffroom";
std::string token_in_protocols(std::string_view protocols);

// Nothing where a percent sign is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

Error nothing_here();
Error used_up();  // a launch code

// What every answer carries, so that a browser lets nothing through that is not the page's own.
std::string content_policy(std::uint16_t port);
inline constexpr std::pair<const char*, const char*> fixed_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"}};

// The bytes that "bytes=FROM-TO" asks for of a file of that size; both included.
struct ByteRange {
    std::uint64_t from = 0, to = 0;
};
// Nothing: several ranges, or no range at all, so all of it is given. Outside the file: from > to.
std::optional<ByteRange> range_in(std::string_view header, std::uint64_t size);

}  // namespace staffroom::page
