// What people wrote before they heard of their removal: kept, not shown, for an organiser to decide about.
#include <boost/json.hpp>
#include <map>

#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "core/members/changes.h"

namespace staffroom::api {
namespace {

struct Work {
    std::vector<CommitId> set_aside, hidden;
    std::uint64_t last_ms = 0;
};

std::map<PersonId, Work> work_in(const Replica& replica, const GroupId& group) {
    std::map<PersonId, Work> all;
    for (const auto& each : replica.masked(group)) {
        auto& work = all[each.author];
        (each.hidden ? work.hidden : work.set_aside).push_back(each.id);
        work.last_ms = std::max(work.last_ms, each.wall_ms);
    }
    return all;
}

Reply set_aside_list(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    const auto id = (*group)->id;
    if (auto may = may_organise((*group)->members, desk.home.identity().device()); !may) return may.error();
    boost::json::array rows;
    for (const auto& [person, work] : work_in(desk.home.replica(), id)) {
        rows.push_back(Json{{"name", person_name(desk, id, person)},
                            {"changes", work.set_aside.size()},
                            {"hidden", work.hidden.size()},
                            {"last", work.last_ms},
                            {"person", to_text(person)}});
    }
    return Json{{"set_aside", std::move(rows)}};
}

Reply decide_about(Desk& desk, const Json& args, SetAside wanted) {
    auto& replica = desk.home.replica();
    const auto group = find_group(replica, text_arg(args, "group"));
    if (!group) return group.error();
    const auto id = (*group)->id;
    auto all = work_in(replica, id);
    std::vector<NamedPerson> people;
    for (const auto& [person, work] : all) people.push_back({person, person_name(desk, id, person)});
    const auto who = find_person(people, text_arg(args, "who"), "person whose work is set aside");
    if (!who) return who.error();
    auto& work = all[*who];
    auto contents = work.set_aside;
    if (wanted == SetAside::show) contents.insert(contents.end(), work.hidden.begin(), work.hidden.end());
    const auto changes = decide_set_aside((*group)->members, desk.home.identity().device(), *who, contents, wanted);
    if (!changes) return changes.error();
    for (const auto& change : *changes) {
        const auto written = replica.write_control(id, change.ops);
        if (!written) return written.error();
        desk.network.wrote(id, *written);
    }
    return Json{{"person", to_text(*who)}, {"changes", contents.size()}};
}

Reply set_aside_admit(Desk& desk, const Json& args) { return decide_about(desk, args, SetAside::show); }
Reply set_aside_hide(Desk& desk, const Json& args) { return decide_about(desk, args, SetAside::hide); }

}  // namespace

std::span<const Verb> set_aside_verbs() {
    static constexpr Verb verbs[] = {
        {"set-aside list", set_aside_list}, {"set-aside admit", set_aside_admit}, {"set-aside hide", set_aside_hide}};
    return verbs;
}

}  // namespace staffroom::api
