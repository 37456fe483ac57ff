// Who I am, and how this computer does.
#include <sys/resource.h>

#include <boost/json.hpp>
#include <fstream>

#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "app/version.h"

namespace staffroom::api {
namespace {

std::uint64_t resident_bytes() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        std::uint64_t kilobytes = 0;
        if (word == "VmRSS:" && status >> kilobytes) return kilobytes * 1024;
    }
    return 0;
}

Reply whoami(Desk& desk, const Json&) {
    const auto& identity = desk.home.identity();
    return Json{{"person", to_text(identity.person())},
                {"device", to_text(identity.device())},
                {"name", identity.record.name},
                {"school", desk.home.school()}};
}

Reply status(Desk& desk, const Json&) {
    auto& home = desk.home;
    const auto stats = home.profile().store().stats();
    if (!stats) return stats.error();
    std::uint64_t waiting = 0, unreadable = 0;
    for (const auto& [id, group] : home.replica().groups()) {
        waiting += home.replica().log().waiting(id, limits::waiting_commits).size();
        unreadable += home.replica().unreadable_parts(id);
    }
    Json reply{{"person", to_text(home.identity().person())},
               {"device", to_text(home.identity().device())},
               {"name", home.identity().record.name},
               {"groups", home.replica().groups().size()},
               {"colleagues", desk.network.neighbours().size()},
               {"uptime_s", desk.network.uptime_ms() / 1000},
               {"storage", stats->file_bytes},
               {"free", free_bytes(home.folder())},
               {"memory", resident_bytes()},
               {"waiting", waiting},
               {"waiting_for_key", unreadable},
               {"locked", home.profile().store().is_locked()},
               {"running", desk.network.is_open()}};
    if (desk.network.is_open()) {
        reply["port"] = desk.network.ports().members;
        reply["lobby_port"] = desk.network.ports().lobby;
    }
    if (!Home::is_clock_plausible())
        reply["clock"] = "This computer's clock is wrong. Everything works; dates will look odd.";
    return reply;
}

Reply tell_version(Desk&, const Json&) { return Json{{"version", version}}; }

Reply stop(Desk& desk, const Json&) {
    desk.network.stop();
    return Json{};
}

// Reached only when it is open already.
Reply unlock(Desk&, const Json&) { return Json{{"locked", false}}; }

constexpr Verb verbs[] = {
    {"unlock", unlock}, {"whoami", whoami}, {"status", status}, {"version", tell_version}, {"stop", stop}};

}  // namespace

std::span<const Verb> profile_verbs() { return verbs; }

}  // namespace staffroom::api
