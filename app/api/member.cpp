// Who is in a group: invite, list, change roles.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/invitation_file.h"
#include "app/network.h"
#include "app/newcomers.h"
#include "core/members/changes.h"
#include "core/members/invite.h"

namespace staffroom::api {
namespace {

Reply invite(Desk& desk, const Json& args) {
    const auto found = group_to_let_into(desk, args);
    if (!found) return found.error();
    const auto id = (*found)->id;
    const auto role = maybe_text_arg(args, "role").value_or("member");
    if (role != "member" && role != "reader") {
        return Error{Code::malformed, "People are invited as member or reader.",
                     "An organiser is made later: staffroom member promote"};
    }
    const auto uses = bounded_arg(args, "uses", 1, bounds::invite_uses);
    if (!uses) return uses.error();
    const auto minutes = bounded_arg(args, "minutes", 0, bounds::invite_minutes);
    if (!minutes) return minutes.error();
    std::optional<SafeFile> file;
    if (args.contains("to")) {
        const auto folder = path_arg(args, "to");
        if (!folder) return folder.error();
        auto begun = begin_invitation_file(*folder, group_name(desk.home.replica(), **found));
        if (!begun) return begun.error();
        file.emplace(std::move(*begun));
    }
    const auto seed = new_signing_seed();
    InviteOp op;
    op.invite = SigningKey(seed).public_key<InviteKey>();
    op.role = role == "reader" ? Role::reader : Role::member;
    op.uses = static_cast<std::uint32_t>(*uses);
    op.ask = flag_arg(args, "ask");
    const auto written = desk.home.replica().write_control(id, {make_op(op)});
    if (!written) return written.error();
    desk.network.wrote(id, *written);
    if (*minutes != 0) {
        if (auto kept = desk.network.close_later(id, op.invite, *minutes); !kept) return kept.error();
    }
    Invitation invitation;
    invitation.seed = *Hash::from(seed.view());
    invitation.group = id;
    invitation.device = desk.home.identity().device();
    invitation.link = desk.home.identity().record.link;
    invitation.addresses = desk.network.own_addresses();
    Json reply{{"invite", text_of(invitation)}};
    if (flag_arg(args, "qr")) reply["qr"] = true;
    if (file) {
        if (auto kept = keep_invitation(*file, text_of(invitation)); !kept) return kept.error();
        reply["file"] = file->path().string();
    }
    return reply;
}

// Who waits for an organiser's yes. One whom another organiser has let in meanwhile waits no more.
std::vector<Newcomer> people_asking(Desk& desk, const Group& group) {
    auto waiting = Newcomers(desk.home.profile().store()).waiting(group.id);
    std::erase_if(waiting, [&](const Newcomer& each) {
        return group.members.role_now(id_of(each.card.genesis)).role != Role::none;
    });
    return waiting;
}

Reply members(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    boost::json::array rows;
    for (const auto& member : (*group)->members.members()) {
        boost::json::array devices;
        for (const auto& device : member.devices) devices.push_back(boost::json::string(to_text(device)));
        rows.push_back(Json{{"person", to_text(member.person)},
                            {"name", member.name},
                            {"role", name_of(member.now.role)},
                            {"devices", std::move(devices)}});
    }
    Json reply{{"members", std::move(rows)}};
    if (may_organise((*group)->members, desk.home.identity().device())) {
        boost::json::array asking;
        for (const auto& newcomer : people_asking(desk, **group)) {
            asking.push_back(
                Json{{"person", to_text(id_of(newcomer.card.genesis))}, {"name", newcomer.card.first.name}});
        }
        if (!asking.empty()) reply["asking"] = std::move(asking);
    }
    return reply;
}

// By the profiles they left, since the member list names those only who are in.
std::vector<NamedPerson> former_members(const Replica& replica, const Group& group) {
    std::vector<NamedPerson> former;
    replica.each_record(group.id, [&](RecordState&& state) {
        if (!state.birth || state.birth->type != "profile") return true;
        const auto& person = state.birth->owner;
        if (group.members.role_now(person).role == Role::none && group.members.was_in(person)) {
            const auto* name = state.shown("name");
            const auto* words = name ? name->value.get<std::string>() : nullptr;
            if (words) former.push_back({person, *words});
        }
        return true;
    });
    return former;
}

// Somebody who waits for an organiser's yes; or who was in the group once, and comes back as a member.
Reply member_admit(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    const auto id = (*found)->id;
    if (auto may = may_organise((*found)->members, desk.home.identity().device()); !may) return may.error();
    const auto waiting = people_asking(desk, **found);
    std::vector<NamedPerson> choices;
    for (const auto& newcomer : waiting) {
        choices.push_back({id_of(newcomer.card.genesis), newcomer.card.first.name});
    }
    for (auto& former : former_members(desk.home.replica(), **found)) choices.push_back(std::move(former));
    const auto who = find_person(choices, text_arg(args, "who"), "newcomer");
    if (!who) return who.error();
    std::vector<Op> ops;
    AddOp add{*who, Role::member, std::nullopt};
    const auto newcomer = std::find_if(waiting.begin(), waiting.end(),
                                       [&](const Newcomer& each) { return id_of(each.card.genesis) == *who; });
    if (newcomer != waiting.end()) {
        const auto decision =
            decide_admission((*found)->members, desk.home.identity().device(), {newcomer->invite, *who, true});
        if (decision.add) add = *decision.add;
        ops.push_back(make_op(PersonsOp{{newcomer->card}}));
    }
    ops.push_back(make_op(add));
    const auto written = desk.home.replica().write_control(id, ops);
    if (!written) return written.error();
    desk.network.wrote(id, *written);
    if (const auto forgotten = Newcomers(desk.home.profile().store()).forget(id, *who); !forgotten) {
        return forgotten.error();
    }
    return Json{{"person", to_text(*who)},
                {"role", name_of(desk.home.replica().group(id)->members.role_now(*who).role)}};
}

// Says no to somebody who waits; they are told, and not shown again unless an invitation brings them.
Reply member_refuse(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    if (auto may = may_organise((*found)->members, desk.home.identity().device()); !may) return may.error();
    std::vector<NamedPerson> choices;
    for (const auto& newcomer : people_asking(desk, **found)) {
        choices.push_back({id_of(newcomer.card.genesis), newcomer.card.first.name});
    }
    const auto who = find_person(choices, text_arg(args, "who"), "newcomer");
    if (!who) return who.error();
    if (auto kept = Newcomers(desk.home.profile().store()).refuse((*found)->id, *who); !kept) return kept.error();
    desk.network.groups_changed();  // whoever waits on a link hears it
    return Json{{"person", to_text(*who)}};
}

// One act of an organiser about somebody, decided before it is written.
template <class Decide>
Reply act(Desk& desk, const Json& args, const Decide& decide) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    const auto id = (*found)->id;
    const auto who = find_person(**found, text_arg(args, "who"));
    if (!who) return who.error();
    const Result<MemberChange> change = decide((*found)->members, desk.home.identity().device(), *who);
    if (!change) return change.error();
    const auto written = desk.home.replica().write_control(id, change->ops);
    if (!written) return written.error();
    desk.network.wrote(id, *written);
    const auto now = desk.home.replica().group(id)->members.role_now(*who).role;
    return Json{{"person", to_text(*who)}, {"role", name_of(now)}};
}

Reply member_remove(Desk& desk, const Json& args) {
    return act(desk, args, [](const Membership& members, const DeviceId& me, const PersonId& who) {
        return decide_remove(members, me, who);
    });
}

Reply member_promote(Desk& desk, const Json& args) {
    return act(desk, args, [](const Membership& members, const DeviceId& me, const PersonId& who) {
        const auto now = members.role_now(who).role;
        return decide_role(members, me, who, now == Role::reader ? Role::member : Role::organiser);
    });
}

Reply member_demote(Desk& desk, const Json& args) {
    return act(desk, args,
               [](const Membership& members, const DeviceId& me, const PersonId& who) -> Result<MemberChange> {
                   const auto now = members.role_now(who).role;
                   if (now == Role::reader) {
                       if (auto may = may_organise(members, me); !may) return may.error();
                       return Error{Code::refused, "This person only reads already.", "To end that, remove them."};
                   }
                   return decide_role(members, me, who, now == Role::organiser ? Role::member : Role::reader);
               });
}

}  // namespace

std::span<const Verb> member_verbs() {
    static constexpr Verb verbs[] = {{"invite", invite},
                                     {"members", members},
                                     {"member admit", member_admit},
                                     {"member refuse", member_refuse},
                                     {"member remove", member_remove},
                                     {"member promote", member_promote},
                                     {"member demote", member_demote}};
    return verbs;
}

}  // namespace staffroom::api
