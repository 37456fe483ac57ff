#include "storage/changes.h"

namespace staffroom::changes {
namespace {

struct ChangeRow {
    std::uint64_t transaction = 0;
    RecordId record;
};

std::optional<ChangeRow> change_row(ByteView key) {
    if (key.size() != keys::group_bytes + 1 + 8 + RecordId::size) return std::nullopt;
    return ChangeRow{read_be64(key.subspan(keys::group_bytes + 1)), *RecordId::from(key.last(RecordId::size))};
}

// Rows up to a position, those of the last transaction left out, until `visit` returns false.
void each_old(ReadTxn& txn, GroupNumber group, std::uint64_t upto, const std::function<bool(ByteView)>& visit) {
    const auto last = position(txn, group);
    txn.scan_keys(Table::views, keys::changes(group), [&](ByteView key) {
        const auto row = change_row(key);
        if (row && (row->transaction > upto || row->transaction == last)) return false;
        return visit(key);
    });
}

}  // namespace

std::uint64_t position(ReadTxn& txn, GroupNumber group) {
    const auto last = txn.last_key(Table::views, keys::changes(group));
    const auto row = last ? change_row(*last) : std::nullopt;
    return row ? row->transaction : 0;
}

void note(WriteTxn& txn, GroupNumber group, const std::set<RecordId>& records) {
    if (records.empty()) return;
    const auto transaction = position(txn, group) + 1;
    const std::vector<RecordId> ids(records.begin(), records.end());
    txn.put_all(Table::views, ids.size(),
                [&](std::size_t i) { return std::pair(keys::change(group, transaction, ids[i].view()), Bytes{}); });
}

void note_all(WriteTxn& txn, GroupNumber group) { note(txn, group, {RecordId{}}); }

Since since(ReadTxn& txn, GroupNumber group, std::optional<std::uint64_t> from) {
    Since found;
    found.position = position(txn, group);
    found.all = !from || *from > found.position;
    if (found.all || *from == found.position) return found;
    // When the next one is not here any more, nobody knows what else is not.
    txn.scan_keys(Table::views, keys::changes(group), [&](ByteView key) {
        const auto row = change_row(key);
        found.all = !row || row->transaction > *from + 1;
        return false;
    });
    txn.scan_keys(Table::views, keys::changes(group), keys::change(group, *from + 1, {}), [&](ByteView key) {
        const auto row = change_row(key);
        if (!row || row->record.is_zero()) found.all = true;
        if (row && !found.all) found.records.insert(row->record);
        return !found.all;
    });
    return found;
}

std::size_t forgettable(ReadTxn& txn, GroupNumber group, std::uint64_t upto, std::size_t most) {
    std::size_t count = 0;
    each_old(txn, group, upto, [&](ByteView) { return ++count < most; });
    return count;
}

void forget(WriteTxn& txn, GroupNumber group, std::uint64_t upto) {
    std::vector<Bytes> old;
    each_old(txn, group, upto, [&](ByteView key) { return old.push_back(copy_of(key)), true; });
    for (const auto& key : old) txn.erase(Table::views, key);
}

}  // namespace staffroom::changes
