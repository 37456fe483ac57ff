// The note that was asked about, with its words.
#pragma once

#include "app/api/records.h"
#include "core/merge/text.h"

namespace staffroom::api {

inline constexpr const char* note_body = "body";

struct FoundNote {
    FoundRecord found;
    Text text;
};
// By `args`' note: its title or id. Errors: not_found, refused (ambiguous), io (its text does not read back).
Result<FoundNote> find_note(Desk& desk, const Json& args);

}  // namespace staffroom::api
