#include "storage/doctor.h"

#include "storage/commit_log.h"
#include "storage/file_refs.h"
#include "storage/keys.h"

namespace staffroom {
namespace {

constexpr std::size_t values_per_step = 1000;
constexpr std::size_t chunks_per_step = 64;

bool is_secret(Table table) {
    return table == Table::profile || table == Table::groups || table == Table::epochs || table == Table::invites;
}

// Moves the first `front` bytes of a key behind the rest.
Bytes turned(ByteView key, std::size_t front) { return keys::joined({key.subspan(front), key.first(front)}); }

bool is_right_place(ByteView key, ReadTxn& txn) {
    if (key.size() != keys::set_bytes + CommitKey::size) return false;
    const auto id = *CommitId::from(key.last(CommitId::size));
    if (txn.has(Table::lost, id.view())) return true;
    const auto commit = commit_log::commit(txn, id);
    if (!commit) return txn.failed();  // found bad where it lies
    return key[keys::group_bytes] == static_cast<std::uint8_t>(commit->header.kind) &&
           *CommitKey::from(key.last(CommitKey::size)) == key_of(commit->header.depth, id);
}

}  // namespace

Result<bool> Scrub::step() {
    if (table_ == tables_count) return false;
    const auto table = static_cast<Table>(table_);
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
    const bool right = value && is_right(table, key, *value, txn);
    switch (table) {
        case Table::commits:
            ++health_.commits;
            break;
        case Table::parts:
            ++health_.parts;
            break;
        case Table::chunks:
            ++health_.chunks;
            break;
        default:
            if (!value) ++health_.values_bad;
            if (value && !right) ++health_.rows_bad;
            return;
    }
    if (right) return;
    if (table == Table::commits) {
        --health_.commits;
        if (const auto id = CommitId::from(key)) health_.commits_bad.push_back(*id);
    } else if (table == Table::parts) {
        --health_.parts;
        if (const auto name = commit_log::part_name(key)) health_.parts_bad.push_back(*name);
    } else {
        --health_.chunks;
        if (const auto id = ChunkId::from(key)) health_.chunks_bad.push_back(*id);
    }
}

bool Scrub::is_right(Table table, ByteView key, ByteView value, ReadTxn& txn) {
    switch (table) {
        case Table::commits:
            return is_right_commit(key, value);
        case Table::parts:
            return is_right_part(key, value, txn);
        case Table::chunks:
            return is_right_chunk(key, txn);
        default:
            return is_right_row(table, key, txn);
    }
}

bool Scrub::is_right_commit(ByteView key, ByteView value) {
    const auto commit = read_commit(value);
    return commit && CommitId::from(key) == commit->id;
}

bool Scrub::is_right_part(ByteView key, ByteView value, ReadTxn& txn) {
    const auto name = commit_log::part_name(key);
    if (!name) return false;
    const auto commit = commit_log::commit(txn, name->commit);
    // A part whose commit is bad is judged when that is here again.
    if (!commit) return txn.failed() || txn.has(Table::lost, name->commit.view());
    return name->index < commit->header.parts.size() && is_part(commit->header, name->index, value);
}

bool Scrub::is_right_chunk(ByteView key, ReadTxn& txn) {
    const auto id = ChunkId::from(key);
    return id && chunks_.read(txn, *id).ok();
}

bool is_right_row(Table table, ByteView key, ReadTxn& txn) {
    // Whether the row has this length, and the commit whose id is at `at` is here or being fetched again.
    const auto names_commit = [&](std::size_t size, std::size_t at) {
        if (key.size() != size) return false;
        const auto id = key.subspan(at, CommitId::size);
        return txn.has(Table::commits, id) || txn.has(Table::lost, id);
    };
    constexpr std::size_t index = 2;
    switch (table) {
        case Table::order:
            return is_right_place(key, txn);
        case Table::heads:
            return names_commit(keys::set_bytes + CommitId::size, keys::set_bytes);
        case Table::record_commits:
            return names_commit(keys::group_bytes + RecordId::size + CommitKey::size + index,
                                keys::group_bytes + RecordId::size + 8) &&
                   txn.has(Table::order,
                           keys::in_set(read_be32(key), CommitKind::content,
                                        key.subspan(keys::group_bytes + RecordId::size, CommitKey::size)));
        case Table::waiting_for:
            return key.size() == keys::group_bytes + 2 * CommitId::size &&
                   txn.has(Table::waiting, keys::in_group(read_be32(key), key.last(CommitId::size)));
        case Table::wants:
            if (!key.empty() && key[0] == 'p') return names_commit(1 + keys::group_bytes + CommitId::size + index, 5);
            return file_refs::is_right_want(txn, key);
        case Table::chunk_users:
            return key.size() > ChunkId::size && txn.has(Table::group_chunks, turned(key, ChunkId::size));
        case Table::group_chunks:
            return key.size() > ChunkId::size && txn.has(Table::chunk_users, turned(key, key.size() - ChunkId::size));
        default:
            return true;
    }
}

}  // namespace staffroom
