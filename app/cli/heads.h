// What teachers call the fields and words of a reply: "created_ms" is "made", "plc" a learning community. Programs read
// the names themselves (--json).
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace staffroom::cli {

// In English; a translation is found by it (api::Said::word()). A field without a name of its own keeps its name.
std::string_view head_of(std::string_view field);
// A kind, a role, a policy, a state: as people say it, if `field` holds words of the program and not somebody's.
std::optional<std::string_view> word_of(std::string_view field, std::string_view value);
// Bytes as "1.4 MB" and seconds as "2:05:09", where `field` holds such.
std::optional<std::string> measure_of(std::string_view field, const boost::json::value& value);

}  // namespace staffroom::cli
