// Beginnings for notes: those every group has (core/records/templates.h), and a group's own, which are records that its
// members edit like any other. Where both have one name, the group's own is meant.
#pragma once

#include "app/api/verb.h"
#include "core/records/decide.h"

namespace staffroom::api {

// Errors: not_found, refused (the group has several of that name), io.
Result<NewRecord> note_from_template(Desk& desk, const GroupId& group, const std::string& title,
                                     const std::string& named);

}  // namespace staffroom::api
