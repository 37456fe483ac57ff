// Colleagues' computers as rows, for the verbs `colleagues` and `doctor`.
#pragma once

#include <boost/json/array.hpp>

#include "app/api/verb.h"

namespace staffroom::api {

// Every computer of everybody who shares a group with this one, those near first: whose it is, when it was met last, what
// it was last heard to lack.
boost::json::array colleagues_rows(Desk& desk);

}  // namespace staffroom::api
