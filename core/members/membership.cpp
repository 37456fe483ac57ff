#include "core/members/membership.h"

#include <algorithm>

namespace staffroom {
namespace {

template <class T>
bool read_as(const Op& op, ControlOp& out) {
    if (op.kind != T::kind) return false;
    auto read = read_op<T>(op);
    if (!read) return false;
    out.body = std::move(*read);
    return true;
}

template <class... T>
bool is_kind(const Op& op, std::variant<T...>*) {
    return ((op.kind == T::kind) || ...);
}

template <class... T>
bool read_any(const Op& op, ControlOp& out, std::variant<T...>*) {
    return (read_as<T>(op, out) || ...);
}

}  // namespace

ControlOps read_control_ops(const std::vector<Bytes>& parts) {
    ControlOps read;
    constexpr decltype(ControlOp::body)* kinds = nullptr;
    for (std::size_t part = 0; part < parts.size(); ++part) {
        const auto list = decode<OpList>(parts[part]);
        if (!list) continue;
        for (std::size_t position = 0; position < list->ops.size(); ++position) {
            const auto& op = list->ops[position];
            ControlOp out;
            out.index = static_cast<std::uint32_t>(part << 16 | position);
            if (!is_kind(op, kinds)) read.has_unknown = true;
            if (read_any(op, out, kinds)) read.ops.push_back(std::move(out));
        }
    }
    return read;
}

Membership::Membership(const Genesis& genesis)
    : newcomers_(genesis.newcomers),
      rules_(root_of(id_of(genesis)), founders_of(genesis), genesis.kind == GroupKind::pair) {
    const auto root = root_of(id_of(genesis));
    for (std::uint32_t i = 0; i < genesis.founders.size(); ++i) {
        const auto& card = genesis.founders[i];
        devices_.add(card, prove(card), {0, root, i}, 0, rules_.pasts());
    }
}

// --- commits

std::optional<PersonId> Membership::author_of(const Commit& control, const ControlOps& ops) const {
    const auto speaker = speaker_of(control, ops);
    return speaker ? std::optional(speaker->person) : std::nullopt;
}

std::optional<Speaker> Membership::speaker_of(const Commit& control, const ControlOps& ops) const {
    const auto& header = control.header;
    auto speaker = devices_.speaker(header.author, rules_.pasts(), rules_.pasts().numbers_of(header.parents));
    // The first commit of a pair group's device brings its own card.
    for (std::size_t i = 0; i < ops.ops.size() && !speaker; ++i) {
        const auto* persons = std::get_if<PersonsOp>(&ops.ops[i].body);
        if (persons == nullptr) continue;
        for (const auto& card : persons->cards) {
            if (!speaker && is_valid(card)) {
                const auto proven = prove(card);
                if (proven.devices.count(header.author) != 0) speaker = Speaker{proven.person, false};
            }
        }
    }
    return speaker && rules_.was_granted(speaker->person, header.parents) ? speaker : std::nullopt;
}

Shift Membership::add(const Commit& control, const ControlOps& ops) {
    const auto author = speaker_of(control, ops);
    assert(author);
    const auto& header = control.header;
    needs_update_ |= ops.has_unknown || header.version > commit_version;
    ControlFact fact{control.id, header.depth, author->person, header.author, header.parents, {}, author->vouched};
    for (const auto& op : ops.ops) {
        const auto acts = acts_of(op, control, author->person);
        fact.acts.insert(fact.acts.end(), acts.begin(), acts.end());
        note_invite(op, control);
    }
    const auto shift = rules_.add(fact);
    const auto at = *rules_.pasts().find(control.id);
    for (const auto& op : ops.ops) {
        const ControlOrder order{header.depth, control.id, op.index};
        if (const auto* persons = std::get_if<PersonsOp>(&op.body)) {
            for (const auto& card : persons->cards) {
                if (is_known_valid(card)) devices_.add(card, prove(card), order, at, rules_.pasts());
            }
        } else if (const auto* vouch = std::get_if<VouchOp>(&op.body); vouch != nullptr && is_valid(vouch->request)) {
            devices_.add(vouch->request, order, at, rules_.pasts());
            vouches_[vouch->request.record.device].emplace_back(vouch->request, author->person,
                                                                Place{control.id, op.index});
        }
    }
    return shift;
}

bool Membership::is_known_valid(const PersonCard& card) {
    const auto hash = hash_of<Hash>("staffroom-card-v1", encode(card));
    if (valid_cards_.count(hash) != 0) return true;
    if (!is_valid(card)) return false;
    valid_cards_.insert(hash);
    return true;
}

bool Membership::is_own_revocation(const ProvenCard& card, const ProvenCard::Revocation& revocation,
                                   const Commit& control) const {
    if (revocation.device == control.header.author) return false;
    if (revocation.by_person) return true;
    // Every device of the person is older than one that was vouched for.
    const auto& pasts = rules_.pasts();
    const auto target = devices_.speaker(revocation.device, pasts, pasts.numbers_of(control.header.parents));
    return revocation.of_stranger && target && target->vouched && target->person == card.person;
}

std::vector<Act> Membership::acts_of(const ControlOp& op, const Commit& control, const PersonId& author) {
    std::vector<Act> acts;
    const auto act = [&](ActKind kind) -> Act& {
        acts.emplace_back();
        acts.back().kind = kind;
        acts.back().op = op.index;
        return acts.back();
    };
    if (const auto* add = std::get_if<AddOp>(&op.body)) {
        auto& granted = act(ActKind::add);
        granted.who = add->who;
        granted.role = add->role;
    } else if (const auto* appoint = std::get_if<AppointOp>(&op.body)) {
        act(ActKind::appoint).who = appoint->who;
    } else if (const auto* remove = std::get_if<RemoveOp>(&op.body)) {
        act(ActKind::remove).who = remove->who;
    } else if (const auto* demote = std::get_if<DemoteOp>(&op.body)) {
        auto& cut = act(ActKind::demote);
        cut.who = demote->who;
        cut.role = demote->role;
    } else if (std::get_if<LeaveOp>(&op.body) != nullptr) {
        act(ActKind::leave).who = author;
    } else if (const auto* admit = std::get_if<AdmitOp>(&op.body)) {
        act(ActKind::admit).ids = admit->ids;
    } else if (const auto* hide = std::get_if<HideOp>(&op.body)) {
        act(ActKind::hide).ids = hide->ids;
    } else if (const auto* persons = std::get_if<PersonsOp>(&op.body)) {
        for (const auto& card : persons->cards) {
            if (!is_known_valid(card)) continue;
            const auto proven = prove(card);
            for (const auto& revocation : proven.revocations) {
                if (proven.person == author && !is_own_revocation(proven, revocation, control)) continue;
                auto& revoke = act(ActKind::revoke);
                revoke.who = proven.person;
                revoke.device = revocation.device;
                revoke.authority = revocation.authority;
            }
        }
    } else if (const auto* vouch = std::get_if<VouchOp>(&op.body)) {
        if (!is_valid(vouch->request)) return acts;
        auto& vouched = act(ActKind::vouch);
        vouched.who = vouch->request.person;
        vouched.device = vouch->request.record.device;
    } else {
        act(ActKind::organise);
    }
    return acts;
}

std::optional<PersonId> Membership::author_of(const DeviceId& device, const std::vector<CommitId>& auth) const {
    const auto speaker = devices_.speaker(device, rules_.pasts(), rules_.pasts().numbers_of(auth));
    return speaker && rules_.was_granted(speaker->person, auth) ? std::optional(speaker->person) : std::nullopt;
}

Judgement Membership::judge(const Commit& content, const PersonId& person, const KnownTo& known_to) const {
    const auto& header = content.header;
    return judge({content.id, person, header.author, header.auth}, known_to);
}

bool Membership::may_write(const DeviceId& device, const PersonId& person, const std::vector<CommitId>& auth) const {
    return judge({CommitId{}, person, device, auth}, [](const CommitId&) { return false; }).shown();
}

Judgement Membership::judge(ContentFact content, const KnownTo& known_to) const {
    const auto speaker = devices_.speaker(content.device, rules_.pasts(), rules_.pasts().numbers_of(content.auth));
    content.vouched = speaker && speaker->vouched;
    return rules_.judge(content, known_to);
}

// --- people and devices

std::optional<PersonId> Membership::person_of(const DeviceId& device) const {
    const auto speaker = devices_.speaker(device);
    return speaker ? std::optional(speaker->person) : std::nullopt;
}

Role Membership::role_of(const DeviceId& device) const {
    const auto speaker = devices_.speaker(device);
    return speaker ? rules_.role_through(speaker->person, device, speaker->vouched) : Role::none;
}

Rules Membership::rules_after(const DeviceId& by, const Act& act) const {
    auto rules = rules_;
    const auto speaker = devices_.speaker(by);
    assert(speaker);
    ControlFact fact{CommitId{}, ~std::uint64_t{0}, speaker->person, by, {}, {act}, speaker->vouched};
    const auto& pasts = rules_.pasts();
    for (Pasts::Index i = 0; i < pasts.size(); ++i) fact.parents.push_back(pasts.id(i));
    rules.add(fact);
    return rules;
}

RoleNow Membership::role_after(const DeviceId& by, const Act& act) const {
    return rules_after(by, act).role_now(act.who);
}

Role Membership::role_through_after(const DeviceId& by, const Act& act, const DeviceId& device) const {
    const auto speaker = devices_.speaker(device);
    return rules_after(by, act).role_through(act.who, device, speaker && speaker->vouched);
}

Standing Membership::standing(const DeviceId& device) const {
    if (!person_of(device)) return Standing::unknown;
    return role_of(device) == Role::none ? Standing::removed : Standing::current;
}

std::vector<MemberRow> Membership::members() const {
    std::vector<MemberRow> rows;
    for (const auto& person : rules_.people()) {
        MemberRow row{person, role_now(person), {}, {}};
        for (const auto& device : devices_.devices_of(person)) {
            if (row.name.empty()) row.name = record_of(device)->name;
            if (role_of(device) != Role::none) row.devices.push_back(device);
        }
        rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& one, const auto& other) {
        if (one.now.role != other.now.role) return one.now.role > other.now.role;
        return one.now.path && *one.now.path < *other.now.path;
    });
    return rows;
}

std::vector<DeviceRecord> Membership::readers() const {
    std::vector<DeviceRecord> records;
    for (const auto& person : rules_.people()) {
        for (const auto& device : devices_.devices_of(person)) {
            if (role_of(device) != Role::none) records.push_back(*record_of(device));
        }
    }
    std::sort(records.begin(), records.end(),
              [](const auto& one, const auto& other) { return one.device < other.device; });
    return records;
}

std::vector<CommitId> Membership::removals_of(const DeviceId& device) const {
    const auto person = person_of(device);
    return person ? rules_.removals_of(*person, device) : std::vector<CommitId>{};
}

std::vector<Membership::Vouched> Membership::vouched_for(const PersonId& person) const {
    std::vector<Vouched> all;
    for (const auto& [device, vouches] : vouches_) {
        const auto speaker = devices_.speaker(device);
        if (!speaker->vouched || speaker->person != person) continue;
        Vouched vouched;
        for (const auto& [request, by, place] : vouches) {
            if (request.person != person || !is_effective(place)) continue;
            vouched.request = request;
            vouched.by.push_back(by);
        }
        if (vouched.by.empty()) continue;
        std::sort(vouched.by.begin(), vouched.by.end());
        vouched.by.erase(std::unique(vouched.by.begin(), vouched.by.end()), vouched.by.end());
        vouched.enough = rules_.is_vouched_for(person, device);
        all.push_back(std::move(vouched));
    }
    return all;
}

// --- invitations

void Membership::note_invite(const ControlOp& op, const Commit& control) {
    const Place place{control.id, op.index};
    if (const auto* invite = std::get_if<InviteOp>(&op.body)) {
        if (invite->role != Role::reader && invite->role != Role::member) return;
        invites_[invite->invite].opened.push_back(
            {{control.header.depth, control.id, op.index}, *invite, control.header.author});
    } else if (const auto* close = std::get_if<CloseOp>(&op.body)) {
        invites_[close->invite].closed.push_back(place);
    } else if (const auto* add = std::get_if<AddOp>(&op.body)) {
        if (add->invite) invites_[*add->invite].used.emplace_back(add->who, place);
    }
}

std::optional<Invite> Membership::invite(const InviteKey& key) const {
    const auto found = invites_.find(key);
    if (found == invites_.end()) return std::nullopt;
    const auto& ops = found->second;
    const auto by_standing = [&](const InviteOps::Opened& opened) {
        return std::pair(!is_effective({opened.order.commit, opened.order.op}), opened.order);
    };
    const auto first = std::min_element(ops.opened.begin(), ops.opened.end(), [&](const auto& one, const auto& other) {
        return by_standing(one) < by_standing(other);
    });
    if (first == ops.opened.end()) return std::nullopt;
    Invite invite{first->op, first->order.commit, first->by, false, false, {}};
    invite.standing = is_effective({first->order.commit, first->order.op}) && role_of(first->by) == Role::organiser;
    invite.closed =
        std::any_of(ops.closed.begin(), ops.closed.end(), [&](const auto& each) { return is_effective(each); });
    for (const auto& [person, place] : ops.used) {
        if (is_effective(place)) invite.used_by.push_back(person);
    }
    std::sort(invite.used_by.begin(), invite.used_by.end());
    invite.used_by.erase(std::unique(invite.used_by.begin(), invite.used_by.end()), invite.used_by.end());
    return invite;
}

std::vector<Invite> Membership::invites() const {
    std::vector<Invite> all;
    for (const auto& [key, ops] : invites_) {
        if (auto each = invite(key)) all.push_back(std::move(*each));
    }
    return all;
}

}  // namespace staffroom
