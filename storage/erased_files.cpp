#include "storage/erased_files.h"

#include <algorithm>

#include "storage/file_policy.h"
#include "storage/file_refs.h"

namespace staffroom::erased_files {
namespace {

// Rows of `erasures`: group | 'f' | record 16 | first chunk of the manifest 32 -> ErasedFile.
constexpr std::uint8_t of_file = 'f';

Bytes rows_of(GroupNumber group) {
    auto key = keys::group(group);
    key.push_back(of_file);
    return key;
}
Bytes rows_of(GroupNumber group, const RecordId& record) { return keys::joined({rows_of(group), record.view()}); }
Bytes row_key(GroupNumber group, const RecordId& record, const ChunkId& manifest) {
    return keys::joined({rows_of(group, record), manifest.view()});
}
Bytes claims_on(GroupNumber group, const ChunkId& manifest) {
    return keys::view(group, keys::ViewRows::file_claims, manifest.view());
}

std::vector<std::pair<RecordId, ErasedFile>> rows_below(ReadTxn& txn, ByteView prefix) {
    std::vector<std::pair<RecordId, ErasedFile>> rows;
    txn.scan(Table::erasures, prefix, [&](ByteView key, ByteView value) {
        auto row = decode<ErasedFile>(value);
        if (!row || row->file.manifest.empty()) return true;
        const auto record = key.subspan(keys::group_bytes + 1).first(RecordId::size);
        rows.emplace_back(*RecordId::from(record), std::move(*row));
        return true;
    });
    return rows;
}

bool is_nothing_here(ReadTxn& txn, const Chunks& chunks, const FileRef& file) {
    return std::none_of(file.manifest.begin(), file.manifest.end(),
                        [&](const ChunkRef& ref) { return Chunks::has(txn, ref.id); }) &&
           file_refs::presence(txn, chunks, file).chunks_here == 0;
}

}  // namespace

void claim(WriteTxn& txn, GroupNumber group, const ChunkId& manifest, const CommitKey& at, std::size_t part,
           const Claim& claim) {
    erasing::claim(txn, claims_on(group, manifest), at, part, claim);
    for (const auto& [record, file] : file_refs::holders_of(txn, group, manifest)) note(txn, group, record, file);
}

void forget(WriteTxn& txn, GroupNumber group) {
    txn.erase_all(Table::views, keys::view(group, keys::ViewRows::file_claims));
}

bool is_claimed(ReadTxn& txn, GroupNumber group, const ChunkId& manifest) {
    bool any = false;
    txn.scan_keys(Table::views, claims_on(group, manifest), [&](ByteView) { return any = true, false; });
    return any;
}

bool is_claimed_by_right(ReadTxn& txn, GroupNumber group, const ChunkId& manifest, const PersonId& owner) {
    return !erasing::effective(txn, claims_on(group, manifest), owner).empty();
}

void note(WriteTxn& txn, GroupNumber group, const RecordId& record, const FileRef& file) {
    const auto key = row_key(group, record, file.manifest.front().id);
    if (!txn.has(Table::erasures, key)) txn.put(Table::erasures, key, encode(ErasedFile{file, false, 0, {}}));
}

std::optional<ErasedFile> find(ReadTxn& txn, GroupNumber group, const RecordId& record, const ChunkId& manifest) {
    auto rows = rows_below(txn, row_key(group, record, manifest));
    return rows.empty() || !rows.front().second.effective ? std::nullopt
                                                          : std::optional(std::move(rows.front().second));
}

std::vector<std::pair<RecordId, ErasedFile>> all(ReadTxn& txn, GroupNumber group) {
    auto rows = rows_below(txn, rows_of(group));
    std::erase_if(rows, [](const auto& row) { return !row.second.effective; });
    return rows;
}

std::vector<ErasedFile> of_record(ReadTxn& txn, GroupNumber group, const RecordId& record) {
    std::vector<ErasedFile> files;
    for (auto& [of, row] : rows_below(txn, rows_of(group, record))) {
        if (row.effective) files.push_back(std::move(row));
    }
    return files;
}

std::vector<RecordId> records_of(ReadTxn& txn, GroupNumber group) {
    std::vector<RecordId> records;
    for (const auto& [record, row] : rows_below(txn, rows_of(group))) records.push_back(record);
    return records;
}

bool has_any(ReadTxn& txn, GroupNumber group) {
    bool any = false;
    txn.scan_keys(Table::erasures, rows_of(group), [&](ByteView) { return any = true, false; });
    return any;
}

std::vector<ChunkId> settle(WriteTxn& txn, const Chunks& chunks, const Group& group, const RecordId& record,
                            const std::optional<PersonId>& owner, const PersonId& me) {
    std::vector<ChunkId> gone;
    for (auto& [of, row] : rows_below(txn, rows_of(group.number, record))) {
        const auto& manifest = row.file.manifest.front().id;
        const auto key = row_key(group.number, record, manifest);
        const auto claims = erasing::effective(txn, claims_on(group.number, manifest), owner);
        if (claims.empty()) {
            if (row.effective) {
                file_refs::refer(txn, chunks, group.number, record, row.file,
                                 file_policy::by_rule(txn, group.number, row.file));
            }
            if (is_claimed(txn, group.number, manifest)) {
                row.effective = false;
                txn.put(Table::erasures, key, encode(row));
            } else {
                txn.erase(Table::erasures, key);
            }
            continue;
        }
        if (!row.effective) {
            file_refs::hold_back(txn, chunks, group.number, record, row.file);
            row.effective = true;
            row.left_ms = erasing::grace_ms;
        }
        row.why = claims.front().why;
        if (erasing::is_own(claims, owner, me) || is_nothing_here(txn, chunks, row.file)) row.left_ms = 0;
        txn.put(Table::erasures, key, encode(row));
        // Carried out once: the record may be touched often.
        if (row.left_ms != 0 || !file_refs::fetch_of(txn, group.number, record, row.file)) continue;
        const auto dropped = file_refs::forget_file(txn, chunks, group.number, record, manifest);
        gone.insert(gone.end(), dropped.begin(), dropped.end());
    }
    return gone;
}

std::vector<RecordId> age(WriteTxn& txn, GroupNumber group, std::uint64_t ms) {
    std::vector<RecordId> due;
    for (auto& [record, row] : all(txn, group)) {
        if (row.left_ms == 0) continue;
        row.left_ms -= std::min(row.left_ms, ms);
        if (row.left_ms == 0) due.push_back(record);
        txn.put(Table::erasures, row_key(group, record, row.file.manifest.front().id), encode(row));
    }
    return due;
}

void hide(ReadTxn& txn, GroupNumber group, RecordState& state) {
    const auto hidden = of_record(txn, group, state.id);
    if (hidden.empty()) return;
    for (auto& cell : state.cells) {
        std::erase_if(cell.values, [&](const Entry& entry) {
            const auto* file = entry.value.get<FileRef>();
            return file != nullptr && !file->manifest.empty() &&
                   std::any_of(hidden.begin(), hidden.end(),
                               [&](const ErasedFile& each) { return each.file.manifest == file->manifest; });
        });
    }
}

}  // namespace staffroom::erased_files
