#include "app/api/args.h"

#include <boost/json.hpp>
#include <map>

#include "app/network.h"
#include "core/records/view.h"
#include "core/text_rules.h"
#include "storage/pairs.h"

namespace staffroom::api {
namespace {

const boost::json::value* find(const Json& args, std::string_view name) { return args.if_contains(name); }

bool is_prefix(const std::string& named, const std::string& id) {
    return named.size() >= prefix_characters && id.compare(0, named.size(), named) == 0;
}

Error not_here(const std::string& what, const std::string& named, const std::string& advice) {
    return {Code::not_found, "There is no " + what + " " + in_quotes(named) + " here.", advice};
}

Error several(const std::string& what, const std::string& named) {
    return {Code::refused, in_quotes(named) + " can mean more than one " + what + ".",
            "Give more characters of its id."};
}

// One thing among candidates: by id first, so that a title that looks like an id takes nothing over.
template <class T>
class Choice {
  public:
    explicit Choice(std::string named) : named_(std::move(named)) {}
    void offer(const std::string& id, const std::string& name, const T& thing) {
        if (id == named_) exact_.push_back(thing);
        if (is_prefix(named_, id)) by_id_.push_back(thing);
        if (name == named_ && !named_.empty()) by_name_.push_back(thing);
    }
    Result<T> made(const std::string& what, const std::string& advice) const {
        for (const auto* found : {&exact_, &by_id_, &by_name_}) {
            if (found->size() == 1) return found->front();
            if (found->size() > 1) return several(what, named_);
        }
        return not_here(what, named_, advice);
    }

  private:
    std::string named_;
    std::vector<T> exact_, by_id_, by_name_;
};

}  // namespace

std::optional<std::string> maybe_text_arg(const Json& args, std::string_view name) {
    const auto* value = find(args, name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

std::optional<Json> object_in(std::string_view words) {
    boost::system::error_code wrong;
    auto value = boost::json::parse(boost::json::string_view(words.data(), words.size()), wrong);
    if (wrong || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string text_arg(const Json& args, std::string_view name) { return maybe_text_arg(args, name).value_or(""); }

boost::json::array as_list(const std::vector<std::string>& words) {
    boost::json::array list;
    for (const auto& each : words) list.push_back(boost::json::string(each));
    return list;
}

std::vector<std::string> list_arg(const Json& args, std::string_view name) {
    std::vector<std::string> list;
    const auto* value = find(args, name);
    if (value == nullptr) return list;
    if (value->is_string()) list.emplace_back(value->get_string());
    if (value->is_array()) {
        for (const auto& each : value->get_array()) {
            if (each.is_string()) list.emplace_back(each.get_string());
        }
    }
    return list;
}

Error out_of_bounds(std::string_view name, Bounds bounds) {
    const auto words = "--" + std::string(name);
    const auto range = std::to_string(bounds.least) + " to " + std::to_string(bounds.most);
    return {Code::malformed, words + " is a number from " + range + ".", "Give one in these bounds."};
}

Result<std::uint64_t> bounded_arg(const Json& args, std::string_view name, std::uint64_t otherwise, Bounds bounds) {
    const auto* value = find(args, name);
    if (value == nullptr) return otherwise;
    boost::system::error_code inexact;
    const auto number = value->is_number() ? value->to_number<std::uint64_t>(inexact) : 0;
    if (!value->is_number() || inexact || number < bounds.least || number > bounds.most) {
        return out_of_bounds(name, bounds);
    }
    return number;
}

bool flag_arg(const Json& args, std::string_view name) {
    const auto* value = find(args, name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string group_name(const Replica& replica, const Group& group) {
    const auto other = other_of(group.genesis, replica.identity().person());
    if (!other) return group.genesis.name;
    const auto card = card_anywhere(replica, *other);
    return card ? shown_name(card->first.name) : "a colleague";
}

Result<std::filesystem::path> path_arg(const Json& args, std::string_view name) {
    std::filesystem::path path = text_arg(args, name);
    if (path.is_absolute()) return path;
    return {Code::malformed, in_quotes(path.string()) + " does not say where it is.",
            "Give the whole path, from / on."};
}

Result<NetworkOptions> network_options(const Json& args, std::uint16_t port) {
    NetworkOptions options;
    options.discovery = !flag_arg(args, "no-discovery");
    const auto asked = bounded_arg(args, "port", port, bounds::port);
    if (!asked) return asked.error();
    options.port = static_cast<std::uint16_t>(*asked);
    for (const auto& typed : list_arg(args, "peers")) {
        const auto address = net::address_from_text(typed);
        if (!address) {
            return Error{Code::malformed, in_quotes(typed) + " is no address.", "Write it like 192.168.1.7:47710."};
        }
        options.peers.push_back(*address);
    }
    return options;
}

Result<const Group*> find_group(const Replica& replica, const std::string& named) {
    Choice<const Group*> choice(named);
    for (const auto& [id, group] : replica.groups()) {
        // One that goes on anew has left its name to the new one.
        const auto name = replica.successor_of(id) == nullptr ? group_name(replica, *group) : std::string();
        choice.offer(to_text(id), name, group.get());
    }
    return choice.made("group", "See your groups with: staffroom group list");
}

Result<GroupId> find_group(const std::vector<NamedGroup>& groups, const std::string& named) {
    Choice<GroupId> choice(named);
    for (const auto& each : groups) choice.offer(to_text(each.group), each.name, each.group);
    return choice.made("group nearby", "See those that show themselves with: staffroom group nearby");
}

Result<FoundRecord> find_record(const Replica& replica, const std::string& named,
                                const std::vector<std::string>& types) {
    const auto fits = [&](const RecordState& state) {
        return state.birth && state.exists &&
               (types.empty() || std::find(types.begin(), types.end(), state.birth->type) != types.end());
    };
    if (const auto id = id_from_text<RecordId>(named)) {
        for (const auto& [group, held] : replica.groups()) {
            auto state = replica.record(group, *id);
            if (state && fits(*state)) return FoundRecord{group, std::move(*state)};
        }
    }
    Choice<std::pair<GroupId, RecordId>> choice(named);
    for (const auto& [group, held] : replica.groups()) {
        replica.each_record(group, [&, of = group](RecordState&& state) {
            if (fits(state)) choice.offer(to_text(state.id), title_of(state), {of, state.id});
            return true;
        });
    }
    const auto what = types.size() == 1 ? types.front() : std::string("record");
    const auto made = choice.made(what, "See what is here with: staffroom record list GROUP");
    if (!made) return made.error();
    return FoundRecord{made->first, *replica.record(made->first, made->second)};
}

Result<PersonId> find_person(const std::vector<NamedPerson>& people, const std::string& named,
                             const std::string& what) {
    Choice<PersonId> choice(named);
    for (const auto& each : people) choice.offer(to_text(each.person), each.name, each.person);
    return choice.made(what, "See who is in the group with: staffroom members GROUP");
}

Result<PersonId> find_person(const Group& group, const std::string& named) {
    std::vector<NamedPerson> people;
    for (const auto& member : group.members.members()) people.push_back({member.person, member.name});
    return find_person(people, named, "member");
}

Result<FoundDevice> find_device(const Replica& replica, const std::string& named) {
    std::map<DeviceId, std::pair<PersonId, std::string>> devices;  // the same one may be in several groups
    for (const auto& [id, group] : replica.groups()) {
        for (const auto& member : group->members.members()) {
            for (const auto& device : member.devices) {
                devices[device] = {member.person, group->members.record_of(device)->name};
            }
        }
    }
    Choice<FoundDevice> choice(named);
    for (const auto& [device, whose] : devices) choice.offer(to_text(device), whose.second, {whose.first, device});
    return choice.made("computer", "See the computers of a group's members with: staffroom members GROUP");
}

}  // namespace staffroom::api
