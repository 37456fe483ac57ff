#include "storage/pairs.h"

#include <algorithm>

namespace staffroom {
namespace {

// Less = the one that is written with.
using Precedence = std::tuple<bool, std::uint64_t, CommitId>;

Precedence precedence(const Group& group, const PairOffer& offer) {
    return {group.members.role_of(offer.by) == Role::none, offer.depth, offer.commit};
}

struct Offered {
    PersonId other;
    std::map<Precedence, std::optional<SymmetricKey>> keys;
};

std::map<GroupId, Offered> offers_in(const Groups& groups) {
    std::map<GroupId, Offered> pairs;
    for (const auto& [id, group] : groups) {
        for (const auto& offer : group->pair_offers) {
            auto& offered = pairs[offer.pair];
            offered.other = offer.other;
            offered.keys.emplace(precedence(*group, offer), offer.key);
        }
    }
    return pairs;
}

// Where both are, and this device may write. Of several the one with the smallest id.
const Group* shared_group(const Replica& replica, const PersonId& with) {
    for (const auto& [id, group] : replica.groups()) {
        const bool mine = group->members.role_of(replica.identity().device()) >= Role::member;
        if (group->genesis.kind != GroupKind::pair && mine && group->members.role_now(with).role != Role::none) {
            return group.get();
        }
    }
    return nullptr;
}

Error not_together() {
    return {Code::refused, "You two are in no group together in which you may write.",
            "Be in a group with them first; then what you write for them alone reaches them."};
}

}  // namespace

Result<std::vector<GroupId>> take_pair_offers(Replica& replica) {
    std::vector<GroupId> changed;
    for (const auto& [pair, offered] : offers_in(replica.groups())) {
        const auto first = offered.keys.begin()->second;
        if (const auto* group = replica.group(pair)) {
            if (!first || *first == group->keys.root) continue;
            if (auto kept = replica.change_key(pair, *first); !kept) return kept.error();
        } else {
            const auto open = std::find_if(offered.keys.begin(), offered.keys.end(),
                                           [](const auto& each) { return each.second.has_value(); });
            if (open == offered.keys.end()) continue;
            const auto genesis = make_pair_genesis(replica.identity().person(), offered.other);
            if (auto kept = replica.adopt({genesis, *Hash::from(open->second->view())}); !kept) return kept.error();
        }
        changed.push_back(pair);
    }
    return changed;
}

Result<OpenedPair> open_pair(Replica& replica, const PersonId& with) {
    const auto& identity = replica.identity();
    if (with == identity.person()) {
        return {Code::refused, "This is between you and yourself.", "Choose a colleague, or leave out --private."};
    }
    if (auto may = replica.must_be_linked(); !may) return may.error();
    if (auto taken = take_pair_offers(replica); !taken) return taken.error();
    OpenedPair opened{id_of(make_pair_genesis(identity.person(), with)), {}};
    if (replica.group(opened.group) == nullptr) {
        const auto* shared = shared_group(replica, with);
        if (shared == nullptr) return not_together();
        const auto via = shared->id;
        const auto op = make_pair_op(shared->members, identity.person(), with, random_secret<SymmetricKey>());
        if (!op) return not_together();
        auto written = replica.write_key(via, make_op(*op));
        if (!written) return written.error();
        opened.changes.push_back({via, std::move(*written)});
        if (auto taken = take_pair_offers(replica); !taken) return taken.error();
    }
    // Whom the keys of what is written are for: nobody's devices are in the genesis.
    const auto& members = replica.group(opened.group)->members;
    PersonsOp persons;
    if (!members.person_of(identity.device())) persons.cards.push_back(identity.card);
    const auto theirs = members.card_of(with) == nullptr ? card_anywhere(replica, with) : std::nullopt;
    if (theirs) persons.cards.push_back(*theirs);
    if (!persons.cards.empty()) {
        auto written = replica.write_control(opened.group, {make_op(persons)});
        if (!written) return written.error();
        opened.changes.push_back({opened.group, std::move(*written)});
    }
    return opened;
}

std::optional<PersonId> other_of(const Genesis& genesis, const PersonId& me) {
    if (genesis.kind != GroupKind::pair) return std::nullopt;
    return genesis.pair[genesis.pair[0] == me ? 1 : 0];
}

std::optional<PersonCard> card_anywhere(const Replica& replica, const PersonId& person) {
    std::optional<PersonCard> most;
    for (const auto& [id, group] : replica.groups()) {
        const auto* card = group->members.card_of(person);
        if (card != nullptr && (!most || most->statements.size() < card->statements.size())) most = *card;
    }
    return most;
}

}  // namespace staffroom
