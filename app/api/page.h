// What the page and its door say to each other, as JSON (app/web/DOOR.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/verb.h"
#include "app/page/sessions.h"
#include "core/crypto.h"

namespace staffroom::api {

// Of {"launch": CODE}; nothing of anything else.
std::optional<std::string> launch_code_in(std::string_view body);
std::string session_document(const page::Session& session);
// What explains a status: the document of a verb that failed.
std::string refusal_document(const Error& why);

// The arguments of `resource add`, or of `resource update`, for a file that was uploaded: those that came with it, as JSON or not at all, and
// where it is. Error: malformed.
Result<Json> upload_args(std::string_view args, const std::string& group, const std::string& name,
                         const std::string& path);

// Where one tab is in a note, as it says of itself.
struct TabPlace {
    std::string note, client, session;
    std::uint64_t anchor = 0, head = 0, version = 0;
    bool is_gone = false;
};
// As the tabs of this computer are told.
std::string event_of(const TabPlace& place);

// What one tab says, and what follows from its end.
class TabPlaces {
  public:
    // Of what makes no sense follows nothing.
    std::vector<TabPlace> said(std::string_view words);
    // The tab is gone.
    std::vector<TabPlace> left();

  private:
    std::string note_, client_;  // where it was last
};

// The row of events that all listeners hear.
class EventRow {
  public:
    // The event with its number, one more than the last. Needs a JSON object that has fields and no `n`.
    std::string next(std::string_view event);
    // Where the row stands, for a listener that begins.
    std::string hello() const;

  private:
    std::uint64_t latest_ = 0;
    std::string run_ = to_base32(random_id<Nonce16>().view());
    bool is_locked_ = false;  // as was told last
};

}  // namespace staffroom::api
