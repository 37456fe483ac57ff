// What the connection doctor found, for people.
#pragma once

#include "app/api/said.h"
#include "app/api/verb.h"

namespace staffroom::cli {

void print_doctor(const api::Json& reply, const api::Said& said);

}  // namespace staffroom::cli
