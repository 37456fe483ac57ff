// What the page and its door say to each other, as JSON (app/web/DOOR.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/verb.h"
#include "app/page/sessions.h"

namespace staffroom::api {

// Of {"launch": CODE}; nothing of anything else.
std::optional<std::string> launch_code_in(std::string_view body);
std::string session_document(const page::Session& session);

// The arguments of `resource add` for a file that was uploaded: those that came with it, as JSON or not at all, and where
// it is. Error: malformed.
Result<Json> upload_args(std::string_view args, const std::string& group, const std::string& name,
                         const std::string& path);

// Where one tab is in a note, as it says of itself, to be told to the others: the events that follow from it.
class Presence {
  public:
    // Of what makes no sense follows nothing.
    std::vector<std::string> said(std::string_view words);
    // The tab is gone.
    std::vector<std::string> left();

  private:
    std::string note_, client_;  // where it was last
};

std::string hello_event(std::uint64_t latest, std::string_view run);
// Needs a JSON object that has fields and no `n`.
std::string numbered_event(std::uint64_t number, std::string_view event);

}  // namespace staffroom::api
