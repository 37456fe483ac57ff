// What happens here, told to whoever looks at the page (app/web/DOOR.md, "Events"). An event says where to look again
// and may be lost without harm. It carries nothing that anybody wrote, but for the updates of an open note
// (app/api/live_notes.h), of which none is told while the profile is locked.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/api/verb.h"
#include "core/ids.h"

namespace staffroom {
struct Ingested;
struct Underway;
}  // namespace staffroom

namespace staffroom::api {

class Events {
  public:
    using Tell = std::function<void(std::string event)>;

    // While nobody listens, nothing is made.
    void tell_to(Tell tell) { tell_ = std::move(tell); }
    void tell(const Json& event) const;

    void changed(const GroupId& group, const Ingested& ingested);
    // Somebody waits for an organiser's yes.
    void people_ask(const GroupId& group);
    void groups_changed() { tell_kind("groups"); }
    // May come often: told at most once a second, by tick().
    void colleagues_changed() { colleagues_ = true; }
    void files_came() { files_ = true; }

    // Once a turn of the node's loop; `now` in monotonic milliseconds. When to be asked again, if something waits.
    void tick(std::uint64_t now, bool is_locked, bool is_settled);
    std::uint64_t deadline() const;
    // At most five times a second.
    bool wants_progress(std::uint64_t now) const { return tell_ && now >= progress_ms_; }
    void progress(const std::vector<Underway>& underway, std::uint64_t now);

  private:
    void tell_kind(const char* kind) const;

    Tell tell_;
    bool colleagues_ = false, files_ = false;
    std::optional<bool> locked_, settled_;
    std::uint64_t next_ms_ = 0, progress_ms_ = 0;
};

}  // namespace staffroom::api
