#include "core/members/rules.h"

#include <algorithm>

namespace staffroom {
namespace {

bool is_older(const std::optional<std::vector<std::uint32_t>>& one,
              const std::optional<std::vector<std::uint32_t>>& other) {
    if (!one || !other) return !one && other;
    return one->size() != other->size() ? one->size() < other->size() : *one < *other;
}

}  // namespace

Rules::Rules(const CommitId& genesis, const std::vector<PersonId>& founders, bool pair) : pair_(pair), pasts_(genesis) {
    assert(!founders.empty());
    for (const auto& founder : founders) {
        Node node;
        node.act.kind = ActKind::appoint;
        node.act.op = static_cast<std::uint32_t>(nodes_.size());
        node.act.who = founder;
        node.who = person(founder);
        assert(node.who == nodes_.size());
        people_[node.who].granted.push_back(0);
        nodes_.push_back(std::move(node));
    }
    founders_ = static_cast<Index>(founders.size());
    evaluate();
}

// --- what an act is, before anybody's standing

Rules::Index Rules::person(const PersonId& id) {
    const auto [found, fresh] = numbers_.emplace(id, static_cast<Index>(people_.size()));
    if (fresh) people_.emplace_back().id = id;
    return found->second;
}

const Rules::Person* Rules::find(const PersonId& id) const {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? nullptr : &people_[found->second];
}

bool Rules::is_well_formed(const Act& act, const ControlFact& fact) const {
    const bool lesser_role = act.role == Role::reader || act.role == Role::member;
    const auto* who = find(act.who);
    const bool outsider = pair_ && (who == nullptr || who >= people_.data() + founders_);
    switch (act.kind) {
        case ActKind::add:
            return lesser_role && !outsider;
        case ActKind::appoint:
            return !outsider;
        case ActKind::remove:
            return act.who != fact.author && !pair_;
        case ActKind::demote:
            return lesser_role && act.who != fact.author && !pair_;
        case ActKind::leave:
            return act.who == fact.author && !fact.vouched;
        case ActKind::revoke:
            return act.who != fact.author || (act.device != fact.device && !fact.vouched);
        case ActKind::vouch:
            return act.who != fact.author && !outsider;
        case ActKind::admit:
        case ActKind::hide:
        case ActKind::organise:
            return true;
    }
    return false;
}

Rules::Index Rules::number(const ControlFact& fact, const Act& act, Pasts::Index commit) {
    const auto index = static_cast<Index>(nodes_.size());
    Node node;
    node.act = act;
    node.commit = commit;
    node.depth = fact.depth;
    node.author = person(fact.author);
    node.device = fact.device;
    node.vouched = fact.vouched;
    const bool about_person = act.kind <= ActKind::leave || act.kind == ActKind::revoke || act.kind == ActKind::vouch;
    if (about_person) node.who = person(act.who);
    node.own = about_person && node.who == node.author && (act.kind == ActKind::leave || act.kind == ActKind::revoke);

    auto& author = people_[node.author];
    if (!node.own) {
        author.acts.push_back(index);
    } else if (act.kind == ActKind::leave) {
        author.leaves.push_back(index);
    } else {
        const auto place =
            std::upper_bound(author.revocations.begin(), author.revocations.end(), index,
                             [&](Index, Index other) { return is_older(act.authority, nodes_[other].act.authority); });
        author.revocations.insert(place, index);
    }
    if (act.kind == ActKind::add || act.kind == ActKind::appoint) people_[node.who].granted.push_back(commit);
    acts_of_[fact.id].push_back(index);
    nodes_.push_back(std::move(node));
    return index;
}

bool Rules::precedes(Index earlier, Index later) const {
    const auto& one = nodes_[earlier];
    const auto& other = nodes_[later];
    return one.commit == other.commit ? one.act.op < other.act.op : pasts_.precedes(one.commit, other.commit);
}

// --- grants and what binds them

bool Rules::is_more_senior(Index office, Index other) const {
    const auto& one = nodes_[office];
    const auto& two = nodes_[other];
    if (one.length != two.length) return one.length < two.length;
    if (one.length > 0 && one.under != two.under) return nodes_[one.under].rank < nodes_[two.under].rank;
    return std::tuple(one.depth, pasts_.id(one.commit), one.act.op) <
           std::tuple(two.depth, pasts_.id(two.commit), two.act.op);
}

Role Rules::role_of(const Grant& grant) const {
    if (grant.office) return Role::organiser;
    const auto& act = nodes_[grant.node].act;
    return act.kind == ActKind::add ? act.role : Role::member;
}

Role Rules::cap_of(Index cut) const {
    return nodes_[cut].act.kind == ActKind::demote ? nodes_[cut].act.role : Role::none;
}

// (i) and (ii)
bool Rules::reaches(Index cut, const Grant& grant) const {
    const auto& node = nodes_[cut];
    if (node.own) return true;
    constexpr Index founder_0 = 0;
    if (node.who == founder_0) return false;
    return !grant.office || nodes_[node.under].rank < nodes_[grant.node].rank;
}

bool Rules::binds(Index cut, const Grant& grant) const {
    if (!reaches(cut, grant)) return false;
    if (grant.node < founders_ || !precedes(cut, grant.node)) return true;
    // (iii)
    const bool undone =
        !grant.office || nodes_[cut].own || nodes_[nodes_[grant.node].under].rank <= nodes_[nodes_[cut].under].rank;
    return !undone;
}

Rules::Indices Rules::cuts_binding(const Grant& grant) const {
    Indices binding;
    for (const auto cut : people_[nodes_[grant.node].who].cuts) {
        if (binds(cut, grant)) binding.push_back(cut);
    }
    return binding;
}

Rules::Indices Rules::revocations_under(const Grant& grant) const {
    const auto& person = people_[nodes_[grant.node].who];
    Indices in_force;
    for (const auto revocation : person.outside_revocations) {
        if (reaches(revocation, grant)) in_force.push_back(revocation);
    }
    if (person.revocations.empty()) return in_force;

    const auto cuts = cuts_binding(grant);
    for (std::size_t first = 0, last = 0; first < person.revocations.size(); first = last) {
        const auto& authority = nodes_[person.revocations[first]].act.authority;
        Indices equals;  // of one authority: none of them masks another
        for (; last < person.revocations.size(); ++last) {
            const auto revocation = person.revocations[last];
            const auto& node = nodes_[revocation];
            if (is_older(authority, node.act.authority)) break;
            const bool below_member = std::any_of(cuts.begin(), cuts.end(), [&](Index cut) {
                return cap_of(cut) < Role::member && !precedes(revocation, cut);
            });
            const bool carrier_revoked = std::any_of(in_force.begin(), in_force.end(), [&](Index other) {
                return nodes_[other].act.device == node.device && !precedes(revocation, other);
            });
            if (!below_member && !carrier_revoked) equals.push_back(revocation);
        }
        in_force.insert(in_force.end(), equals.begin(), equals.end());
    }
    return in_force;
}

bool Rules::stands(Index act, Index office, const Indices& cuts, const Indices& revocations) const {
    if (!precedes(office, act)) return false;
    if (nodes_[act].vouched && !is_trusted(nodes_[act].device, office)) return false;
    for (const auto cut : cuts) {
        if (!precedes(act, cut)) return false;
    }
    for (const auto revocation : revocations) {
        if (nodes_[revocation].act.device == nodes_[act].device && !precedes(act, revocation)) return false;
    }
    return true;
}

// --- the pass

void Rules::evaluate() {
    offices_.clear();
    decisions_.clear();
    for (auto& node : nodes_) node.under = nobody;
    std::vector<Indices> pending;
    for (auto& person : people_) {
        person.offices.clear();
        person.grants.clear();
        person.outside_revocations.clear();
        person.vouches.clear();
        person.cuts = person.leaves;
        pending.push_back(person.acts);
    }
    vacant_.clear();
    for (Index founder = 0; founder < founders_; ++founder) vacant_.push_back(founder);

    // Every appointment made on one level is on the next, so levels come in the order of seniority.
    while (!vacant_.empty()) {
        auto level = std::move(vacant_);
        vacant_.clear();
        std::sort(level.begin(), level.end(), [&](Index one, Index other) { return is_more_senior(one, other); });
        for (const auto office : level) {
            install(office);
            auto& waiting = pending[nodes_[office].who];
            if (waiting.empty()) continue;
            const auto cuts = cuts_binding({office, true});
            const auto revocations = revocations_under({office, true});
            std::erase_if(waiting, [&](Index act) {
                const bool effective = stands(act, office, cuts, revocations);
                if (effective) enact(act, office);
                return effective;
            });
        }
    }
}

void Rules::enact(Index act, Index office) {
    auto& node = nodes_[act];
    node.under = office;
    switch (node.act.kind) {
        case ActKind::appoint:
            node.length = nodes_[office].length + 1;
            vacant_.push_back(act);
            [[fallthrough]];
        case ActKind::add:
            people_[node.who].grants.push_back(act);
            break;
        case ActKind::remove:
        case ActKind::demote:
            people_[node.who].cuts.push_back(act);
            break;
        case ActKind::revoke:
            people_[node.who].outside_revocations.push_back(act);
            break;
        case ActKind::vouch:
            people_[node.who].vouches.push_back(act);
            break;
        case ActKind::admit:
        case ActKind::hide:
            for (const auto& id : node.act.ids) decisions_[id].push_back(act);
            break;
        case ActKind::leave:
        case ActKind::organise:
            break;
    }
}

void Rules::install(Index office) {
    const auto senior = [&](Index one, Index other) { return is_more_senior(one, other); };
    auto place = std::lower_bound(offices_.begin(), offices_.end(), office, senior);
    place = offices_.insert(place, office);
    for (; place != offices_.end(); ++place) nodes_[*place].rank = static_cast<std::uint32_t>(place - offices_.begin());
    auto& held = people_[nodes_[office].who].offices;
    held.insert(std::lower_bound(held.begin(), held.end(), office, senior), office);
}

// --- one more commit

Shift Rules::add(const ControlFact& fact) {
    const auto commit = pasts_.add(fact.id, fact.parents);
    Shift shift;
    for (const auto& act : fact.acts) {
        if (is_well_formed(act, fact)) add(number(fact, act, commit), shift);
    }
    return shift;
}

void Rules::add(Index act, Shift& shift) {
    // Nobody's past holds a new act, so a grant disturbs nothing that is here; a cut may.
    if (nodes_[act].own) {
        if (nodes_[act].act.kind == ActKind::leave) people_[nodes_[act].who].cuts.push_back(act);
    } else {
        for (const auto office : people_[nodes_[act].author].offices) {
            const Grant grant{office, true};
            if (!precedes(office, act) || !stands(act, office, cuts_binding(grant), revocations_under(grant))) continue;
            enact(act, office);
            for (const auto vacancy : vacant_) install(vacancy);
            vacant_.clear();
            break;
        }
        if (nodes_[act].under == nobody) return;
    }
    shift_for(act, shift);
    if (disturbs(act)) evaluate(shift);
}

bool Rules::disturbs(Index cut) const {
    const auto& node = nodes_[cut];
    const auto kind = node.act.kind;
    const bool cuts_person = kind == ActKind::remove || kind == ActKind::demote || kind == ActKind::leave;
    if (!cuts_person && kind != ActKind::revoke) return false;
    const auto& person = people_[node.who];
    const bool first_revocation = node.own && kind == ActKind::revoke && person.revocations.size() == 1;
    if (!person.revocations.empty() && !first_revocation) return true;
    return std::any_of(person.acts.begin(), person.acts.end(), [&](Index act) {
        const auto office = nodes_[act].under;
        if (office == nobody || precedes(act, cut)) return false;
        return cuts_person ? binds(cut, {office, true})
                           : node.act.device == nodes_[act].device && reaches(cut, {office, true});
    });
}

void Rules::evaluate(Shift& shift) {
    Indices before;
    for (const auto& node : nodes_) before.push_back(node.under);
    evaluate();
    // An office is numbered before every act under it: one sweep finds every changed path.
    std::vector<bool> changed(nodes_.size());
    for (Index act = 0; act < nodes_.size(); ++act) {
        const auto under = nodes_[act].under;
        changed[act] = under != before[act] || (under != nobody && changed[under]);
        if (changed[act]) shift_for(act, shift);
    }
}

void Rules::shift_for(Index act, Shift& shift) const {
    const auto& node = nodes_[act];
    if (node.who != nobody) shift.people.push_back(people_[node.who].id);
    shift.contents.insert(shift.contents.end(), node.act.ids.begin(), node.act.ids.end());
    // Whether somebody who vouched is the only other organiser hangs on everybody's office.
    const auto kind = node.act.kind;
    if (kind == ActKind::add || kind == ActKind::admit || kind == ActKind::hide || kind == ActKind::organise) return;
    for (const auto& person : people_) {
        if (!person.vouches.empty()) shift.people.push_back(person.id);
    }
}

}  // namespace staffroom
