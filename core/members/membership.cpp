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
    const auto& header = control.header;
    auto person = devices_.person_of(header.author, rules_.pasts(), rules_.pasts().numbers_of(header.parents));
    // The first commit of a pair group's device brings its own card.
    for (std::size_t i = 0; i < ops.ops.size() && !person; ++i) {
        const auto* persons = std::get_if<PersonsOp>(&ops.ops[i].body);
        if (persons == nullptr) continue;
        for (const auto& card : persons->cards) {
            if (!person && is_valid(card)) {
                const auto proven = prove(card);
                if (proven.devices.count(header.author) != 0) person = proven.person;
            }
        }
    }
    return person && rules_.was_granted(*person, header.parents) ? person : std::nullopt;
}

Shift Membership::add(const Commit& control, const ControlOps& ops) {
    const auto author = author_of(control, ops);
    assert(author);
    const auto& header = control.header;
    needs_update_ |= ops.has_unknown || header.version > commit_version;
    ControlFact fact{control.id, header.depth, *author, header.author, header.parents, {}};
    for (const auto& op : ops.ops) {
        const auto acts = acts_of(op, *author, header.author);
        fact.acts.insert(fact.acts.end(), acts.begin(), acts.end());
        note_invite(op, control);
    }
    const auto shift = rules_.add(fact);
    const auto at = *rules_.pasts().find(control.id);
    for (const auto& op : ops.ops) {
        const auto* persons = std::get_if<PersonsOp>(&op.body);
        if (persons == nullptr) continue;
        for (const auto& card : persons->cards) {
            if (is_known_valid(card)) {
                devices_.add(card, prove(card), {header.depth, control.id, op.index}, at, rules_.pasts());
            }
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

std::vector<Act> Membership::acts_of(const ControlOp& op, const PersonId& author, const DeviceId& device) {
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
                const bool own = proven.person == author;
                if (own && (!revocation.by_person || revocation.device == device)) continue;
                auto& revoke = act(ActKind::revoke);
                revoke.who = proven.person;
                revoke.device = revocation.device;
                revoke.authority = revocation.authority;
            }
        }
    } else {
        act(ActKind::organise);
    }
    return acts;
}

std::optional<PersonId> Membership::author_of(const DeviceId& device, const std::vector<CommitId>& auth) const {
    const auto person = devices_.person_of(device, rules_.pasts(), rules_.pasts().numbers_of(auth));
    return person && rules_.was_granted(*person, auth) ? person : std::nullopt;
}

Judgement Membership::judge(const Commit& content, const PersonId& person, const KnownTo& known_to) const {
    return rules_.judge({content.id, person, content.header.author, content.header.auth}, known_to);
}

// --- people and devices

Role Membership::role_of(const DeviceId& device) const {
    const auto person = person_of(device);
    if (!person || !rules_.may_use(*person, device)) return Role::none;
    return role_now(*person).role;
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
            if (rules_.may_use(person, device)) row.devices.push_back(device);
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
            if (rules_.may_use(person, device)) records.push_back(*record_of(device));
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
