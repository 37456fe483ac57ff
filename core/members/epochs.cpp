#include "core/members/epochs.h"

#include <algorithm>

#include "core/members/rekey.h"

namespace staffroom {
namespace {

template <class T>
void read_as(const Op& op, std::vector<KeyOp>& out) {
    if (op.kind != T::kind) return;
    if (auto read = read_op<T>(op)) out.emplace_back(std::move(*read));
}

}  // namespace

std::vector<KeyOp> read_key_ops(const std::vector<Bytes>& parts) {
    std::vector<KeyOp> ops;
    for (const auto& part : parts) {
        const auto list = decode<OpList>(part);
        if (!list) continue;
        for (const auto& op : list->ops) {
            read_as<RekeyOp>(op, ops);
            read_as<ShareOp>(op, ops);
            read_as<CannotOpenOp>(op, ops);
            read_as<PairOp>(op, ops);
        }
    }
    return ops;
}

void Epochs::add(const KeyFact& fact) {
    for (const auto& op : fact.ops) {
        if (const auto* rekey = std::get_if<RekeyOp>(&op)) {
            auto& epoch = epochs_[rekey->epoch];
            if (!epoch.begun || std::pair(fact.depth, fact.id) < std::pair(epoch.begun->depth, epoch.begun->id)) {
                epoch.begun = fact;
                epoch.begun->ops.clear();
            }
            give(epoch, rekey->boxes, fact.id);
            epoch.wrapped.insert(epoch.wrapped.end(), rekey->wrapped.begin(), rekey->wrapped.end());
        } else if (const auto* share = std::get_if<ShareOp>(&op)) {
            give(epochs_[share->epoch], share->boxes, fact.id);
        } else if (const auto* cannot = std::get_if<CannotOpenOp>(&op)) {
            epochs_[cannot->epoch].tried[fact.device].insert(cannot->tried.begin(), cannot->tried.end());
        }
    }
}

void Epochs::give(Epoch& epoch, const std::vector<KeyBox>& boxes, const CommitId& commit) {
    for (const auto& box : boxes) {
        epoch.given[box.device].insert(commit);
        if (box.device == me_) epoch.mine.push_back({commit, box.box});
    }
}

// --- with which to write

std::optional<EpochId> Epochs::choose(const Membership& membership, const EpochKeys& held) const {
    const auto& rules = membership.rules();
    std::optional<EpochId> best;
    std::uint64_t best_depth = 0;
    for (const auto& [id, epoch] : epochs_) {
        if (!epoch.begun || held.count(id) == 0) continue;
        const auto& begun = *epoch.begun;
        if (best && begun.depth <= best_depth) continue;
        if (!rules.knows_removals(begun.auth)) continue;
        if (membership.newcomers() == NewcomersRead::from_join && !rules.knows_arrivals(begun.auth)) continue;
        // No removal knows a key commit, so whoever was removed since is out.
        if (!membership.may_write(begun.device, begun.author, begun.auth)) continue;
        best = id;
        best_depth = begun.depth;
    }
    return best;
}

KeyDuty Epochs::duty(const Membership& membership, const EpochKeys& held) const {
    const auto role = membership.role_of(me_);
    const bool begun = std::any_of(epochs_.begin(), epochs_.end(), [](const auto& each) { return each.second.begun; });
    if (role < Role::member || !begun || choose(membership, held)) return KeyDuty::none;
    return role == Role::organiser ? KeyDuty::now : KeyDuty::when_writing;
}

bool Epochs::is_entitled(const PersonId& person, const Epoch& epoch, const Membership& membership) const {
    if (membership.newcomers() == NewcomersRead::all) return true;
    return epoch.begun && membership.rules().role_at(person, epoch.begun->auth) != Role::none;
}

bool Epochs::is_left_out(const DeviceId& device, const Epoch& epoch) const {
    const auto given = epoch.given.find(device);
    if (given == epoch.given.end()) return true;
    const auto tried = epoch.tried.find(device);
    return tried != epoch.tried.end() &&
           std::includes(tried->second.begin(), tried->second.end(), given->second.begin(), given->second.end());
}

std::vector<DeviceRecord> Epochs::left_out(const EpochId& id, const Membership& membership) const {
    const auto found = epochs_.find(id);
    if (found == epochs_.end()) return {};
    std::vector<DeviceRecord> lacking;
    for (const auto& device : membership.readers()) {
        const auto person = membership.person_of(device.device);
        if (is_left_out(device.device, found->second) && is_entitled(*person, found->second, membership)) {
            lacking.push_back(device);
        }
    }
    return lacking;
}

std::vector<EpochId> Epochs::owed(const DeviceId& device, const std::vector<EpochId>& asked,
                                  const Membership& membership, const EpochKeys& held) const {
    const auto person = membership.person_of(device);
    if (!person || membership.role_of(device) == Role::none) return {};
    std::vector<EpochId> owed;
    for (const auto& id : asked) {
        const auto epoch = epochs_.find(id);
        if (epoch == epochs_.end() || held.count(id) == 0) continue;
        if (is_left_out(device, epoch->second) && is_entitled(*person, epoch->second, membership)) owed.push_back(id);
    }
    return owed;
}

EpochKeys Epochs::to_wrap(const EpochKeys& held, NewcomersRead newcomers) const {
    if (newcomers == NewcomersRead::from_join) return {};
    // Only a wrapped key that really opens counts: a lie must not cut the chain for those who come later.
    std::map<EpochId, std::vector<EpochId>> opens;
    std::set<EpochId> below;
    for (const auto& [id, key] : held) {
        const auto epoch = epochs_.find(id);
        if (epoch == epochs_.end()) continue;
        for (const auto& wrapped : epoch->second.wrapped) {
            if (held.count(wrapped.epoch) == 0 || !unwrap(wrapped, key)) continue;
            opens[id].push_back(wrapped.epoch);
            below.insert(wrapped.epoch);
        }
    }
    std::set<EpochId> reached;
    EpochKeys tops;
    const auto reach_from = [&](const EpochId& top, const SymmetricKey& key) {
        tops.emplace(top, key);
        std::vector<EpochId> open = {top};
        while (!open.empty()) {
            const auto next = open.back();
            open.pop_back();
            if (!reached.insert(next).second) continue;
            open.insert(open.end(), opens[next].begin(), opens[next].end());
        }
    };
    for (const auto& [id, key] : held) {
        if (below.count(id) == 0) reach_from(id, key);
    }
    // Keys that wrap each other in a ring have no top of their own.
    for (const auto& [id, key] : held) {
        if (reached.count(id) == 0) reach_from(id, key);
    }
    return tops;
}

// --- opening

std::optional<SymmetricKey> Epochs::unwrap(const WrappedKey& wrapped, const SymmetricKey& key) const {
    const auto plain = unseal(key, wrapped.nonce, wrapped.epoch.view(), wrapped.sealed);
    if (!plain) return std::nullopt;
    const auto opened = SymmetricKey::from(*plain);
    return opened && epoch_id(group_, *opened) == wrapped.epoch ? opened : std::nullopt;
}

EpochKeys Epochs::open(const BoxPair& mine, const EpochKeys& held) const {
    EpochKeys found;
    const auto is_here = [&](const EpochId& id) { return held.count(id) != 0 || found.count(id) != 0; };
    std::vector<EpochId> fresh;
    for (const auto& [id, key] : held) fresh.push_back(id);
    for (const auto& [id, epoch] : epochs_) {
        for (auto box = epoch.mine.begin(); box != epoch.mine.end() && !is_here(id); ++box) {
            if (auto key = open_epoch_box(group_, id, mine, box->bytes)) {
                found.emplace(id, std::move(*key));
                fresh.push_back(id);
            }
        }
    }
    while (!fresh.empty()) {
        const auto id = fresh.back();
        fresh.pop_back();
        const auto epoch = epochs_.find(id);
        if (epoch == epochs_.end()) continue;
        const auto key = held.count(id) != 0 ? held.at(id) : found.at(id);
        for (const auto& wrapped : epoch->second.wrapped) {
            if (is_here(wrapped.epoch)) continue;
            if (auto inner = unwrap(wrapped, key)) {
                found.emplace(wrapped.epoch, std::move(*inner));
                fresh.push_back(wrapped.epoch);
            }
        }
    }
    return found;
}

std::vector<CannotOpenOp> Epochs::cannot_open(const EpochKeys& held) const {
    std::vector<CannotOpenOp> sayings;
    for (const auto& [id, epoch] : epochs_) {
        const auto given = epoch.given.find(me_);
        if (given == epoch.given.end() || held.count(id) != 0) continue;
        const auto tried = epoch.tried.find(me_);
        CannotOpenOp saying{id, {}};
        for (const auto& commit : given->second) {
            const bool said = tried != epoch.tried.end() && tried->second.count(commit) != 0;
            if (!said && saying.tried.size() < cannot_open_tried_count) saying.tried.push_back(commit);
        }
        if (!saying.tried.empty()) sayings.push_back(std::move(saying));
    }
    return sayings;
}

}  // namespace staffroom
