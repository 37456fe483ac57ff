// Rows of a reply as columns for a terminal: what a person reads first, ids last and cut to what may be typed.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "app/api/said.h"

namespace staffroom::cli {

// One value on one line: names for things that have one, "yes" and "no", dates where the clock can be believed, ids in
// full. Words that the program has itself, kinds and roles among them, are in the reader's language. Safe to show on a
// terminal.
std::string line_of(std::string_view key, const boost::json::value& value, const api::Said& said);

// The rows under their columns' names; columns in which nothing stands are left out. Ids are cut to their first 10
// letters, enough to type again.
std::string table_of(const boost::json::array& rows, const api::Said& said);

}  // namespace staffroom::cli
