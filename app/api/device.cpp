// A person's computers: list them, link another, shut out one that is gone.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/errands.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "app/second_computer.h"
#include "core/members/changes.h"
#include "storage/own_card.h"

namespace staffroom::api {
namespace {

Reply device_list(Desk& desk, const Json&) {
    const auto& identity = desk.home.identity();
    struct Row {
        std::string name;
        std::uint64_t groups = 0;
    };
    std::map<DeviceId, Row> rows{{identity.device(), {identity.record.name, 0}}};
    for (const auto& record : devices_on(identity.card)) rows[record.device].name = record.name;
    for (const auto& [id, group] : desk.home.replica().groups()) {
        for (const auto& member : group->members.members()) {
            if (member.person != identity.person()) continue;
            for (const auto& device : member.devices) {
                auto& row = rows[device];
                row.name = group->members.record_of(device)->name;
                ++row.groups;
            }
        }
    }
    boost::json::array devices;
    for (const auto& [device, row] : rows) {
        devices.push_back(Json{{"name", row.name},
                               {"this", device == identity.device()},
                               {"groups", row.groups},
                               {"device", to_text(device)}});
    }
    return Json{{"devices", std::move(devices)}};
}

// "This laptop is gone": in every group at once, with new keys there.
Reply device_revoke(Desk& desk, const Json& args) {
    const auto found = find_device(desk.home.replica(), text_arg(args, "device"));
    if (!found) return found.error();
    const auto [person, device] = *found;
    auto& replica = desk.home.replica();
    const auto statement = make_revocation(person, SigningKey(desk.home.identity().secrets.signing), device);
    std::optional<Error> refused;
    boost::json::array done, left;
    std::vector<GroupId> groups;
    for (const auto& [id, group] : replica.groups()) {
        if (group->members.person_of(device) == person) groups.push_back(id);
    }
    for (const auto& id : groups) {
        const auto* group = replica.group(id);
        const auto change = decide_revoke(group->members, desk.home.identity().device(), statement);
        const auto written = change ? replica.write_control(id, change->ops) : Result<Ingested>(change.error());
        if (written) {
            desk.network.wrote(id, *written);
            desk.network.groups_changed();
            done.push_back(boost::json::string(group_name(replica, *group)));
        } else {
            refused = written.error();
            left.push_back(boost::json::string(group_name(replica, *group)));
        }
    }
    if (done.empty() && refused) return *refused;
    if (const auto fuller = fuller_card(replica)) {
        if (auto kept = desk.home.keep_card(*fuller); !kept) return kept.error();
        desk.network.groups_changed();
    }
    return Json{{"device", to_text(device)}, {"groups", std::move(done)}, {"refused", std::move(left)}};
}

Reply device_moved(Desk& desk, const Json&) {
    if (auto forgotten = desk.home.forget_copy(); !forgotten) return forgotten.error();
    return Json{{"device", to_text(desk.home.identity().device())}};
}

Reply device_second(Desk& desk, const Json& args) {
    const auto changes = become_second_computer(desk.home, text_arg(args, "name"));
    if (!changes) return changes.error();
    desk.network.device_changed();
    for (const auto& change : *changes) desk.network.wrote(change.group, change.done);
    desk.network.groups_changed();
    const auto& identity = desk.home.identity();
    return Json{
        {"person", to_text(identity.person())}, {"device", to_text(identity.device())}, {"name", identity.record.name}};
}

}  // namespace

std::span<const Verb> device_verbs() {
    static constexpr Verb verbs[] = {{"device list", device_list},
                                     {"device link", nullptr, device_link},
                                     {"device revoke", device_revoke},
                                     {"device moved", device_moved},
                                     {"device second", device_second}};
    return verbs;
}

}  // namespace staffroom::api
