// Who is in a group: invite, list, change roles.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "core/members/invite.h"

namespace staffroom::api {
namespace {

Error organisers_only() {
    return {Code::refused, "Only an organiser of the group can do that.", "Ask an organiser: staffroom members GROUP"};
}

bool is_organiser(Desk& desk, const Group& group) {
    return group.members.role_now(desk.home.identity().person()).role == Role::organiser;
}

Reply invite(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    const auto id = (*found)->id;
    if (!is_organiser(desk, **found)) return organisers_only();
    const auto role = maybe_text_arg(args, "role").value_or("member");
    if (role != "member" && role != "reader") {
        return Error{Code::malformed, "People are invited as member or reader.",
                     "An organiser is made later: staffroom member promote"};
    }
    const auto seed = new_signing_seed();
    InviteOp op;
    op.invite = SigningKey(seed).public_key<InviteKey>();
    op.role = role == "reader" ? Role::reader : Role::member;
    op.uses = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(number_arg(args, "uses", 1), 1, 100'000));
    op.ask = flag_arg(args, "ask");
    const auto written = desk.home.replica().write_control(id, {make_op(op)});
    if (!written) return written.error();
    desk.network.wrote(id, *written);
    if (const auto minutes = number_arg(args, "minutes", 0)) desk.network.close_later(id, op.invite, minutes);
    Invitation invitation;
    invitation.seed = *Hash::from(seed.view());
    invitation.group = id;
    invitation.device = desk.home.identity().device();
    invitation.link = desk.home.identity().record.link;
    for (const auto& address : desk.network.own_addresses()) {
        invitation.addresses.push_back({{address.bytes}, address.port});
    }
    return Json{{"invite", text_of(invitation)}};
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
    return Json{{"members", std::move(rows)}};
}

// One act of an organiser about somebody.
template <class MakeOp>
Reply act(Desk& desk, const Json& args, const MakeOp& make_op_for) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    const auto id = (*found)->id;
    if (!is_organiser(desk, **found)) return organisers_only();
    const auto who = find_person(**found, text_arg(args, "who"));
    if (!who) return who.error();
    const auto before = (*found)->members.role_now(*who).role;
    Result<Op> op = make_op_for(*who, before);
    if (!op) return op.error();
    const auto written = desk.home.replica().write_control(id, {*op});
    if (!written) return written.error();
    desk.network.wrote(id, *written);
    const auto now = desk.home.replica().group(id)->members.role_now(*who).role;
    if (now == before) {
        return Error{Code::refused, "This has no effect: that person is more senior in this group than you.",
                     "Speak with the one who founded the group."};
    }
    return Json{{"person", to_text(*who)}, {"role", name_of(now)}};
}

Reply member_remove(Desk& desk, const Json& args) {
    return act(desk, args, [&](const PersonId& who, Role) -> Result<Op> {
        if (who == desk.home.identity().person()) {
            return {Code::refused, "You cannot remove yourself.", "Leave the group with: staffroom group leave GROUP"};
        }
        return make_op(RemoveOp{who});
    });
}

Reply member_promote(Desk& desk, const Json& args) {
    return act(desk, args, [](const PersonId& who, Role before) -> Result<Op> {
        if (before == Role::organiser) return {Code::refused, "This person is an organiser already."};
        if (before == Role::reader) return make_op(AddOp{who, Role::member, std::nullopt});
        return make_op(AppointOp{who});
    });
}

Reply member_demote(Desk& desk, const Json& args) {
    return act(desk, args, [](const PersonId& who, Role before) -> Result<Op> {
        if (before <= Role::reader)
            return {Code::refused, "This person only reads already.", "To end that, remove them."};
        return make_op(DemoteOp{who, before == Role::organiser ? Role::member : Role::reader});
    });
}

constexpr Verb verbs[] = {{"invite", invite},
                          {"members", members},
                          {"member remove", member_remove},
                          {"member promote", member_promote},
                          {"member demote", member_demote}};

}  // namespace

std::span<const Verb> member_verbs() { return verbs; }

}  // namespace staffroom::api
