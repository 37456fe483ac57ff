#include "storage/erasing.h"

#include <algorithm>
#include <set>

#include "storage/commit_log.h"
#include "storage/erased_files.h"
#include "storage/file_refs.h"
#include "storage/views.h"

namespace staffroom::erasing {
namespace {

// Rows of `erasures`: group | 'r' | record 16 -> Erasure; group | 'p' | commit id 32 | index | record 16;
// group | 'w' | commit id 32 | index: wanted again, whoever said that it is gone.
constexpr std::uint8_t of_record = 'r', of_part = 'p', revived = 'w';

Bytes tagged(GroupNumber group, std::uint8_t tag, std::initializer_list<ByteView> rest = {}) {
    auto key = keys::group(group);
    key.push_back(tag);
    for (const auto part : rest) append(key, part);
    return key;
}
Bytes record_key(GroupNumber group, const RecordId& record) { return tagged(group, of_record, {record.view()}); }
Bytes part_key(GroupNumber group, std::uint8_t tag, const PartName& part) {
    return tagged(group, tag, {keys::part(part.commit, part.index)});
}

Bytes claims_on(GroupNumber group, const RecordId& record) {
    return keys::view(group, keys::ViewRows::claims, record.view());
}
Bytes gone_key(GroupNumber group, const PartName& part) {
    return keys::view(group, keys::ViewRows::gone, keys::part(part.commit, part.index));
}

struct Dropped {
    PartName part;
    RecordId record;
};
std::vector<Dropped> dropped(ReadTxn& txn, GroupNumber group) {
    std::vector<Dropped> all;
    const auto prefix = tagged(group, of_part);
    txn.scan_keys(Table::erasures, prefix, [&](ByteView key) {
        const auto rest = key.subspan(prefix.size());
        if (rest.size() != CommitId::size + 2 + RecordId::size) return true;
        const auto part = commit_log::part_name(rest.first(CommitId::size + 2));
        if (part) all.push_back({*part, *RecordId::from(rest.last(RecordId::size))});
        return true;
    });
    return all;
}

// The place alone does not tell: of two commits that begin alike either may be meant.
bool is_about(const Group& group, const commit_log::Kept& kept, std::size_t index, const RecordId& record) {
    const auto& header = kept.commit.header;
    const auto* key = group.key(header.epoch);
    const auto plain = key != nullptr ? open_part(header, index, *kept.parts[index], *key) : std::nullopt;
    const auto content = plain ? decode<ContentPart>(*plain) : Result<ContentPart>{Code::malformed, {}};
    return content && content->record == record;
}

std::vector<ChunkId> drop(WriteTxn& txn, const Group& group, const RecordId& record) {
    for (const auto& [key, index] : commits_of(txn, group.number, record)) {
        const commit_log::Place place{CommitKind::content, key};
        const auto kept = commit_log::read(txn, group.local(), place);
        if (!kept || index >= kept->parts.size() || !kept->parts[index] || !is_about(group, *kept, index, record)) {
            continue;
        }
        commit_log::drop_part(txn, group.local(), place, index);
        txn.put(Table::erasures, tagged(group.number, of_part, {keys::part(id_of(key), index), record.view()}), {});
    }
    const auto of_this = keys::in_group(group.number, record.view());
    txn.erase(Table::records, of_this);
    txn.erase_all(Table::texts, of_this);
    txn.erase_all(Table::mentions, of_this);
    return file_refs::forget(txn, group.number, record);
}

void want_again(WriteTxn& txn, GroupNumber group, const RecordId& record) {
    for (const auto& each : dropped(txn, group)) {
        if (each.record != record) continue;
        commit_log::lose_part(txn, group, each.part.commit, each.part.index);
        txn.put(Table::erasures, part_key(group, revived, each.part), {});
        txn.erase(Table::erasures,
                  tagged(group, of_part, {keys::part(each.part.commit, each.part.index), record.view()}));
    }
    txn.erase(Table::erasures, record_key(group, record));
}

}  // namespace

void claim(WriteTxn& txn, GroupNumber group, const RecordId& record, const CommitKey& at, std::size_t part,
           const Claim& claim) {
    erasing::claim(txn, claims_on(group, record), at, part, claim);
}

void claim(WriteTxn& txn, Bytes claims, const CommitKey& at, std::size_t part, const Claim& claim) {
    append(claims, at.view());
    keys::append_index(claims, part);
    txn.put(Table::views, claims, encode(claim));
}

void note_gone(WriteTxn& txn, GroupNumber group, const PartName& part) {
    if (txn.has(Table::erasures, part_key(group, revived, part))) return;
    txn.put(Table::views, gone_key(group, part), {});
    commit_log::forget_want(txn, group, part.commit, part.index);
}

bool is_gone(ReadTxn& txn, GroupNumber group, const PartName& part) {
    return txn.has(Table::views, gone_key(group, part));
}

void forget(WriteTxn& txn, GroupNumber group) {
    for (const auto rows : {keys::ViewRows::claims, keys::ViewRows::gone})
        txn.erase_all(Table::views, keys::view(group, rows));
    erased_files::forget(txn, group);
}

std::vector<Claim> effective(ReadTxn& txn, GroupNumber group, const RecordId& record,
                             const std::optional<PersonId>& owner) {
    return effective(txn, claims_on(group, record), owner);
}

std::vector<Claim> effective(ReadTxn& txn, ByteView claims, const std::optional<PersonId>& owner) {
    std::vector<Claim> found;
    txn.scan(Table::views, claims, [&](ByteView, ByteView value) {
        auto each = decode<Claim>(value);
        if (each && (each->organiser || each->by == owner)) found.push_back(std::move(*each));
        return true;
    });
    return found;
}

bool is_own(const std::vector<Claim>& claims, const std::optional<PersonId>& owner, const PersonId& me) {
    return owner == me && std::any_of(claims.begin(), claims.end(), [&](const Claim& each) { return each.by == me; });
}

bool has_any(ReadTxn& txn, GroupNumber group) {
    bool any = false;
    const auto look = [&](ByteView) { return any = true, false; };
    txn.scan_keys(Table::views, keys::view(group, keys::ViewRows::claims), look);
    if (!any) txn.scan_keys(Table::erasures, tagged(group, of_record), look);
    return any || erased_files::has_any(txn, group);
}

std::optional<Erasure> find(ReadTxn& txn, GroupNumber group, const RecordId& record) {
    const auto value = txn.get(Table::erasures, record_key(group, record));
    auto row = value ? decode<Erasure>(*value) : Result<Erasure>{Code::not_found, {}};
    return row ? std::optional(std::move(*row)) : std::nullopt;
}

std::vector<std::pair<RecordId, Erasure>> all(ReadTxn& txn, GroupNumber group) {
    std::vector<std::pair<RecordId, Erasure>> rows;
    txn.scan(Table::erasures, tagged(group, of_record), [&](ByteView key, ByteView value) {
        const auto record = RecordId::from(key.last(RecordId::size));
        auto row = decode<Erasure>(value);
        if (record && row) rows.emplace_back(*record, std::move(*row));
        return true;
    });
    return rows;
}

std::vector<RecordId> records_of(ReadTxn& txn, GroupNumber group) {
    std::set<RecordId> records;
    for (const auto& [record, row] : all(txn, group)) records.insert(record);
    for (const auto& record : erased_files::records_of(txn, group)) records.insert(record);
    return {records.begin(), records.end()};
}

Tally tally(ReadTxn& txn, GroupNumber group) {
    Tally tally;
    const auto count = [&](std::uint64_t left_ms) {
        ++tally.known;
        tally.carried_out += left_ms == 0;
    };
    for (const auto& [record, row] : all(txn, group)) count(row.left_ms);
    for (const auto& [record, row] : erased_files::all(txn, group)) count(row.left_ms);
    return tally;
}

std::vector<ChunkId> settle(WriteTxn& txn, const Chunks& chunks, const Group& group, const RecordId& record,
                            const PersonId& me) {
    auto row = find(txn, group.number, record);
    // Of a record that went the owner is known from the row alone.
    const auto state = read_kept_record(txn, group.number, record);
    const auto owner = state && state->birth ? std::optional(state->birth->owner) : row ? row->owner : std::nullopt;
    const auto claims = effective(txn, group.number, record, owner);
    if (claims.empty()) {
        if (row) want_again(txn, group.number, record);
        return erased_files::settle(txn, chunks, group, record, owner, me);
    }
    const bool own = is_own(claims, owner, me);
    if (!row || (own && row->left_ms != 0)) {
        row = Erasure{owner, own ? 0 : grace_ms};
        txn.put(Table::erasures, record_key(group.number, record), encode(*row));
    }
    return row->left_ms == 0 ? drop(txn, group, record) : std::vector<ChunkId>{};
}

std::vector<RecordId> age(WriteTxn& txn, GroupNumber group, std::uint64_t ms) {
    auto due = erased_files::age(txn, group, ms);
    for (auto& [record, row] : all(txn, group)) {
        if (row.left_ms == 0) continue;
        row.left_ms -= std::min(row.left_ms, ms);
        if (row.left_ms == 0) due.push_back(record);
        txn.put(Table::erasures, record_key(group, record), encode(row));
    }
    return due;
}

std::vector<PartName> unlisted(ReadTxn& txn, const Group& group, const PersonId& me, Role role) {
    std::vector<PartName> parts;
    for (const auto& each : dropped(txn, group.number)) {
        if (is_gone(txn, group.number, each.part)) continue;
        const auto kept = commit_log::read(txn, group.local(), each.part.commit);
        if (!kept) continue;
        const auto author = group.members.author_of(kept->commit.header.author, kept->commit.header.auth);
        if (role == Role::organiser || author == me) parts.push_back(each.part);
    }
    return parts;
}

bool is_dropped(ReadTxn& txn, GroupNumber group, const PartName& part) {
    bool any = false;
    txn.scan_keys(Table::erasures, part_key(group, of_part, part), [&](ByteView) { return any = true, false; });
    return any;
}

}  // namespace staffroom::erasing
