// Who I am, and how this computer does.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/errands.h"
#include "app/api/live_notes.h"
#include "app/api/said.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/memory_use.h"
#include "app/network.h"
#include "app/second_computer.h"
#include "app/version.h"
#include "storage/keyfile.h"

namespace staffroom::api {
namespace {

Reply whoami(Desk& desk, const Json&) {
    const auto& identity = desk.home.identity();
    return Json{{"person", to_text(identity.person())},
                {"device", to_text(identity.device())},
                {"name", desk.home.name()},
                {"device_name", identity.record.name},
                {"school", desk.home.school()}};
}

Reply status_of_locked(Desk& desk) {
    return Json{{"locked", true},
                {"running", desk.network.is_open()},
                {"colleagues", desk.network.neighbours().size()},
                {"uptime_s", desk.network.uptime_ms() / 1000},
                {"port", desk.network.ports().members},
                {"lobby_port", desk.network.ports().lobby},
                {"language", kept_language(desk.home.folder())}};
}

Reply status(Desk& desk, const Json&) {
    auto& home = desk.home;
    if (home.is_locked()) return status_of_locked(desk);
    const auto stats = home.profile().store().stats();
    if (!stats) return stats.error();
    std::uint64_t waiting = 0, unreadable = 0;
    for (const auto& [id, group] : home.replica().groups()) {
        waiting += home.replica().log().waiting(id, limits::waiting_commits).size();
        unreadable += home.replica().unreadable_parts(id);
    }
    Json reply{{"person", to_text(home.identity().person())},
               {"device", to_text(home.identity().device())},
               {"name", home.name()},
               {"groups", home.replica().groups().size()},
               {"colleagues", desk.network.neighbours().size()},
               {"uptime_s", desk.network.uptime_ms() / 1000},
               {"storage", stats->file_bytes},
               {"free", free_bytes(home.folder())},
               {"disk_full", lacks_room(desk)},
               {"transfers", transfers_now(desk)},
               {"memory", resident_bytes()},
               {"waiting", waiting},
               {"waiting_for_key", unreadable},
               {"sheet", !home.identity().card.genesis.recovery ? "none"
                         : home.sheet()                         ? "to be printed"
                                                                : "on paper"},
               {"locked", false},
               {"running", desk.network.is_open()},
               {"language", kept_language(home.folder())}};
    if (desk.network.is_open()) {
        reply["port"] = desk.network.ports().members;
        reply["lobby_port"] = desk.network.ports().lobby;
    }
    if (const auto asks = question_about_copy(home)) reply["asks"] = Json{{"say", asks->say}, {"do", asks->advice}};
    if (!Home::is_clock_plausible())
        reply["clock"] = "This computer's clock is wrong. Everything works; dates will look odd.";
    return reply;
}

// What takes long: by the id that whoever asked gave it, how much of it is done.
Reply underway(Desk& desk, const Json&) {
    boost::json::array all;
    for (const auto& each : desk.network.underway()) {
        all.push_back(Json{{"id", each.id},
                           {"verb", each.verb},
                           {"unit", each.progress.unit},
                           {"done", each.progress.done},
                           {"total", each.progress.total},
                           {"ms", each.ms}});
    }
    return Json{{"underway", std::move(all)}};
}

// Which language the person reads in, on the page and on the command line.
Reply language(Desk& desk, const Json& args) {
    const auto& folder = desk.home.folder();
    if (const auto chosen = maybe_text_arg(args, "language")) {
        if (const auto kept = keep_language(folder, *chosen); !kept) return kept.error();
    }
    boost::json::array known;
    for (const auto& each : known_languages(folder)) known.push_back(boost::json::string(each));
    return Json{{"language", kept_language(folder)}, {"languages", std::move(known)}};
}

Reply tell_version(Desk&, const Json&) { return Json{{"version", version}}; }

Reply stop(Desk& desk, const Json&) {
    desk.network.stop();
    return Json{};
}

// Colleagues go on to be served and heard; reading needs the passphrase.
Reply lock(Desk& desk, const Json&) {
    if (!desk.home.is_locked()) desk.network.notes().write_all(desk);
    if (const auto locked = desk.home.lock(); !locked) return locked.error();
    desk.network.notes().end();
    return Json{{"locked", true}};
}

Reply unlock(Desk& desk, const Json& args) {
    const auto& keys = desk.home.profile().layout().keys;
    if (desk.home.is_locked()) {
        const auto opened = desk.home.unlock(text_arg(args, "passphrase"));
        if (!opened) return opened.error();
        for (const auto& [group, ingested] : *opened) desk.network.wrote(group, ingested);
        for (const auto& [group, held] : desk.home.replica().groups()) desk.network.joined(group);
        return Json{{"locked", false}};
    }
    // Who gives a wrong passphrase must not believe that it was the right one, though it is open already.
    const auto needed = needs_passphrase(keys);
    if (!needed) return needed.error();
    if (*needed) {
        if (const auto opened = open_keyfile(keys, text_arg(args, "passphrase")); !opened) return opened.error();
    }
    return Json{{"locked", false}};
}

}  // namespace

std::span<const Verb> profile_verbs() {
    static constexpr Verb verbs[] = {{"lock", lock, nullptr, true},
                                     {"unlock", unlock, nullptr, true},
                                     {"whoami", whoami},
                                     {.name = "status", .run = status, .while_locked = true, .is_glance = true},
                                     {"language", language, nullptr, true},
                                     {"version", tell_version, nullptr, true},
                                     {.name = "underway", .run = underway, .while_locked = true, .is_glance = true},
                                     {"stop", stop, nullptr, true}};
    return verbs;
}

}  // namespace staffroom::api
