// Reading a verb's arguments, and finding what a teacher named by id, by the beginning of an id, or by name.
#pragma once

#include <string>
#include <vector>

#include "app/api/verb.h"
#include "core/ids.h"
#include "core/records/record.h"

namespace staffroom {

class Replica;
struct Group;

namespace api {

// The text of an argument, or empty.
std::string text_arg(const Json& args, std::string_view name);
std::optional<std::string> maybe_text_arg(const Json& args, std::string_view name);
// A list of texts; a single text counts as a list of one.
std::vector<std::string> list_arg(const Json& args, std::string_view name);
std::uint64_t number_arg(const Json& args, std::string_view name, std::uint64_t otherwise);
bool flag_arg(const Json& args, std::string_view name);

// Six characters of an id are enough where they are unambiguous; so is an exact name that only one thing has.
// Errors: not_found, refused (ambiguous).
// What a group is called here: a pair group bears the other person's name.
std::string group_name(const Replica& replica, const Group& group);
Result<const Group*> find_group(const Replica& replica, const std::string& named);

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
