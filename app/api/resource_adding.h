// Files, folders and links come into the library.
#pragma once

#include <vector>

#include "app/api/records.h"
#include "app/api/steps.h"

namespace staffroom::api {

// The options that say something about a resource, as inputs.
Result<std::vector<Input>> about(Desk& desk, const GroupId& group, const Json& args);

Steps<Json> resource_add(Desk& desk, Json args);

}  // namespace staffroom::api
