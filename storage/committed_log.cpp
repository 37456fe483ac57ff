#include "storage/committed_log.h"

#include "core/tree.h"
#include "storage/commit_log.h"
#include "storage/erasing.h"
#include "storage/file_policy.h"
#include "storage/tree_rows.h"
#include "storage/wanted_chunks.h"

namespace staffroom {
namespace {

const Bytes writes_key = copy_of(view_of("writes"));

}  // namespace

const Group* CommittedLog::find(const GroupId& group) const {
    const auto found = groups_.find(group);
    return found == groups_.end() ? nullptr : found->second.get();
}

// What cannot be read is empty here: the conversation goes on with the rest, and `verify` names the damage.
template <class T, class Read>
T CommittedLog::reading(const Read& read) const {
    T value{};
    const auto done = store_.read([&](ReadTxn& txn) -> Result<> {
        value = read(txn);
        return Done{};
    });
    return done ? value : T{};
}

std::vector<GroupId> CommittedLog::groups() const {
    std::vector<GroupId> ids;
    for (const auto& [id, group] : groups_) ids.push_back(id);
    return ids;
}

SymmetricKey CommittedLog::tag_key(const GroupId& group) const {
    const auto* found = find(group);
    return found ? found->keys.tag : SymmetricKey{};
}

Standing CommittedLog::standing(const GroupId& group, const DeviceId& device) const {
    const auto* found = find(group);
    return found ? found->members.standing(device) : Standing::unknown;
}

std::optional<DeviceId> CommittedLog::device_of(const LinkKey& link) const {
    for (const auto& [id, group] : groups_) {
        for (const auto& record : group->members.readers()) {
            if (record.link == link) return record.device;
        }
    }
    // The person's other computers, also while no group is shared with them yet.
    for (const auto& record : devices_on(identity_.card)) {
        if (record.link == link) return record.device;
    }
    return std::nullopt;
}

std::unique_ptr<TreeStore> CommittedLog::tree(const GroupId& group, CommitKind kind) const {
    const auto* found = find(group);
    return std::make_unique<CommittedTreeRows>(store_, found ? found->number : 0, kind);
}

std::uint64_t CommittedLog::count(const GroupId& group, CommitKind kind) const {
    const auto top = tree_top(*tree(group, kind));
    return top ? top->count : 0;
}

std::vector<CommitId> CommittedLog::heads(const GroupId& group, CommitKind kind) const {
    const auto* found = find(group);
    if (!found) return {};
    return reading<std::vector<CommitId>>([&](ReadTxn& txn) {
        std::vector<CommitId> ids;
        for (const auto& key : commit_log::heads(txn, found->number, kind)) ids.push_back(id_of(key));
        return ids;
    });
}

bool CommittedLog::knows(const GroupId& group, const CommitId& commit) const {
    const auto* found = find(group);
    if (!found) return false;
    return reading<bool>([&](ReadTxn& txn) {
        return commit_log::has(txn, found->number, commit) || waiting_.has(txn, found->number, commit);
    });
}

std::optional<CommitFrame> CommittedLog::read(const GroupId& group, const CommitId& commit) const {
    const auto* found = find(group);
    if (!found) return std::nullopt;
    return reading<std::optional<CommitFrame>>([&](ReadTxn& txn) {
        auto frame = commit_log::frame(txn, found->local(), commit);
        return frame ? std::move(frame) : waiting_.frame(txn, found->number, commit);
    });
}

std::optional<Bytes> CommittedLog::read_part(const GroupId& group, const PartName& part) const {
    const auto* found = find(group);
    if (!found) return std::nullopt;
    return reading<std::optional<Bytes>>([&](ReadTxn& txn) -> std::optional<Bytes> {
        auto frame = commit_log::frame(txn, found->local(), part.commit);
        return frame && part.index < frame->parts.size() ? std::move(frame->parts[part.index]) : std::nullopt;
    });
}

std::vector<CommitId> CommittedLog::waiting(const GroupId& group, std::size_t limit) const {
    const auto* found = find(group);
    if (!found) return {};
    return reading<std::vector<CommitId>>([&](ReadTxn& txn) { return waiting_.ids(txn, found->number, limit); });
}

std::vector<CommitId> CommittedLog::missing(const GroupId& group, std::size_t limit) const {
    const auto* found = find(group);
    if (!found) return {};
    return reading<std::vector<CommitId>>([&](ReadTxn& txn) {
        auto missing = commit_log::lost(txn, found->number, limit);
        const auto more = waiting_.missing(txn, found->number, limit - missing.size());
        missing.insert(missing.end(), more.begin(), more.end());
        return missing;
    });
}

std::vector<PartName> CommittedLog::wanted_parts(const GroupId& group, std::size_t limit) const {
    const auto* found = find(group);
    if (!found) return {};
    return reading<std::vector<PartName>>(
        [&](ReadTxn& txn) { return commit_log::wanted_parts(txn, found->number, limit); });
}

std::vector<EpochId> CommittedLog::wanted_epochs(const GroupId& group) const {
    const auto* found = find(group);
    if (!found) return {};
    return reading<std::vector<EpochId>>([&](ReadTxn& txn) {
        std::vector<EpochId> epochs;
        const auto prefix = keys::unread(found->number);
        Bytes from = prefix;
        bool more = true;
        while (more) {  // one seek for each epoch, not one step for each part
            more = false;
            txn.scan_keys(Table::views, prefix, from, [&](ByteView key) {
                const auto epoch = *EpochId::from(key.subspan(prefix.size(), EpochId::size));
                // What came while the profile is locked is unread too, though its key is here.
                if (found->key(epoch) == nullptr) epochs.push_back(epoch);
                from = copy_of(key.first(prefix.size() + EpochId::size));
                from.resize(key_bytes_max, 0xFF);
                more = true;
                return false;
            });
        }
        return epochs;
    });
}

std::vector<CommitId> CommittedLog::farewell(const GroupId& group, const DeviceId& device,
                                             const std::vector<CommitId>& known, std::size_t limit) const {
    const auto* found = find(group);
    if (!found) return {};
    const auto& pasts = found->members.rules().pasts();
    const auto removals = pasts.numbers_of(found->members.removals_of(device));
    const auto told = pasts.numbers_of(known);
    std::vector<CommitId> ids;
    if (removals.empty()) return ids;
    for (Pasts::Index index = 1; index < pasts.size() && ids.size() < limit; ++index) {
        if (pasts.within(index, removals) && !pasts.within(index, told)) ids.push_back(pasts.id(index));
    }
    return ids;
}

std::uint64_t CommittedLog::writes(ReadTxn& txn) {
    const auto bytes = txn.get(Table::meta, writes_key);
    return bytes && bytes->size() == 8 ? read_be64(*bytes) : 0;
}

void CommittedLog::count_write(WriteTxn& txn) {
    Bytes value;
    append_be64(value, writes(txn) + 1);
    txn.put(Table::meta, writes_key, value);
}

Have CommittedLog::own_have(const GroupId& group) const {
    Have have;
    const auto* found = find(group);
    if (!found) return have;
    have.device = identity_.device();
    have.run = identity_.run;
    have.group = group;
    have.counter = reading<std::uint64_t>([&](ReadTxn& txn) { return writes(txn); });
    const std::pair<CommitKind, HaveSet*> sets[] = {
        {CommitKind::control, &have.control}, {CommitKind::key, &have.key}, {CommitKind::content, &have.content}};
    for (const auto& [kind, set] : sets) {
        if (const auto top = tree_top(*tree(group, kind))) {
            set->count = top->count;
            set->root = top->fingerprint;
        }
        auto deepest = heads(group, kind);
        if (deepest.size() > limits::heads_count) deepest.erase(deepest.begin(), deepest.end() - limits::heads_count);
        std::sort(deepest.begin(), deepest.end());
        set->heads = std::move(deepest);
    }
    reading<bool>([&](ReadTxn& txn) {
        std::optional<commit_log::Kept> kept;
        for (const auto& part : commit_log::wanted_parts(txn, found->number, limits::waiting_commits)) {
            if (!kept || kept->commit.id != part.commit) kept = commit_log::read(txn, found->local(), part.commit);
            ++have.wanted_parts;
            if (kept) have.wanted_bytes += kept->commit.header.parts[part.index].size;
        }
        have.erasures = erasing::tally(txn, found->number).carried_out;
        const auto chunks = wanted_chunks::totals(txn, found->number);
        have.wanted_chunks = chunks.chunks;
        have.wanted_bytes += chunks.bytes + (file_policy::leaves_out(txn, found->number) ? 1 : 0);
        return true;
    });
    sign(have, key_);
    return have;
}

std::vector<Have> CommittedLog::haves(const GroupId& group) const {
    const auto* found = find(group);
    if (!found) return {};
    return reading<std::vector<Have>>([&](ReadTxn& txn) {
        std::vector<Have> haves;
        txn.scan(Table::haves, keys::group(found->number), [&](ByteView, ByteView value) {
            if (auto have = decode<Have>(value)) haves.push_back(std::move(*have));
            return true;
        });
        return haves;
    });
}

}  // namespace staffroom
