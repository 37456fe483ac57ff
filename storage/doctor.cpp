#include "storage/doctor.h"

#include "storage/commit_log.h"
#include "storage/group.h"
#include "storage/keys.h"
#include "storage/wanted_chunks.h"

namespace staffroom {
namespace {

constexpr std::size_t values_per_step = 1000;
constexpr std::size_t chunks_per_step = 64;

bool is_secret(Table table) {
    return table == Table::profile || table == Table::groups || table == Table::epochs || table == Table::invites;
}

// Moves the first `front` bytes of a key behind the rest.
Bytes turned(ByteView key, std::size_t front) { return keys::joined({key.subspan(front), key.first(front)}); }

bool is_in_log(ByteView key, ReadTxn& txn) {
    return commit_log::place_named(key).has_value() && txn.has(Table::log, key);
}

bool leads_to_log(ByteView row, ReadTxn& txn) {
    constexpr std::size_t front = keys::group_bytes + keys::front_bytes;
    if (row.size() <= front) return false;
    auto rest = row.subspan(front + 1);
    const auto depth = keys::take_depth(rest);
    if (!depth || !rest.empty()) return false;
    // The log has the rest of the id.
    auto begin = keys::joined({row.first(keys::group_bytes), row.subspan(front, 1)});
    append_be64(begin, *depth);
    append(begin, row.subspan(keys::group_bytes, keys::front_bytes));
    bool found = false;
    txn.scan_keys(Table::log, begin, [&](ByteView) { return found = true, false; });
    return found;
}

bool is_mention(ByteView row, ReadTxn& txn) {
    if (row.size() < keys::group_bytes + RecordId::size) return false;
    auto rest = row.subspan(keys::group_bytes + RecordId::size);
    const auto depth = keys::take_depth(rest);
    if (!depth || rest.size() != keys::front_bytes + 2) return false;
    auto place = keys::joined({row.first(keys::group_bytes), rest.first(keys::front_bytes)});
    place.push_back(static_cast<std::uint8_t>(CommitKind::content));
    keys::append_depth(place, *depth);
    return leads_to_log(place, txn);
}

}  // namespace

Result<bool> Scrub::step() {
    if (table_ == tables_count) return false;
    const auto table = static_cast<Table>(table_);
    const auto grouped = store_.read([&](ReadTxn& txn) -> Result<> {
        groups_ = numbered_groups(txn);
        return Done{};
    });
    if (!grouped) return grouped.error();
    Result<std::optional<Bytes>> last = std::optional<Bytes>{};
    if (store_.is_locked() && traits_of(table).key == SealedBy::view) {
        const auto counted = store_.read([&](ReadTxn& txn) -> Result<> {
            health_.values_locked += txn.count(table);
            return Done{};
        });
        if (!counted) return counted.error();
    } else {
        // Each value is judged in a transaction of its own, so that one that does not open spoils no other's judgement.
        last = store_.examine(table, after_, table == Table::chunks ? chunks_per_step : values_per_step,
                              [&](ByteView key, const std::optional<Bytes>& value) {
                                  const auto looked = store_.read([&](ReadTxn& txn) -> Result<> {
                                      look(table, key, value, txn);
                                      return Done{};
                                  });
                                  static_cast<void>(looked);  // what did not open is counted where it lies
                              });
        if (!last) return last.error();
    }
    if (*last) {
        after_ = std::move(**last);
    } else {
        ++table_;
        after_.clear();
    }
    return table_ < tables_count;
}

Result<std::uint64_t> Scrub::values_total() const {
    std::uint64_t total = 0;
    const auto counted = store_.read([&](ReadTxn& txn) -> Result<> {
        for (std::size_t table = 0; table < tables_count; ++table) total += txn.count(static_cast<Table>(table));
        return Done{};
    });
    if (!counted) return counted.error();
    return total;
}

Result<Health> Scrub::finish() {
    for (;;) {
        const auto more = step();
        if (!more) return more.error();
        if (!*more) return health_;
    }
}

void Scrub::look(Table table, ByteView key, const std::optional<Bytes>& value, ReadTxn& txn) {
    ++health_.values;
    if (!value && is_secret(table)) ++health_.secrets_bad;
    if (table == Table::log) {
        look_at_commit(key, value, txn);
    } else if (table == Table::late_parts) {
        if (value && is_right_part(key, *value, txn)) {
            ++health_.parts;
        } else if (const auto name = commit_log::part_name(key)) {
            health_.parts_bad.push_back(*name);
        }
    } else if (table == Table::chunks) {
        if (value && is_right_chunk(key, txn)) {
            ++health_.chunks;
        } else if (const auto id = ChunkId::from(key)) {
            health_.chunks_bad.push_back(*id);
        }
    } else if (!value) {
        ++health_.values_bad;
    } else if (!is_right_row(table, key, txn)) {
        ++health_.rows_bad;
    }
}

void Scrub::look_at_commit(ByteView key, const std::optional<Bytes>& value, ReadTxn& txn) {
    const auto named = commit_log::place_named(key);
    const auto group = named ? groups_.find(named->first) : groups_.end();
    if (group == groups_.end()) return void(++health_.rows_bad);
    const auto& [number, place] = *named;
    const auto id = id_of(place.key);
    if (!txn.has(Table::places, keys::place(number, place.kind, place.key))) ++health_.rows_bad;
    if (value && value->empty() && txn.has(Table::lost, id.view())) return;
    const auto kept = value ? commit_log::read_row({number, group->second}, place, *value) : std::nullopt;
    if (!kept) return health_.commits_bad.push_back(id);
    ++health_.commits;
    for (std::size_t index = 0; index < kept->parts.size(); ++index) {
        if (!kept->parts[index]) continue;
        if (is_part(kept->commit.header, index, *kept->parts[index])) {
            ++health_.parts;
        } else {
            health_.parts_bad.push_back({id, static_cast<std::uint16_t>(index)});
        }
    }
}

bool Scrub::is_right_part(ByteView key, ByteView value, ReadTxn& txn) {
    const auto name = commit_log::part_name(key);
    if (!name) return false;
    for (const auto& [number, group] : groups_) {
        if (!commit_log::has(txn, number, name->commit)) continue;
        const auto kept = commit_log::read(txn, {number, group}, name->commit);
        // A part whose commit is bad is judged when that is here again.
        return !kept || is_part(kept->commit.header, name->index, value);
    }
    return txn.failed() || txn.has(Table::lost, name->commit.view());
}

bool Scrub::is_right_chunk(ByteView key, ReadTxn& txn) {
    const auto id = ChunkId::from(key);
    return id && chunks_.read(txn, *id).ok();
}

bool is_right_row(Table table, ByteView key, ReadTxn& txn) {
    const auto names_commit = [&](ByteView group, ByteView commit) {
        const auto id = *CommitId::from(commit);
        return txn.has(Table::lost, id.view()) || commit_log::find(txn, read_be32(group), id).has_value();
    };
    switch (table) {
        case Table::heads:
            return is_in_log(key, txn);
        case Table::places:
            return leads_to_log(key, txn);
        case Table::mentions:
            return is_mention(key, txn);
        case Table::waiting_for:
            return key.size() == keys::group_bytes + 2 * CommitId::size &&
                   txn.has(Table::waiting, keys::in_group(read_be32(key), key.last(CommitId::size)));
        case Table::wants:
            if (!key.empty() && key[0] == 'p') {
                constexpr std::size_t at = 1 + keys::group_bytes;
                return key.size() == at + CommitId::size + 2 &&
                       names_commit(key.subspan(1), key.subspan(at, CommitId::size));
            }
            return wanted_chunks::is_right(txn, key);
        case Table::chunk_users:
            return key.size() > ChunkId::size && txn.has(Table::group_chunks, turned(key, ChunkId::size));
        case Table::group_chunks:
            return key.size() > ChunkId::size && txn.has(Table::chunk_users, turned(key, key.size() - ChunkId::size));
        default:
            return true;
    }
}

}  // namespace staffroom
