// What the rules answer: people's roles, what content shows, what the past of some heads knew.
#include <algorithm>

#include "core/members/rules.h"

namespace staffroom {

template <class Visit>
void Rules::each_grant(const Person& person, Visit visit) const {
    for (const auto office : person.offices) visit(Grant{office, true});
    for (const auto grant : person.grants) visit(Grant{grant, false});
}

// --- people

Role Rules::value_of(const Grant& grant) const {
    auto value = role_of(grant);
    const auto& cuts = people_[nodes_[grant.node].who].cuts;
    // The latest first: it binds most.
    for (auto cut = cuts.rbegin(); cut != cuts.rend() && value != Role::none; ++cut) {
        if (cap_of(*cut) < value && binds(*cut, grant)) value = cap_of(*cut);
    }
    return value;
}

std::optional<Rules::Index> Rules::office_now(const Person& person) const {
    for (const auto office : person.offices) {
        if (value_of({office, true}) == Role::organiser) return office;
    }
    return std::nullopt;
}

RoleNow Rules::role_now(const PersonId& id) const {
    const auto* person = find(id);
    if (person == nullptr) return {};
    if (const auto office = office_now(*person)) return {Role::organiser, path_to(*office)};
    RoleNow now;
    each_grant(*person, [&](const Grant& grant) { now.role = std::max(now.role, value_of(grant)); });
    return now;
}

std::vector<PersonId> Rules::people() const {
    std::vector<PersonId> people;
    for (const auto& person : people_) {
        if (role_now(person.id).role != Role::none) people.push_back(person.id);
    }
    std::sort(people.begin(), people.end());
    return people;
}

Role Rules::role_through(const PersonId& id, const DeviceId& device, bool vouched) const {
    const auto* person = find(id);
    if (person == nullptr || (vouched && !is_vouched_for(*person, device))) return Role::none;
    auto role = Role::none;
    each_grant(*person, [&](const Grant& grant) {
        const auto value = std::min(value_of(grant), role_through(grant, device, vouched));
        if (value <= role) return;
        const auto revocations = revocations_under(grant);
        const bool revoked = std::any_of(revocations.begin(), revocations.end(),
                                         [&](Index revocation) { return nodes_[revocation].act.device == device; });
        if (!revoked) role = value;
    });
    return role;
}

// Of a grant, before any cut.
Role Rules::role_through(const Grant& grant, const DeviceId& device, bool vouched) const {
    const auto role = role_of(grant);
    return vouched && grant.office && !is_trusted(device, grant.node) ? std::min(role, Role::member) : role;
}

// --- devices that were vouched for

bool Rules::is_trusted(const DeviceId& device, Index office) const {
    if (office < founders_) return false;
    // Who may make this office is settled before it, so their vouches are too.
    const auto author = nodes_[nodes_[office].under].rank;
    const auto& vouches = people_[nodes_[office].who].vouches;
    return std::any_of(vouches.begin(), vouches.end(), [&](Index vouch) {
        return nodes_[vouch].act.device == device && precedes(vouch, office) &&
               nodes_[nodes_[vouch].under].rank <= author;
    });
}

bool Rules::is_vouched_for(const Person& person, const DeviceId& device) const {
    Indices vouches;
    std::copy_if(person.vouches.begin(), person.vouches.end(), std::back_inserter(vouches),
                 [&](Index vouch) { return nodes_[vouch].act.device == device; });
    return std::any_of(vouches.begin(), vouches.end(), [&](Index vouch) {
        return nodes_[vouch].author != nodes_[vouches.front()].author || is_only_voucher(vouch);
    });
}

bool Rules::is_vouched_for(const PersonId& id, const DeviceId& device) const {
    const auto* person = find(id);
    return person != nullptr && is_vouched_for(*person, device);
}

bool Rules::is_only_voucher(Index vouch) const {
    const auto& node = nodes_[vouch];
    return std::all_of(people_.begin(), people_.end(), [&](const Person& other) {
        if (&other == &people_[node.author] || &other == &people_[node.who]) return true;
        return std::none_of(other.offices.begin(), other.offices.end(), [&](Index office) {
            return !precedes(vouch, office) && value_of({office, true}) == Role::organiser;
        });
    });
}

std::vector<CommitId> Rules::removals_of(const PersonId& id, const DeviceId& device) const {
    const auto* person = find(id);
    if (person == nullptr) return {};
    Indices acts;
    for (const auto cut : person->cuts) {
        if (cap_of(cut) == Role::none) acts.push_back(cut);
    }
    for (const auto* revocations : {&person->outside_revocations, &person->revocations}) {
        for (const auto revocation : *revocations) {
            if (nodes_[revocation].act.device == device) acts.push_back(revocation);
        }
    }
    std::sort(acts.begin(), acts.end());
    std::vector<CommitId> commits;
    for (const auto act : acts) commits.push_back(pasts_.id(nodes_[act].commit));
    return commits;
}

// --- acts

std::optional<Rules::Index> Rules::find(const CommitId& control, std::uint32_t op) const {
    const auto acts = acts_of_.find(control);
    if (acts == acts_of_.end()) return std::nullopt;
    for (const auto act : acts->second) {
        if (nodes_[act].act.op == op) return act;
    }
    return std::nullopt;
}

bool Rules::is_in_force(Index own_revocation) const {
    bool in_force = false;
    each_grant(people_[nodes_[own_revocation].who], [&](const Grant& grant) {
        if (in_force) return;
        const auto revocations = revocations_under(grant);
        in_force = std::find(revocations.begin(), revocations.end(), own_revocation) != revocations.end();
    });
    return in_force;
}

bool Rules::is_effective(const CommitId& control, std::uint32_t op) const {
    const auto act = find(control, op);
    if (!act) return false;
    const auto& node = nodes_[*act];
    if (!node.own) return node.under != nobody;
    return node.act.kind == ActKind::leave || is_in_force(*act);
}

std::optional<Path> Rules::path_of(const CommitId& control, std::uint32_t op) const {
    const auto act = find(control, op);
    if (!act || nodes_[*act].under == nobody) return std::nullopt;
    return path_to(nodes_[*act].under);
}

Path Rules::path_to(Index office) const {
    Path path;
    for (; office >= founders_; office = nodes_[office].under) {
        const auto& node = nodes_[office];
        path.steps.push_back({node.depth, pasts_.id(node.commit), node.act.op});
    }
    path.founder = office;
    std::reverse(path.steps.begin(), path.steps.end());
    return path;
}

// --- content

Judgement Rules::judge(const ContentFact& content, const KnownTo& known_to) const {
    static const Person stranger;
    const auto* known = find(content.author);
    const auto* author = known != nullptr ? known : &stranger;
    const auto heads = pasts_.numbers_of(content.auth);

    Role full = Role::none;   // without cuts
    Role heard = Role::none;  // less the cuts that the author had heard of
    Role role = Role::none;   // less all that bind
    each_grant(*author, [&](const Grant& grant) {
        if (!pasts_.within(nodes_[grant.node].commit, heads)) return;
        const auto granted = role_through(grant, content.device, content.vouched);
        auto after_all = granted;
        auto after_heard = granted;
        const auto cut_to = [&](Role cap, const Node& cut) {
            if (known_to(pasts_.id(cut.commit))) return;
            after_all = std::min(after_all, cap);
            if (pasts_.within(cut.commit, heads)) after_heard = std::min(after_heard, cap);
        };
        for (const auto cut : author->cuts) {
            if (cap_of(cut) < after_heard && binds(cut, grant)) cut_to(cap_of(cut), nodes_[cut]);
        }
        for (const auto revocation : revocations_under(grant)) {
            if (nodes_[revocation].act.device == content.device) cut_to(Role::none, nodes_[revocation]);
        }
        full = std::max(full, granted);
        heard = std::max(heard, after_heard);
        role = std::max(role, after_all);
    });

    if (content.vouched && !is_vouched_for(*author, content.device)) role = heard = Role::none;
    if (const auto decided = decision(content.id, *author, known_to)) {
        if (*decided == ActKind::hide) return {Verdict::hidden, Role::none};
        return {Verdict::shown, std::max(full, Role::member)};
    }
    if (role >= Role::member) return {Verdict::shown, role};
    return {heard >= Role::member ? Verdict::set_aside : Verdict::without_right, Role::none};
}

std::optional<ActKind> Rules::decision(const CommitId& content, const Person& author, const KnownTo& known_to) const {
    const auto found = decisions_.find(content);
    if (found == decisions_.end()) return std::nullopt;
    const auto office = office_now(author);
    Indices able;
    for (const auto act : found->second) {
        const bool author_is_senior = office && nodes_[*office].rank < nodes_[nodes_[act].under].rank;
        if (!author_is_senior && known_to(pasts_.id(nodes_[act].commit))) able.push_back(act);
    }
    std::optional<ActKind> decided;
    for (const auto act : able) {
        if (std::any_of(able.begin(), able.end(), [&](Index other) { return precedes(act, other); })) continue;
        if (decided != ActKind::hide) decided = nodes_[act].act.kind;
    }
    return decided;
}

// --- what the past of some heads knew

Role Rules::role_at(const PersonId& id, const std::vector<CommitId>& auth) const {
    const auto* person = find(id);
    if (person == nullptr) return Role::none;
    const auto heads = pasts_.numbers_of(auth);
    auto best = Role::none;
    each_grant(*person, [&](const Grant& grant) {
        if (!pasts_.within(nodes_[grant.node].commit, heads)) return;
        auto value = role_of(grant);
        for (const auto cut : person->cuts) {
            if (cap_of(cut) < value && pasts_.within(nodes_[cut].commit, heads) && binds(cut, grant)) {
                value = cap_of(cut);
            }
        }
        best = std::max(best, value);
    });
    return best;
}

bool Rules::was_granted(const PersonId& id, const std::vector<CommitId>& auth) const {
    const auto* person = find(id);
    if (person == nullptr) return false;
    const auto heads = pasts_.numbers_of(auth);
    return std::any_of(person->granted.begin(), person->granted.end(),
                       [&](Pasts::Index grant) { return pasts_.within(grant, heads); });
}

bool Rules::was_granted(const PersonId& id) const {
    const auto* person = find(id);
    return person != nullptr && (!person->offices.empty() || !person->grants.empty());
}

bool Rules::knows_removals(const std::vector<CommitId>& auth) const {
    const auto heads = pasts_.numbers_of(auth);
    const auto known = [&](Index act) { return pasts_.within(nodes_[act].commit, heads); };
    for (const auto& person : people_) {
        const bool removals_known = std::all_of(person.cuts.begin(), person.cuts.end(), [&](Index cut) {
            return nodes_[cut].act.kind == ActKind::demote || known(cut);
        });
        auto revocations = person.outside_revocations;
        std::copy_if(person.revocations.begin(), person.revocations.end(), std::back_inserter(revocations),
                     [&](Index revocation) { return is_in_force(revocation); });
        const bool revocations_known = std::all_of(revocations.begin(), revocations.end(), [&](Index one) {
            return std::any_of(revocations.begin(), revocations.end(), [&](Index other) {
                return nodes_[other].act.device == nodes_[one].act.device && known(other);
            });
        });
        if (removals_known && revocations_known) continue;
        const bool was_out = role_at(person.id, auth) == Role::none &&
                             std::all_of(person.granted.begin(), person.granted.end(),
                                         [&](Index grant) { return pasts_.within(grant, heads); });
        if (!was_out) return false;
    }
    return true;
}

bool Rules::knows_arrivals(const std::vector<CommitId>& auth) const {
    return std::all_of(people_.begin(), people_.end(), [&](const Person& person) {
        return role_now(person.id).role == Role::none || role_at(person.id, auth) != Role::none;
    });
}

}  // namespace staffroom
