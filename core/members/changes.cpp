#include "core/members/changes.h"

#include <algorithm>

#include "core/text_rules.h"

namespace staffroom {
namespace {

std::string name_in(const Membership& members, const PersonId& who) {
    const auto* card = members.card_of(who);
    return card != nullptr ? shown_name(card->first.name) : "this person";
}

Error outranked(const Membership& members, const PersonId& who) {
    return {Code::refused, "This would have no effect: " + name_in(members, who) + " stands above you in this group.",
            "Speak with the one who made " + name_in(members, who) + " an organiser, or who founded the group."};
}

Act act_about(ActKind kind, const PersonId& who, Role role = Role::none) {
    Act act;
    act.kind = kind;
    act.who = who;
    act.role = role;
    return act;
}

// Through a computer that was vouched for an organiser is a member, until somebody who vouched appoints them again (M-9).
bool lifts_vouched_computer(const Membership& members, const DeviceId& me, const PersonId& who) {
    const auto appoint = act_about(ActKind::appoint, who);
    const auto vouched = members.vouched_for(who);
    return std::any_of(vouched.begin(), vouched.end(), [&](const auto& each) {
        const auto& device = each.request.record.device;
        return each.enough && members.role_of(device) < Role::organiser &&
               members.role_through_after(me, appoint, device) == Role::organiser;
    });
}

std::size_t organisers_beside(const Membership& members, const PersonId& who) {
    std::size_t count = 0;
    for (const auto& row : members.members()) count += row.now.role == Role::organiser && row.person != who;
    return count;
}

}  // namespace

Result<> may_organise(const Membership& members, const DeviceId& me) {
    const auto role = members.role_of(me);
    if (role == Role::organiser) return Done{};
    if (role == Role::none)
        return {Code::refused, "You are not in this group any more.", "Ask an organiser to add you."};
    const auto person = members.person_of(me);
    if (members.role_now(*person).role == Role::organiser) {
        return {Code::refused, "On this computer you are a member only, since colleagues helped you to recover.",
                "Ask an organiser who vouched for it to make you an organiser again."};
    }
    return {Code::refused, "Only an organiser of the group can do that.", "Ask an organiser of the group."};
}

Result<MemberChange> decide_remove(const Membership& members, const DeviceId& me, const PersonId& who) {
    if (auto may = may_organise(members, me); !may) return may.error();
    if (who == *members.person_of(me)) {
        return {Code::refused, "You cannot remove yourself.", "You can leave the group."};
    }
    if (members.role_now(who).role == Role::none) {
        return {Code::not_found, "This person is not in the group.", "Look at the list of members."};
    }
    const auto after = members.role_after(me, act_about(ActKind::remove, who));
    if (after.role != Role::none) return outranked(members, who);
    return MemberChange{{make_op(RemoveOp{who})}, {}};
}

Result<MemberChange> decide_role(const Membership& members, const DeviceId& me, const PersonId& who, Role wanted) {
    assert(wanted != Role::none);
    if (auto may = may_organise(members, me); !may) return may.error();
    const auto now = members.role_now(who).role;
    if (now == wanted && wanted == Role::organiser && lifts_vouched_computer(members, me, who)) {
        return MemberChange{{make_op(AppointOp{who})}, {}};
    }
    if (now == wanted) {
        return {Code::refused, name_in(members, who) + " is " + (wanted == Role::organiser ? "an " : "a ") +
                                   name_of(wanted) + " already."};
    }
    if (now == Role::none && members.card_of(who) == nullptr) {
        return {Code::not_found, "Nobody in this group has ever met this person.", "Invite them."};
    }
    if (who == *members.person_of(me)) {
        return {Code::refused, "You cannot change your own role.", "Ask another organiser."};
    }
    Act act;
    Op op;
    if (wanted == Role::organiser) {
        act = act_about(ActKind::appoint, who);
        op = make_op(AppointOp{who});
    } else if (now > wanted) {
        act = act_about(ActKind::demote, who, wanted);
        op = make_op(DemoteOp{who, wanted});
    } else {
        act = act_about(ActKind::add, who, wanted);
        op = make_op(AddOp{who, wanted, std::nullopt});
    }
    if (members.role_after(me, act).role == wanted) return MemberChange{{std::move(op)}, {}};
    if (now > wanted) return outranked(members, who);
    return {Code::refused, "Somebody who stands above you in this group decided otherwise about this person.",
            "Speak with the one who founded the group."};
}

Result<MemberChange> decide_leave(const Membership& members, const DeviceId& me) {
    const auto role = members.role_of(me);
    if (role == Role::none)
        return {Code::refused, "You are not in this group any more.",
                "Ask an organiser of the group to let you in again."};
    const auto who = *members.person_of(me);
    if (members.role_after(me, act_about(ActKind::leave, who)).role != Role::none) {
        return {Code::refused, "On this computer you cannot leave the group, since colleagues helped you to recover.",
                "Ask an organiser to remove you."};
    }
    MemberChange change{{make_op(LeaveOp{})}, {}};
    const bool others = members.members().size() > 1;
    if (members.role_now(who).role == Role::organiser && others && organisers_beside(members, who) == 0) {
        change.warning =
            "You are the only organiser. Once you have left, nobody can let colleagues in or remove them. Make "
            "somebody else an organiser first.";
    }
    return change;
}

Result<MemberChange> decide_revoke(const Membership& members, const DeviceId& me, const DeviceStatement& statement) {
    assert(statement.kind == StatementKind::revoke);
    const auto* known = members.card_of(statement.person);
    if (known == nullptr || members.person_of(statement.device) != statement.person) {
        return {Code::not_found, "This computer is not known in the group.",
                "See your computers: staffroom device list"};
    }
    auto card = *known;
    card.statements.push_back(statement);
    Act act = act_about(ActKind::revoke, statement.person);
    act.device = statement.device;
    if (members.person_of(me) == statement.person) {
        if (me == statement.device) {
            return {Code::refused, "A computer cannot shut itself out.", "Do it on another of your computers."};
        }
        const auto proven = prove(card);
        const auto by = std::find_if(proven.revocations.begin(), proven.revocations.end(), [&](const auto& each) {
            return each.device == statement.device && (each.by_person || each.of_stranger);
        });
        if (by == proven.revocations.end()) {
            return {Code::refused, "This computer is younger than the one it would shut out.",
                    "Use your first computer or your recovery sheet, or ask an organiser."};
        }
        act.authority = by->authority;
    } else {
        if (auto may = may_organise(members, me); !may) return may.error();
        if (members.role_through_after(me, act, statement.device) != Role::none) {
            return outranked(members, statement.person);
        }
    }
    return MemberChange{{make_op(PersonsOp{{std::move(card)}})}, {}};
}

Result<MemberChange> decide_vouch(const Membership& members, const DeviceId& me, const RecoveryRequest& request) {
    if (!is_valid(request)) {
        return {Code::malformed, "This request to recover is damaged.", "Ask your colleague to show it again."};
    }
    if (auto may = may_organise(members, me); !may) return may.error();
    if (members.person_of(me) == request.person) {
        return {Code::refused, "You cannot vouch for yourself.", "Link the new computer with this one instead."};
    }
    if (members.role_now(request.person).role == Role::none) {
        return {Code::not_found, "This person is not in the group.", "Invite them again."};
    }
    if (const auto person = members.person_of(request.record.device); person && person != request.person) {
        return {Code::refused, "This computer is known in the group as somebody else's.",
                "Your colleague needs a fresh profile on it."};
    }
    return MemberChange{{make_op(VouchOp{request})},
                        "Vouch only if you have spoken with " + name_in(members, request.person) +
                            " in person. From now on that computer writes in their name."};
}

Result<std::vector<MemberChange>> decide_set_aside(const Membership& members, const DeviceId& me,
                                                   const PersonId& author, std::vector<CommitId> contents,
                                                   SetAside wanted) {
    if (auto may = may_organise(members, me); !may) return may.error();
    const auto theirs = members.role_now(author).path;
    const auto mine = members.role_now(*members.person_of(me)).path;
    if (theirs && *theirs < *mine) return outranked(members, author);
    std::sort(contents.begin(), contents.end());
    contents.erase(std::unique(contents.begin(), contents.end()), contents.end());
    std::vector<MemberChange> changes;
    constexpr std::size_t most = 1024;
    for (std::size_t next = 0; next < contents.size(); next += most) {
        const auto begin = contents.begin() + static_cast<std::ptrdiff_t>(next);
        const auto end = contents.begin() + static_cast<std::ptrdiff_t>(std::min(next + most, contents.size()));
        std::vector<CommitId> some(begin, end);
        changes.push_back({{wanted == SetAside::show ? make_op(AdmitOp{some}) : make_op(HideOp{some})}, {}});
    }
    return changes;
}

Result<> may_succeed(const Membership& members, const DeviceId& me) {
    if (members.role_of(me) >= Role::member) return Done{};
    return {Code::refused, "Only a member of the group can continue it in a new one.", "Ask a member."};
}

bool needs_second_organiser(const Membership& members) {
    const auto rows = members.members();
    const auto organisers =
        std::count_if(rows.begin(), rows.end(), [](const MemberRow& row) { return row.now.role == Role::organiser; });
    return rows.size() > 5 && organisers < 2;
}

}  // namespace staffroom
