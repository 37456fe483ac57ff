// What the page and its door say to each other, as JSON (app/web/DOOR.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/page/sessions.h"

namespace staffroom::api {

// Of {"launch": CODE}; nothing of anything else.
std::optional<std::string> launch_code_in(std::string_view body);
std::string session_document(const page::Session& session);

std::string hello_event(std::uint64_t latest, std::string_view run);
// Needs a JSON object that has fields and no `n`.
std::string numbered_event(std::uint64_t number, std::string_view event);

}  // namespace staffroom::api
