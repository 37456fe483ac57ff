#include "storage/group.h"

#include <algorithm>

#include "storage/commit_log.h"

namespace staffroom {
namespace {

Error group_damaged() {
    return {Code::io, "What is kept of a group does not read back from the disk.", "Run: staffroom repair"};
}

bool masks(const ControlOp& op) {
    if (const auto* persons = std::get_if<PersonsOp>(&op.body)) {
        return std::any_of(persons->cards.begin(), persons->cards.end(), [](const PersonCard& card) {
            return std::any_of(card.statements.begin(), card.statements.end(),
                               [](const auto& statement) { return statement.kind == StatementKind::revoke; });
        });
    }
    return std::holds_alternative<RemoveOp>(op.body) || std::holds_alternative<DemoteOp>(op.body) ||
           std::holds_alternative<LeaveOp>(op.body) || std::holds_alternative<AdmitOp>(op.body) ||
           std::holds_alternative<HideOp>(op.body);
}

std::optional<std::vector<Bytes>> whole(commit_log::Parts&& parts) {
    std::vector<Bytes> all;
    for (auto& part : parts) {
        if (!part) return std::nullopt;
        all.push_back(std::move(*part));
    }
    return all;
}

}  // namespace

Group::Group(const GroupRow& row, const Identity& identity)
    : number(row.number),
      id(id_of(row.genesis)),
      genesis(row.genesis),
      keys(*SymmetricKey::from(row.group_key.view())),
      members(row.genesis),
      epochs(id, identity.device()),
      me_(identity.person()),
      device_(identity.device()),
      box_(identity.secrets.box) {}

std::vector<EpochId> Group::add_key(const Commit& commit, const PersonId& author, const std::vector<Bytes>& parts) {
    const auto& header = commit.header;
    const KeyFact fact{commit.id, header.depth, header.author, author, header.auth, read_key_ops(parts)};
    epochs.add(fact);
    for (auto& offer : staffroom::pair_offers(fact, me_, device_, box_)) pair_offers.push_back(std::move(offer));
    std::vector<EpochId> opened;
    for (const auto& [epoch, key] : epochs.open(box_, held)) {
        held.emplace(epoch, key);
        opened.push_back(epoch);
    }
    return opened;
}

const SymmetricKey* Group::key(const EpochId& epoch) const {
    const auto found = held.find(epoch);
    return found == held.end() ? nullptr : &found->second;
}

Shift Group::add_control(ReadTxn& txn, const Commit& control, const ControlOps& ops) {
    for (const auto& seen : control.header.seen) {
        if (!commit_log::has(txn, number, seen)) seen_later.insert(seen);
    }
    may_mask |= std::any_of(ops.ops.begin(), ops.ops.end(), masks);
    return members.add(control, ops);
}

Error no_such_group() {
    return {Code::not_found, "This group is not on this computer.", "See what is here with: staffroom group list"};
}

std::map<keys::GroupNumber, GroupId> numbered_groups(ReadTxn& txn) {
    std::map<keys::GroupNumber, GroupId> groups;
    txn.scan_keys(Table::groups, {}, [&](ByteView key) {
        const auto bytes = txn.get_if_sound(Table::groups, key);
        const auto row = bytes ? decode<GroupRow>(*bytes) : Result<GroupRow>{group_damaged()};
        if (row) groups[row->number] = *GroupId::from(key);
        return true;
    });
    return groups;
}

void add_group(WriteTxn& txn, const Genesis& genesis, const Hash& group_key) {
    const auto id = id_of(genesis);
    assert(!txn.has(Table::groups, id.view()));
    GroupRow row{static_cast<keys::GroupNumber>(txn.count(Table::groups) + 1), genesis, group_key};
    txn.put(Table::groups, id.view(), encode(row));
}

void change_group_key(WriteTxn& txn, const GroupId& id, const Hash& group_key) {
    const auto bytes = txn.get(Table::groups, id.view());
    auto row = bytes ? decode<GroupRow>(*bytes) : Result<GroupRow>(group_damaged());
    if (!row) return;  // the next start says so
    row->group_key = group_key;
    txn.put(Table::groups, id.view(), encode(*row));
}

Result<std::unique_ptr<Group>> load_group(ReadTxn& txn, const GroupId& id, const Identity& identity) {
    const auto bytes = txn.get(Table::groups, id.view());
    if (!bytes) return no_such_group();
    const auto row = decode<GroupRow>(*bytes);
    if (!row) return group_damaged();
    auto group = std::make_unique<Group>(*row, identity);
    for (const auto kind : {CommitKind::control, CommitKind::key}) {
        std::vector<CommitKey> order;
        commit_log::each(txn, group->number, kind, [&](const CommitKey& key) {
            order.push_back(key);
            return true;
        });
        for (const auto& key : order) {
            auto kept = commit_log::read(txn, group->local(), commit_log::Place{kind, key});
            const auto parts = kept ? whole(std::move(kept->parts)) : std::nullopt;
            if (!parts) return group_damaged();
            const auto* commit = &kept->commit;
            if (kind == CommitKind::key) {
                const auto author = group->members.author_of(commit->header.author, commit->header.auth);
                if (author) group->add_key(*commit, *author, *parts);
                continue;
            }
            group->add_control(txn, *commit, read_control_ops(*parts));
        }
    }
    return group;
}

Result<Groups> load_groups(ReadTxn& txn, const Identity& identity) {
    std::vector<GroupId> ids;
    txn.scan_keys(Table::groups, {}, [&](ByteView key) {
        ids.push_back(*GroupId::from(key));
        return true;
    });
    Groups groups;
    for (const auto& id : ids) {
        // A row that opens and does not read was written wrong: nothing can mend it, and other groups are well.
        if (const auto row = txn.get(Table::groups, id.view()); row && !decode<GroupRow>(*row)) continue;
        auto group = load_group(txn, id, identity);
        if (!group) return group.error();
        groups.emplace(id, std::move(*group));
    }
    return groups;
}

}  // namespace staffroom
