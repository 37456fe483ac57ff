// Reading a verb's arguments, and finding what a teacher named by id, by the beginning of an id, or by name.
#pragma once

#include <boost/json/array.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "app/api/verb.h"
#include "core/ids.h"
#include "core/records/record.h"

namespace staffroom {

class Replica;
struct Group;
struct NetworkOptions;

namespace api {

// What comes from outside as one JSON object; nothing of anything else.
std::optional<Json> object_in(std::string_view words);

// The text of an argument, or empty.
std::string text_arg(const Json& args, std::string_view name);
std::optional<std::string> maybe_text_arg(const Json& args, std::string_view name);
// A list of texts; a single text counts as a list of one.
std::vector<std::string> list_arg(const Json& args, std::string_view name);
// The words in the same order.
boost::json::array as_list(const std::vector<std::string>& words);
// What a number may be, both included: the same for the command line and for whoever else asks.
struct Bounds {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
};
namespace bounds {
inline constexpr Bounds port{0, 65'534};  // the lobby's is the next one
inline constexpr Bounds page_port{0, 65'535};
inline constexpr Bounds idle_minutes{0, 525'600};
inline constexpr Bounds idle_seconds{0, 31'536'000};
inline constexpr Bounds invite_uses{1, 100'000};
inline constexpr Bounds invite_minutes{1, 525'600};  // a year
inline constexpr Bounds compare_minutes{1, 60};
inline constexpr Bounds sync_seconds{1, 86'400};
inline constexpr Bounds megabytes{1, 1'048'576};
inline constexpr Bounds kilobytes_a_second{16, 10'000'000};  // slower, and a chunk is given up before it is here
inline constexpr Bounds results{1, 200};
}  // namespace bounds
// Error: malformed (no number, or outside its bounds).
Result<std::uint64_t> bounded_arg(const Json& args, std::string_view name, std::uint64_t otherwise, Bounds bounds);
// "--uses is a number from 1 to 100000."
Error out_of_bounds(std::string_view name, Bounds bounds);
bool flag_arg(const Json& args, std::string_view name);
// An absolute path: the daemon's own folder is not where the teacher is. Errors: malformed (missing, relative).
Result<std::filesystem::path> path_arg(const Json& args, std::string_view name);
// port, peers, no-discovery. Error: malformed.
Result<NetworkOptions> network_options(const Json& args, std::uint16_t port);

// Of an id, enough where they are unambiguous.
inline constexpr std::size_t prefix_characters = 6;

// What a group is called here: a pair group bears the other person's name.
std::string group_name(const Replica& replica, const Group& group);

// Six characters of an id are enough where they are unambiguous; so is an exact name that only one thing has.
// Errors: not_found, refused (ambiguous).
Result<const Group*> find_group(const Replica& replica, const std::string& named);
// Likewise among groups that this computer is not in.
struct NamedGroup {
    GroupId group;
    std::string name;
};
Result<GroupId> find_group(const std::vector<NamedGroup>& groups, const std::string& named);

struct FoundRecord {
    GroupId group;
    RecordState state;
};
// Among records of these types (all when empty), in every group.
Result<FoundRecord> find_record(const Replica& replica, const std::string& named,
                                const std::vector<std::string>& types = {});
struct NamedPerson {
    PersonId person;
    std::string name;
};
// `what` they are, for the refusal: "member".
Result<PersonId> find_person(const std::vector<NamedPerson>& people, const std::string& named, const std::string& what);
Result<PersonId> find_person(const Group& group, const std::string& named);  // among its members

struct FoundDevice {
    PersonId person;
    DeviceId device;
};
// Among the current devices of the members of all groups.
Result<FoundDevice> find_device(const Replica& replica, const std::string& named);

}  // namespace api
}  // namespace staffroom
