#include "storage/own_card.h"

#include <algorithm>

namespace staffroom {

std::optional<PersonCard> fuller_card(const Replica& replica) {
    const auto& identity = replica.identity();
    auto card = identity.card;
    for (const auto& [id, group] : replica.groups()) {
        if (const auto* known = group->members.card_of(identity.person())) merge_into(card, *known);
    }
    return card == identity.card ? std::nullopt : std::optional(std::move(card));
}

Result<std::vector<GroupChange>> carry_own_card(Replica& replica) {
    const auto& identity = replica.identity();
    std::vector<GroupId> lacking;
    for (const auto& [id, group] : replica.groups()) {
        const auto* known = group->members.card_of(identity.person());
        const bool may = group->members.role_of(identity.device()) >= Role::reader && !group->members.needs_update();
        if (may && known != nullptr && !covers(*known, identity.card)) lacking.push_back(id);
    }
    std::vector<GroupChange> changes;
    for (const auto& id : lacking) {
        auto written = replica.write_control(id, {make_op(PersonsOp{{identity.card}})});
        if (!written) return written.error();
        changes.push_back({id, std::move(*written)});
    }
    return changes;
}

std::vector<GroupId> groups_lacked_by(const Replica& replica, const DeviceId& device) {
    std::vector<GroupId> lacked;
    for (const auto& [id, group] : replica.groups()) {
        if (group->members.role_of(device) == Role::none) continue;
        const auto haves = replica.log().haves(id);
        const bool has =
            std::any_of(haves.begin(), haves.end(), [&](const Have& have) { return have.device == device; });
        if (!has) lacked.push_back(id);
    }
    return lacked;
}

}  // namespace staffroom
