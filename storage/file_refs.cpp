#include "storage/file_refs.h"

#include <algorithm>
#include <map>
#include <set>

#include "storage/file_words.h"
#include "storage/wanted_chunks.h"

namespace staffroom::file_refs {
namespace {

// Rows of `wants`, beside those of parts (storage/commit_log.cpp) and of chunks (storage/wanted_chunks.cpp), without value:
//   'm' chunk 32 | group be32 | manifest 32 | record 16   files to unfold when it is here
constexpr std::uint8_t unfolds = 'm';

struct Row {  // of `files`
    Fetch fetch = Fetch::on_demand;
    FileRef file;
    template <class A>
    void serialize(A& ar) {
        bool now = fetch == Fetch::now;
        ar(now, file);
        fetch = now ? Fetch::now : Fetch::on_demand;
    }
};

Bytes unfolds_key(ByteView chunk, ByteView rest) { return keys::joined({ByteView(&unfolds, 1), chunk, rest}); }

Bytes file_key(keys::GroupNumber group, const ChunkId& manifest, const RecordId& record) {
    return keys::joined({keys::group(group), manifest.view(), record.view()});
}
Bytes user_key(const ChunkId& chunk, keys::GroupNumber group, const RecordId& record) {
    return keys::joined({chunk.view(), keys::group(group), record.view()});
}
Bytes used_key(keys::GroupNumber group, const RecordId& record, ByteView chunk) {
    return keys::joined({keys::group(group), record.view(), chunk});
}

void use(WriteTxn& txn, keys::GroupNumber group, const RecordId& record, const ChunkId& chunk) {
    txn.put(Table::chunk_users, user_key(chunk, group, record), {});
    txn.put(Table::group_chunks, used_key(group, record, chunk.view()), {});
}

// Plain bytes of the manifest that FileMaker makes for such a file.
std::size_t manifest_size(const FileRef& file) {
    const auto count = chunks_in(file.size);
    Writer length;
    length.write_varint(count);
    return encode(Manifest{file.name, file.media_type, file.size, {}}).size() - 1 + length.bytes.size() +
           static_cast<std::size_t>(count) * (ChunkId::size + Hash::size);
}

bool all_here(ReadTxn& txn, const std::vector<ChunkRef>& refs) {
    return std::all_of(refs.begin(), refs.end(), [&](const ChunkRef& ref) { return Chunks::has(txn, ref.id); });
}

void want_manifest(WriteTxn& txn, keys::GroupNumber group, const FileRef& file) {
    const auto size = manifest_size(file);
    for (std::size_t i = 0; i < file.manifest.size(); ++i) {
        if (i * limits::chunk_bytes >= size) return;  // more chunks than such a manifest has: it will not open
        wanted_chunks::add(txn, group, file.manifest[i].id, file.size, size_of_chunk(size, i));
    }
}

void unfold(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const RecordId& record, const Row& row) {
    const auto manifest = manifest_of(txn, chunks, row.file);
    if (!manifest) {
        // Spoiled on this disk: once more. Made so by its author: nothing more can be had of it.
        if (manifest.code() != Code::io) return;
        for (const auto& ref : row.file.manifest) {
            if (const auto bytes = chunks.read(txn, ref.id); !bytes && bytes.code() == Code::io) lost(txn, ref.id);
        }
        return;
    }
    for (std::size_t i = 0; i < manifest->chunks.size(); ++i) {
        const auto& id = manifest->chunks[i].id;
        use(txn, group, record, id);
        if (row.fetch == Fetch::now)
            wanted_chunks::add(txn, group, id, manifest->size, size_of_chunk(manifest->size, i));
    }
}

void unfold_when_here(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const RecordId& record,
                      const Row& row) {
    const auto& manifest = row.file.manifest;
    if (all_here(txn, manifest)) return unfold(txn, chunks, group, record, row);
    for (const auto& ref : manifest) {
        txn.put(Table::wants, unfolds_key(ref.id.view(), file_key(group, manifest[0].id, record)), {});
    }
    if (row.fetch == Fetch::now) want_manifest(txn, group, row.file);
}

std::optional<Row> read_row(ReadTxn& txn, ByteView key) {
    const auto bytes = txn.get(Table::files, key);
    if (!bytes) return std::nullopt;
    auto row = decode<Row>(*bytes);
    if (!row) return std::nullopt;
    return std::move(*row);
}

// One row 'm': the file is unfolded when its manifest is complete, and then no longer waits.
void try_unfold(WriteTxn& txn, const Chunks& chunks, ByteView waiting) {
    constexpr std::size_t front = 1 + ChunkId::size;
    const auto file = waiting.subspan(front);
    if (file.size() != 4 + ChunkId::size + RecordId::size) return;
    const auto row = read_row(txn, file);
    if (row && !all_here(txn, row->file.manifest)) return;
    const auto record = *RecordId::from(file.last(RecordId::size));
    if (row) {
        for (const auto& ref : row->file.manifest) txn.erase(Table::wants, unfolds_key(ref.id.view(), file));
        unfold(txn, chunks, read_be32(file), record, *row);
    } else if (!txn.failed()) {
        txn.erase(Table::wants, waiting);
    }
}

std::vector<Bytes> rows_of(ReadTxn& txn, Table table, ByteView prefix) {
    std::vector<Bytes> rows;
    txn.scan_keys(table, prefix, [&](ByteView key) { return rows.push_back(copy_of(key)), true; });
    return rows;
}

// Every file that the record names or has named.
std::vector<Row> rows_of_record(ReadTxn& txn, keys::GroupNumber group, const RecordId& record) {
    std::vector<Row> rows;
    const auto front = used_key(group, record, {});
    for (const auto& used : rows_of(txn, Table::group_chunks, front)) {
        const auto chunk = ChunkId::from(ByteView(used).subspan(front.size()));
        if (!chunk) continue;
        if (auto row = read_row(txn, file_key(group, *chunk, record))) rows.push_back(std::move(*row));
    }
    return rows;
}

}  // namespace

void refer(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const RecordId& record, const FileRef& file,
           Fetch fetch) {
    if (file.manifest.empty()) return;
    const auto key = file_key(group, file.manifest[0].id, record);
    if (const auto known = read_row(txn, key); known && (known->fetch == Fetch::now || fetch == Fetch::on_demand))
        return;
    const Row row{fetch, file};
    txn.put(Table::files, key, encode(row));
    for (const auto& ref : file.manifest) use(txn, group, record, ref.id);
    unfold_when_here(txn, chunks, group, record, row);
}

std::vector<FileRef> files_of(ReadTxn& txn, keys::GroupNumber group, const RecordId& record) {
    std::vector<FileRef> files;
    for (auto& row : rows_of_record(txn, group, record)) files.push_back(std::move(row.file));
    return files;
}

std::vector<std::pair<RecordId, FileRef>> holders_of(ReadTxn& txn, keys::GroupNumber group, const ChunkId& manifest) {
    std::vector<std::pair<RecordId, FileRef>> holders;
    for (const auto& key : rows_of(txn, Table::files, keys::joined({keys::group(group), manifest.view()}))) {
        if (auto row = read_row(txn, key))
            holders.emplace_back(*RecordId::from(ByteView(key).last(RecordId::size)), std::move(row->file));
    }
    return holders;
}

void hold_back(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const RecordId& record,
               const FileRef& file) {
    const auto key = file_key(group, file.manifest[0].id, record);
    auto row = read_row(txn, key);
    if (!row || row->fetch == Fetch::on_demand) return;
    row->fetch = Fetch::on_demand;
    txn.put(Table::files, key, encode(*row));
    std::vector<ChunkRef> refs = file.manifest;
    if (auto manifest = manifest_of(txn, chunks, file)) {
        refs.insert(refs.end(), manifest->chunks.begin(), manifest->chunks.end());
    }
    std::set<RecordId> others;
    for (const auto& ref : refs) {
        wanted_chunks::remove(txn, ref.id, group);
        txn.scan_keys(Table::chunk_users, keys::joined({ref.id.view(), keys::group(group)}),
                      [&](ByteView user) { return others.insert(*RecordId::from(user.last(RecordId::size))), true; });
    }
    for (const auto& other : others) {
        for (const auto& each : rows_of_record(txn, group, other)) {
            if (each.fetch == Fetch::now) unfold_when_here(txn, chunks, group, other, each);
        }
    }
}

void fetch(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const ChunkId& manifest) {
    for (const auto& key : rows_of(txn, Table::files, keys::joined({keys::group(group), manifest.view()}))) {
        const auto row = read_row(txn, key);
        if (row) refer(txn, chunks, group, *RecordId::from(ByteView(key).last(RecordId::size)), row->file, Fetch::now);
    }
}

std::optional<Fetch> fetch_of(ReadTxn& txn, keys::GroupNumber group, const RecordId& record, const FileRef& file) {
    if (file.manifest.empty()) return std::nullopt;
    const auto row = read_row(txn, file_key(group, file.manifest[0].id, record));
    return row ? std::optional(row->fetch) : std::nullopt;
}

void choose(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group,
            const std::function<Fetch(const RecordId&, const FileRef&)>& decide) {
    wanted_chunks::remove_all_of(txn, group);
    for (const auto& key : rows_of(txn, Table::files, keys::group(group))) {
        auto row = read_row(txn, key);
        if (!row) continue;
        const auto record = *RecordId::from(ByteView(key).last(RecordId::size));
        row->fetch = decide(record, row->file);
        txn.put(Table::files, key, encode(*row));
        unfold_when_here(txn, chunks, group, record, *row);
    }
}

std::vector<ChunkId> drop_content(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const FileRef& file) {
    std::vector<ChunkId> gone;
    if (file.manifest.empty()) return gone;
    std::set<RecordId> holders;
    for (const auto& key : rows_of(txn, Table::files, keys::joined({keys::group(group), file.manifest[0].id.view()}))) {
        auto row = read_row(txn, key);
        if (!row) continue;
        row->fetch = Fetch::on_demand;
        txn.put(Table::files, key, encode(*row));
        holders.insert(*RecordId::from(ByteView(key).last(RecordId::size)));
    }
    for (const auto& ref : file.manifest) wanted_chunks::remove(txn, ref.id, group);
    const auto manifest = manifest_of(txn, chunks, file);
    if (!manifest) return gone;
    for (const auto& ref : manifest->chunks) {
        wanted_chunks::remove(txn, ref.id, group);
        bool used_elsewhere = false;
        txn.scan_keys(Table::chunk_users, ref.id.view(), [&](ByteView key) {
            used_elsewhere = read_be32(key.subspan(ChunkId::size)) != group ||
                             !holders.contains(*RecordId::from(key.last(RecordId::size)));
            return !used_elsewhere;
        });
        if (used_elsewhere || !Chunks::has(txn, ref.id)) continue;
        Chunks::erase(txn, ref.id);
        gone.push_back(ref.id);
    }
    return gone;
}

void arrived(WriteTxn& txn, const Chunks& chunks, const std::vector<ChunkId>& ids, bool is_locked) {
    for (const auto& id : ids) wanted_chunks::remove(txn, id);
    if (is_locked) return;
    for (const auto& id : ids) {
        for (const auto& row : rows_of(txn, Table::wants, unfolds_key(id.view(), {}))) try_unfold(txn, chunks, row);
    }
}

void unfold_pending(WriteTxn& txn, const Chunks& chunks) {
    for (const auto& row : rows_of(txn, Table::wants, Bytes{unfolds})) try_unfold(txn, chunks, row);
}

std::vector<ChunkId> forget(WriteTxn& txn, keys::GroupNumber group, const RecordId& record) {
    std::vector<ChunkId> gone;
    const auto front = used_key(group, record, {});
    for (const auto& key : rows_of(txn, Table::group_chunks, front)) {
        const auto chunk = ChunkId::from(ByteView(key).subspan(front.size()));
        if (!chunk) continue;
        txn.erase(Table::group_chunks, key);
        txn.erase(Table::chunk_users, user_key(*chunk, group, record));
        // Its last user as a manifest too, so its waiting row goes with it.
        for (const auto& row : rows_of(txn, Table::wants, unfolds_key(chunk->view(), keys::group(group)))) {
            const auto file = ByteView(row).subspan(1 + ChunkId::size);
            if (*RecordId::from(file.last(RecordId::size)) != record) continue;
            txn.erase(Table::wants, row);
        }
        const auto file = file_key(group, *chunk, record);
        if (txn.has(Table::files, file)) {
            txn.erase(Table::files, file);
            if (rows_of(txn, Table::files, keys::joined({keys::group(group), chunk->view()})).empty()) {
                file_words::forget(txn, group, *chunk);
            }
        }
        const auto groups = groups_of(txn, *chunk);
        if (std::find(groups.begin(), groups.end(), group) == groups.end()) {
            wanted_chunks::remove(txn, *chunk, group);
        }
        if (!groups.empty()) continue;
        if (Chunks::has(txn, *chunk)) gone.push_back(*chunk);
        Chunks::erase(txn, *chunk);
    }
    return gone;
}

std::vector<ChunkId> forget_file(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const RecordId& record,
                                 const ChunkId& manifest) {
    // The record's other files may hold some of the same chunks, so those are kept until they are used anew.
    auto others = rows_of_record(txn, group, record);
    std::erase_if(others, [&](const Row& row) { return row.file.manifest[0].id == manifest; });
    std::set<ChunkId> kept;
    std::map<ChunkId, std::string> words;  // what they say need not be read once more
    for (const auto& other : others) {
        const auto& first = other.file.manifest[0].id;
        if (auto read = file_words::read(txn, group, first)) words.emplace(first, std::move(*read));
        for (const auto& ref : other.file.manifest) kept.insert(ref.id);
        if (const auto opened = manifest_of(txn, chunks, other.file)) {
            for (const auto& ref : opened->chunks) kept.insert(ref.id);
        }
    }
    // An owner that no record can be keeps them meanwhile.
    const RecordId nobody;
    for (const auto& id : kept) txn.put(Table::chunk_users, user_key(id, group, nobody), {});
    auto gone = forget(txn, group, record);
    for (const auto& other : others) refer(txn, chunks, group, record, other.file, other.fetch);
    for (const auto& [first, said] : words) file_words::keep(txn, group, first, said);
    for (const auto& id : kept) txn.erase(Table::chunk_users, user_key(id, group, nobody));
    return gone;
}

void lost(WriteTxn& txn, const ChunkId& id) {
    const auto size = Chunks::size(txn, id);
    Chunks::erase(txn, id);
    // Its file's size is not known here: first in line.
    for (const auto group : groups_of(txn, id)) wanted_chunks::add(txn, group, id, 0, size ? *size - seal_overhead : 0);
}

void forget_wants(WriteTxn& txn) {
    wanted_chunks::forget(txn);
    txn.erase_all(Table::wants, ByteView(&unfolds, 1));
}

std::vector<ChunkId> unused(ReadTxn& txn) {
    std::vector<ChunkId> ids;
    txn.scan_keys(Table::chunks, {}, [&](ByteView key) {
        bool used = false;
        txn.scan_keys(Table::chunk_users, key, [&](ByteView) { return used = true, false; });
        if (const auto id = ChunkId::from(key); id && !used) ids.push_back(*id);
        return true;
    });
    return ids;
}

std::vector<keys::GroupNumber> groups_of(ReadTxn& txn, const ChunkId& id) {
    constexpr std::size_t steps_max = 8;  // a step costs much less than a seek
    std::vector<keys::GroupNumber> groups;
    // At most one seek a group, however many records of it use the chunk.
    Bytes from = copy_of(id.view());
    for (bool more = true; more;) {
        more = false;
        std::size_t steps = 0;
        txn.scan_keys(Table::chunk_users, id.view(), from, [&](ByteView key) {
            const auto group = read_be32(key.subspan(ChunkId::size));
            if (groups.empty() || groups.back() != group) {
                groups.push_back(group);
                steps = 0;
            }
            more = ++steps > steps_max && group != ~keys::GroupNumber{0};
            return !more;
        });
        if (more) from = keys::joined({id.view(), keys::group(groups.back() + 1)});
    }
    return groups;
}

ChunkTotals held_of(ReadTxn& txn, keys::GroupNumber group) {
    ChunkTotals totals;
    std::set<ChunkId> seen;
    txn.scan_keys(Table::group_chunks, keys::group(group), [&](ByteView key) {
        const auto id = ChunkId::from(key.subspan(4 + RecordId::size));
        if (!id || !seen.insert(*id).second) return true;
        if (const auto size = Chunks::size(txn, *id)) {
            ++totals.chunks;
            totals.bytes += *size;
        }
        return true;
    });
    return totals;
}

Presence presence(ReadTxn& txn, const Chunks& chunks, const FileRef& file) {
    Presence presence;
    presence.chunks_total = chunks_in(file.size);
    const auto manifest = manifest_of(txn, chunks, file);
    if (!manifest) return presence;
    presence.manifest_here = true;
    for (const auto& ref : manifest->chunks) presence.chunks_here += Chunks::has(txn, ref.id);
    return presence;
}

Result<Manifest> manifest_of(ReadTxn& txn, const Chunks& chunks, const FileRef& file) {
    std::vector<Bytes> sealed;
    for (const auto& ref : file.manifest) {
        auto bytes = chunks.read(txn, ref.id);
        if (!bytes) return bytes.error();
        sealed.push_back(std::move(*bytes));
    }
    return open_manifest(file, sealed);
}

}  // namespace staffroom::file_refs
