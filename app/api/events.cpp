#include "app/api/events.h"

#include <boost/json.hpp>

#include "app/network.h"
#include "storage/ingest.h"

namespace staffroom::api {
namespace {

constexpr std::uint64_t often_ms = 1'000, progress_every_ms = 200;
constexpr std::size_t records_max = 32;  // of one change; above, the whole group is to be looked at

}  // namespace

void Events::tell(const Json& event) const {
    if (tell_) tell_(boost::json::serialize(event));
}

void Events::tell_kind(const char* kind) const { tell({{"kind", kind}}); }

void Events::changed(const GroupId& group, const Ingested& ingested) {
    if (!tell_) return;
    const auto id = to_text(group);
    if (ingested.members_changed) tell({{"kind", "members"}, {"group", id}});
    if (ingested.touched.size() > records_max) return tell({{"kind", "group"}, {"group", id}});
    for (const auto& record : ingested.touched) {
        tell({{"kind", "record"}, {"group", id}, {"record", to_text(record)}});
    }
}

void Events::people_ask(const GroupId& group) { tell({{"kind", "members"}, {"group", to_text(group)}}); }

void Events::tick(std::uint64_t now, bool is_locked, bool is_settled) {
    if (!tell_) return;
    if (locked_ != is_locked) tell({{"kind", "locked"}, {"locked", is_locked}});
    locked_ = is_locked;
    if (settled_ != is_settled) colleagues_ = true;
    settled_ = is_settled;
    if (now < next_ms_ || (!colleagues_ && !files_)) return;
    if (std::exchange(colleagues_, false)) tell_kind("colleagues");
    if (std::exchange(files_, false)) tell_kind("files");
    next_ms_ = now + often_ms;
}

std::uint64_t Events::deadline() const { return tell_ && (colleagues_ || files_) ? next_ms_ : ~std::uint64_t{0}; }

void Events::progress(const std::vector<Underway>& underway, std::uint64_t now) {
    progress_ms_ = now + progress_every_ms;
    for (const auto& each : underway) {
        if (each.progress.total == 0 && each.progress.done == 0) continue;
        tell({{"kind", "progress"},
              {"id", each.id},
              {"verb", each.verb},
              {"unit", each.progress.unit},
              {"done", each.progress.done},
              {"total", each.progress.total},
              {"ms", each.ms}});
    }
}

}  // namespace staffroom::api
