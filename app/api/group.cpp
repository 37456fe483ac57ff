// Groups: found, list, look at, leave.
#include <boost/json.hpp>

#include "app/announced_groups.h"
#include "app/api/args.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "core/members/changes.h"

namespace staffroom::api {
namespace {

// Equal on two computers exactly when they have the same control, key and content commits of the group.
Hash root_of_all(const Replica& replica, const GroupId& group) {
    Bytes roots;
    for (const auto kind : all_kinds) append(roots, replica.root(group, kind).view());
    return hash_of<Hash>("staffroom-roots-v1", roots);
}

Json described(Desk& desk, const Group& group) {
    const auto& replica = desk.home.replica();
    std::uint64_t records = 0;
    replica.each_record(group.id, [&](RecordState&& state) {
        records += state.exists && !state.is_retired() ? 1 : 0;
        return true;
    });
    Json row{{"id", to_text(group.id)},
             {"name", group_name(replica, group)},
             {"kind", name_of(group.genesis.kind)},
             {"role", name_of(group.members.role_of(desk.home.identity().device()))},
             {"members", group.members.members().size()},
             {"records", records},
             {"root", to_text(root_of_all(replica, group.id))}};
    if (const auto* successor = replica.successor_of(group.id)) row["goes_on_as"] = to_text(successor->id);
    return row;
}

Reply group_new(Desk& desk, const Json& args) {
    const auto kind = group_kind_from(text_arg(args, "kind"));
    if (!kind) {
        return Error{Code::malformed, "There is no such kind of group.",
                     "Choose one of: school, team, plc, mentoring, workshop, focus."};
    }
    const auto newcomers = text_arg(args, "newcomers-read");
    if (!newcomers.empty() && newcomers != "all" && newcomers != "from-join") {
        return Error{Code::malformed, "Newcomers read either all, or what is written after they join.",
                     "Give --newcomers-read all or --newcomers-read from-join."};
    }
    const auto group = desk.home.replica().found(
        *kind, text_arg(args, "name"), newcomers == "from-join" ? NewcomersRead::from_join : NewcomersRead::all);
    if (!group) return group.error();
    desk.network.groups_changed();
    desk.network.joined(*group);
    return Json{{"group", to_text(*group)}};
}

Reply group_list(Desk& desk, const Json&) {
    boost::json::array groups;
    for (const auto& [id, group] : desk.home.replica().groups()) groups.push_back(described(desk, *group));
    return Json{{"groups", std::move(groups)}};
}

Reply group_show(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    const auto& replica = desk.home.replica();
    const auto& id = (*group)->id;
    auto shown = described(desk, **group);
    shown["commits"] = Json{{"control", replica.count(id, CommitKind::control)},
                            {"key", replica.count(id, CommitKind::key)},
                            {"content", replica.count(id, CommitKind::content)}};
    shown["waiting"] = replica.log().waiting(id, limits::waiting_commits).size();
    shown["waiting_for_key"] = replica.unreadable_parts(id);
    shown["announced"] = AnnouncedGroups(desk.home.profile().store()).is_shown(id);
    shown["newcomers_read"] = (*group)->genesis.newcomers == NewcomersRead::all ? "all" : "from-join";
    return Json{{"group", std::move(shown)}};
}

Reply group_leave(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    const auto id = (*group)->id;
    const auto change = decide_leave((*group)->members, desk.home.identity().device());
    if (!change) return change.error();
    if (!change->warning.empty() && !flag_arg(args, "anyway")) {
        return Error{Code::refused, change->warning, "Use staffroom member promote first, or add --anyway."};
    }
    const auto written = desk.home.replica().write_control(id, change->ops);
    if (!written) return written.error();
    desk.network.wrote(id, *written);
    return Json{{"group", to_text(id)}};
}

Reply group_continue(Desk& desk, const Json& args) {
    const auto old = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!old) return old.error();
    if (auto may = may_succeed((*old)->members, desk.home.identity().device()); !may) return may.error();
    const auto group = desk.home.replica().found_successor((*old)->id);
    if (!group) return group.error();
    desk.network.groups_changed();
    desk.network.joined(*group);
    return Json{{"group", to_text(*group)}, {"continues", to_text((*old)->id)}};
}

}  // namespace

std::span<const Verb> group_verbs() {
    static constexpr Verb verbs[] = {{"group new", group_new},
                                     {"group list", group_list},
                                     {"group show", group_show},
                                     {"group leave", group_leave},
                                     {"group continue", group_continue}};
    return verbs;
}

}  // namespace staffroom::api
