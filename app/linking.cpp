#include "app/linking.h"

#include <algorithm>

#include "storage/own_card.h"

namespace staffroom {

LinkDecision decide_link(Home& home, OpenInvitations& offers, const net::LinkClaim& claim) {
    const auto& identity = home.identity();
    const auto& proposed = claim.statement;
    if (proposed.person != identity.person() || proposed.by != identity.device()) return {net::Outcome::unknown, {}};
    const auto known = prove(identity.card).devices;
    if (known.count(proposed.device) != 0) return {net::Outcome::welcome, {}};  // the answer was lost
    const bool open = offers.has_link_offer(claim.offer) && known.size() < limits::devices_count &&
                      proposed.path == next_path(identity.card, identity.device());
    if (!open) return {net::Outcome::closed, {}};
    auto linked = proposed;
    accept_link(linked, SigningKey(identity.secrets.signing));
    auto card = identity.card;
    card.statements.push_back(std::move(linked));
    if (!home.keep_card(card)) return {net::Outcome::wait, {}};
    (void)offers.close_link_offers();
    auto told = carry_own_card(home.replica());
    return {net::Outcome::welcome, told ? std::move(*told) : std::vector<GroupChange>{}};
}

RescueDecision decide_rescue(Home& home, const net::RescueClaim& claim) {
    auto& replica = home.replica();
    const auto is_in = [](const Group& group, const PersonId& person) {
        return group.members.role_now(person).role != Role::none;
    };
    // A sheet can fit several people, since anybody may name anybody's key: it is whom it says, or the first.
    std::optional<PersonId> person;
    for (const auto& [id, group] : replica.groups()) {
        for (const auto& each : group->members.people_with(claim.recovery)) {
            const bool meant = claim.link ? claim.link->person == each : !person;
            if (meant && is_in(*group, each)) person = each;
        }
    }
    if (!person) return {};
    auto card = *card_anywhere(replica, *person);
    if (claim.link) merge_into(card, {card.genesis, card.first, {*claim.link}});
    RescueDecision decision{card, {}};
    std::vector<GroupId> lacking;
    for (const auto& [id, group] : replica.groups()) {
        const bool may = group->members.role_of(home.identity().device()) >= Role::member && is_in(*group, *person);
        const auto* known = group->members.card_of(*person);
        if (claim.link && may && (known == nullptr || !covers(*known, card))) lacking.push_back(id);
    }
    for (const auto& id : lacking) {
        auto written = replica.write_control(id, {make_op(PersonsOp{{card}})});
        if (!written) return {std::nullopt, std::move(decision.told)};
        decision.told.push_back({id, std::move(*written)});
    }
    return decision;
}

VouchDecision decide_vouched(const Replica& replica, const net::VouchClaim& claim) {
    VouchDecision decision;
    for (const auto& [id, group] : replica.groups()) {
        const auto& request = claim.request;
        if (group->members.role_now(request.person).role == Role::none) continue;
        decision.outcome = net::Outcome::asked;
        const bool vouched = group->members.person_of(request.record.device) == request.person &&
                             group->members.role_of(request.record.device) >= Role::reader;
        if (vouched) return {net::Outcome::welcome, card_anywhere(replica, request.person)};
    }
    return decision;
}

}  // namespace staffroom
