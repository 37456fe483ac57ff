// A note that is written in a browser's tab (app/api/live_notes.h).
#include <boost/json.hpp>

#include "app/api/live_notes.h"
#include "app/api/verbs.h"
#include "app/network.h"
#include "net/link.h"

namespace staffroom::api {
namespace {

Reply note_open(Desk& desk, const Json& args) { return desk.network.notes().open(desk, args, net::uptime_ms()); }
Reply note_push(Desk& desk, const Json& args) { return desk.network.notes().push(desk, args, net::uptime_ms()); }
Reply note_pull(Desk& desk, const Json& args) { return desk.network.notes().pull(args, net::uptime_ms()); }
Reply note_passage(Desk& desk, const Json& args) { return desk.network.notes().passage(desk, args, net::uptime_ms()); }
Reply note_places(Desk& desk, const Json& args) { return desk.network.notes().places(desk, args, net::uptime_ms()); }

}  // namespace

std::span<const Verb> live_note_verbs() {
    static constexpr Verb verbs[] = {{"note open", note_open},
                                     {"note push", note_push},
                                     {"note pull", note_pull},
                                     {"note passage", note_passage},
                                     {"note places", note_places}};
    return verbs;
}

}  // namespace staffroom::api
