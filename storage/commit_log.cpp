#include "storage/commit_log.h"

#include <algorithm>

namespace staffroom::commit_log {
namespace {

// `wants` holds missing parts under this byte, so that other kinds of wants have room beside them.
constexpr std::uint8_t part_want = 'p';

Bytes want_prefix(GroupNumber group) { return keys::joined({ByteView(&part_want, 1), keys::group(group)}); }

Bytes want_key(GroupNumber group, const CommitId& commit, std::size_t index) {
    return keys::joined({want_prefix(group), keys::part(commit, index)});
}

Bytes log_key(GroupNumber group, const Place& place) { return keys::in_set(group, place.kind, place.key.view()); }

// In a header the group's id comes after the version, a varint of one or two bytes.
std::size_t group_at(ByteView header) { return (header[0] & 0x80) != 0 ? 2 : 1; }

void erase_head(WriteTxn& txn, GroupNumber group, const CommitHeader& child, const CommitId& parent) {
    // Mostly the only parent, which is one less deep. Of several only the deepest is.
    auto key = key_of(child.depth - 1, parent);
    if (child.parents.size() > 1) {
        const auto place = find(txn, group, parent);
        if (!place) return;
        key = place->key;
    }
    txn.erase(Table::heads, keys::in_set(group, child.kind, key.view()));
}

}  // namespace

Bytes row_of(const Commit& commit, const Parts& parts) {
    CommitFrame row{commit.bytes, parts};
    row.parts.resize(commit.header.parts.size());
    const auto group = row.commit.begin() + static_cast<std::ptrdiff_t>(group_at(row.commit));
    row.commit.erase(group, group + GroupId::size);
    return encode(row);
}

std::optional<Kept> read_row(const LocalGroup& group, const Place& place, ByteView value) {
    auto row = decode<CommitFrame>(value);
    if (!row || row->commit.empty() || row->commit.size() < group_at(row->commit)) return std::nullopt;
    const auto id = group.id.view();
    row->commit.insert(row->commit.begin() + static_cast<std::ptrdiff_t>(group_at(row->commit)), id.begin(), id.end());
    auto commit = read_commit(row->commit);
    if (!commit || commit->header.kind != place.kind || key_of(commit->header.depth, commit->id) != place.key ||
        row->parts.size() != commit->header.parts.size()) {
        return std::nullopt;
    }
    return Kept{std::move(*commit), std::move(row->parts)};
}

bool append(WriteTxn& txn, GroupNumber group, const Commit& commit, const Parts& parts) {
    const auto& header = commit.header;
    const Place place{header.kind, key_of(header.depth, commit.id)};
    const auto key = log_key(group, place);
    const bool returns = txn.has(Table::lost, commit.id.view());
    const bool fresh = !returns || !txn.has(Table::log, key);
    txn.put(Table::log, key, row_of(commit, parts));
    txn.put(Table::places, keys::place(group, place.kind, place.key), {});
    if (returns) txn.erase(Table::lost, commit.id.view());
    if (header.kind != CommitKind::key) {
        for (const auto& parent : header.parents) erase_head(txn, group, header, parent);
        // One that returns is a head if it was one, else its children are here.
        if (!returns) txn.put(Table::heads, key, {});
    }
    for (std::size_t index = 0; index < header.parts.size(); ++index) {
        if (index < parts.size() && parts[index]) {
            if (returns) txn.erase(Table::wants, want_key(group, commit.id, index));
        } else if (!returns || !txn.has(Table::late_parts, keys::part(commit.id, index))) {
            txn.put(Table::wants, want_key(group, commit.id, index), {});
        }
    }
    return fresh;
}

void put_part(WriteTxn& txn, GroupNumber group, const CommitId& commit, std::size_t index, ByteView part) {
    txn.put(Table::late_parts, keys::part(commit, index), part);
    txn.erase(Table::wants, want_key(group, commit, index));
}

bool is_wanted(ReadTxn& txn, GroupNumber group, const CommitId& commit, std::size_t index) {
    return txn.has(Table::wants, want_key(group, commit, index));
}

void lose_part(WriteTxn& txn, GroupNumber group, const CommitId& commit, std::size_t index) {
    txn.erase(Table::late_parts, keys::part(commit, index));
    txn.put(Table::wants, want_key(group, commit, index), {});
}

void drop_part(WriteTxn& txn, const LocalGroup& group, const Place& place, std::size_t index) {
    const auto key = log_key(group.number, place);
    const auto value = txn.get(Table::log, key);
    auto kept = value ? read_row(group, place, *value) : std::nullopt;
    if (!kept || index >= kept->parts.size()) return;
    if (kept->parts[index]) {
        kept->parts[index].reset();
        txn.put(Table::log, key, row_of(kept->commit, kept->parts));
    }
    txn.erase(Table::late_parts, keys::part(kept->commit.id, index));
    forget_want(txn, group.number, kept->commit.id, index);
}

void forget_want(WriteTxn& txn, GroupNumber group, const CommitId& commit, std::size_t index) {
    txn.erase(Table::wants, want_key(group, commit, index));
}

void lose(WriteTxn& txn, GroupNumber group, const CommitId& commit) {
    if (const auto place = find(txn, group, commit)) txn.put(Table::log, log_key(group, *place), {});
    txn.put(Table::lost, commit.view(), keys::group(group));
}

std::vector<CommitId> lost(ReadTxn& txn, GroupNumber group, std::size_t most) {
    std::vector<CommitId> found;
    txn.scan(Table::lost, {}, [&](ByteView key, ByteView value) {
        if (found.size() >= most) return false;
        if (copy_of(value) == keys::group(group)) found.push_back(*CommitId::from(key));
        return true;
    });
    return found;
}

std::optional<Place> find(ReadTxn& txn, GroupNumber group, const CommitId& id) {
    std::optional<Place> found;
    const auto front = keys::places_of(group, id);
    txn.scan_keys(Table::places, front, [&](ByteView row) {
        auto rest = row.subspan(front.size());
        if (rest.empty() || rest[0] > static_cast<std::uint8_t>(last_value(CommitKind{}))) return true;
        const auto kind = static_cast<CommitKind>(rest[0]);
        rest = rest.subspan(1);
        const auto depth = keys::take_depth(rest);
        if (!depth || !rest.empty()) return true;
        const Place place{kind, key_of(*depth, id)};
        if (txn.has(Table::log, log_key(group, place))) found = place;
        return !found;
    });
    return found;
}

bool has(ReadTxn& txn, GroupNumber group, const Place& place) {
    return txn.has(Table::log, log_key(group, place)) && !txn.has(Table::lost, id_of(place.key).view());
}

bool has(ReadTxn& txn, GroupNumber group, const CommitId& id) {
    return find(txn, group, id).has_value() && !txn.has(Table::lost, id.view());
}

std::optional<Kept> read(ReadTxn& txn, const LocalGroup& group, const Place& place) {
    const auto value = txn.get(Table::log, log_key(group.number, place));
    if (!value) return std::nullopt;
    auto kept = read_row(group, place, *value);
    if (!kept) return std::nullopt;
    for (std::size_t index = 0; index < kept->parts.size(); ++index) {
        auto& part = kept->parts[index];
        if (!part) part = txn.get(Table::late_parts, keys::part(kept->commit.id, index));
    }
    return kept;
}

std::optional<Kept> read(ReadTxn& txn, const LocalGroup& group, const CommitId& id) {
    const auto place = find(txn, group.number, id);
    return place ? read(txn, group, *place) : std::nullopt;
}

std::optional<CommitFrame> frame(ReadTxn& txn, const LocalGroup& group, const CommitId& id) {
    auto kept = read(txn, group, id);
    if (!kept) return std::nullopt;
    for (std::size_t index = 0; index < kept->parts.size(); ++index) {
        auto& part = kept->parts[index];
        if (part && !is_part(kept->commit.header, index, *part)) part.reset();
    }
    return CommitFrame{std::move(kept->commit.bytes), std::move(kept->parts)};
}

std::optional<std::pair<GroupNumber, Place>> place_named(ByteView key) {
    if (key.size() != keys::set_bytes + CommitKey::size) return std::nullopt;
    const auto kind = key[keys::group_bytes];
    if (kind > static_cast<std::uint8_t>(last_value(CommitKind{}))) return std::nullopt;
    return std::pair(read_be32(key), Place{static_cast<CommitKind>(kind), *CommitKey::from(key.last(CommitKey::size))});
}

std::optional<PartName> part_name(ByteView key) {
    if (key.size() != CommitId::size + 2) return std::nullopt;
    const auto index = key.last(2);
    return PartName{*CommitId::from(key.first(CommitId::size)),
                    static_cast<std::uint16_t>(static_cast<unsigned>(index[0]) << 8 | index[1])};
}

std::vector<CommitKey> heads(ReadTxn& txn, GroupNumber group, CommitKind kind) {
    std::vector<CommitKey> found;
    txn.scan_keys(Table::heads, keys::set(group, kind), [&](ByteView key) {
        if (const auto head = CommitKey::from(key.subspan(keys::set_bytes))) found.push_back(*head);
        return true;
    });
    return found;
}

void each(ReadTxn& txn, GroupNumber group, CommitKind kind, const std::function<bool(const CommitKey&)>& visit) {
    txn.scan_keys(Table::log, keys::set(group, kind), [&](ByteView key) {
        const auto place = CommitKey::from(key.subspan(keys::set_bytes));
        return !place || visit(*place);
    });
}

bool has_any(ReadTxn& txn, GroupNumber group, CommitKind kind) {
    bool any = false;
    each(txn, group, kind, [&](const CommitKey&) { return any = true, false; });
    return any;
}

void forget_wants(WriteTxn& txn) { txn.erase_all(Table::wants, ByteView(&part_want, 1)); }

std::vector<PartName> wanted_parts(ReadTxn& txn, GroupNumber group, std::size_t most) {
    std::vector<PartName> wanted;
    const auto prefix = want_prefix(group);
    txn.scan_keys(Table::wants, prefix, [&](ByteView key) {
        if (wanted.size() >= most) return false;
        if (const auto name = part_name(key.subspan(prefix.size()))) wanted.push_back(*name);
        return true;
    });
    return wanted;
}

}  // namespace staffroom::commit_log
