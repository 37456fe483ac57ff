#include "storage/commit_log.h"

namespace staffroom::commit_log {
namespace {

// `wants` holds missing parts under this byte, so that other kinds of wants have room beside them.
constexpr std::uint8_t part_want = 'p';

Bytes want_prefix(keys::GroupNumber group) { return keys::joined({ByteView(&part_want, 1), keys::group(group)}); }

Bytes want_key(keys::GroupNumber group, const CommitId& commit, std::size_t index) {
    return keys::joined({want_prefix(group), keys::part(commit, index)});
}

}  // namespace

bool append(WriteTxn& txn, keys::GroupNumber group, const Commit& commit,
            const std::vector<std::optional<Bytes>>& parts) {
    const auto& header = commit.header;
    const auto place = keys::in_set(group, header.kind, key_of(header.depth, commit.id).view());
    const bool returns = txn.has(Table::lost, commit.id.view());
    const bool fresh = !returns || !txn.has(Table::order, place);
    txn.put(Table::commits, commit.id.view(), commit.bytes);
    txn.put(Table::order, place, {});
    if (returns) txn.erase(Table::lost, commit.id.view());
    if (header.kind != CommitKind::key) {
        for (const auto& parent : header.parents)
            txn.erase(Table::heads, keys::in_set(group, header.kind, parent.view()));
        Bytes depth;
        append_be64(depth, header.depth);
        // One that returns is a head if it was one, else its children are here.
        if (!returns) txn.put(Table::heads, keys::in_set(group, header.kind, commit.id.view()), depth);
    }
    for (std::size_t index = 0; index < header.parts.size(); ++index) {
        if (index < parts.size() && parts[index]) {
            txn.put(Table::parts, keys::part(commit.id, index), *parts[index]);
            if (returns) txn.erase(Table::wants, want_key(group, commit.id, index));
        } else if (!returns || !txn.has(Table::parts, keys::part(commit.id, index))) {
            txn.put(Table::wants, want_key(group, commit.id, index), {});
        }
    }
    return fresh;
}

void lose_part(WriteTxn& txn, keys::GroupNumber group, const CommitId& commit, std::size_t index) {
    txn.erase(Table::parts, keys::part(commit, index));
    txn.put(Table::wants, want_key(group, commit, index), {});
}

void lose(WriteTxn& txn, keys::GroupNumber group, const CommitId& commit) {
    txn.erase(Table::commits, commit.view());
    txn.put(Table::lost, commit.view(), keys::group(group));
}

std::vector<CommitId> lost(ReadTxn& txn, keys::GroupNumber group, std::size_t most) {
    std::vector<CommitId> found;
    txn.scan(Table::lost, {}, [&](ByteView key, ByteView value) {
        if (found.size() >= most) return false;
        if (copy_of(value) == keys::group(group)) found.push_back(*CommitId::from(key));
        return true;
    });
    return found;
}

void put_part(WriteTxn& txn, keys::GroupNumber group, const CommitId& commit, std::size_t index, ByteView part) {
    txn.put(Table::parts, keys::part(commit, index), part);
    txn.erase(Table::wants, want_key(group, commit, index));
}

bool has(ReadTxn& txn, const CommitId& id) { return txn.has(Table::commits, id.view()); }

std::optional<Commit> commit(ReadTxn& txn, const CommitId& id) {
    const auto bytes = txn.get(Table::commits, id.view());
    if (!bytes) return std::nullopt;
    auto read = read_commit(*bytes);
    if (!read || read->id != id) return std::nullopt;
    return std::move(*read);
}

std::optional<Bytes> part(ReadTxn& txn, const CommitId& id, std::size_t index) {
    return txn.get(Table::parts, keys::part(id, index));
}

std::optional<CommitFrame> frame(ReadTxn& txn, const CommitId& id) {
    auto found = commit(txn, id);
    if (!found) return std::nullopt;
    CommitFrame frame;
    for (std::size_t index = 0; index < found->header.parts.size(); ++index) {
        auto bytes = part(txn, id, index);
        if (bytes && !is_part(found->header, index, *bytes)) bytes.reset();
        frame.parts.push_back(std::move(bytes));
    }
    frame.commit = std::move(found->bytes);
    return frame;
}

std::optional<PartName> part_name(ByteView key) {
    if (key.size() != CommitId::size + 2) return std::nullopt;
    const auto index = key.last(2);
    return PartName{*CommitId::from(key.first(CommitId::size)),
                    static_cast<std::uint16_t>(static_cast<unsigned>(index[0]) << 8 | index[1])};
}

std::vector<CommitKey> heads(ReadTxn& txn, keys::GroupNumber group, CommitKind kind) {
    std::vector<CommitKey> found;
    txn.scan(Table::heads, keys::set(group, kind), [&](ByteView key, ByteView depth) {
        found.push_back(key_of(read_be64(depth), *CommitId::from(key.subspan(keys::set_bytes))));
        return true;
    });
    std::sort(found.begin(), found.end());
    return found;
}

void each(ReadTxn& txn, keys::GroupNumber group, CommitKind kind, const std::function<bool(const CommitKey&)>& visit) {
    txn.scan_keys(Table::order, keys::set(group, kind),
                  [&](ByteView key) { return visit(*CommitKey::from(key.subspan(keys::set_bytes))); });
}

bool has_any(ReadTxn& txn, keys::GroupNumber group, CommitKind kind) {
    bool any = false;
    each(txn, group, kind, [&](const CommitKey&) { return any = true, false; });
    return any;
}

std::vector<PartName> wanted_parts(ReadTxn& txn, keys::GroupNumber group, std::size_t most) {
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
