#include "storage/file_policy.h"

#include "storage/erased_files.h"

namespace staffroom::file_policy {
namespace {

// `profile`: "files policy" | group be32 -> policy; "files kept", and "files dropped", | group be32 | first chunk of the
// manifest -> empty.
Bytes policy_key(keys::GroupNumber group) { return keys::joined({view_of("files policy"), keys::group(group)}); }
Bytes kept_key(keys::GroupNumber group, const FileRef& file) {
    return keys::joined({view_of("files kept"), keys::group(group), file.manifest.front().id.view()});
}

Bytes dropped_key(keys::GroupNumber group, ByteView manifest) {
    return keys::joined({view_of("files dropped"), keys::group(group), manifest});
}

bool fits(const Policy& policy, const FileRef& file) { return policy.bytes_max == 0 || file.size <= policy.bytes_max; }

bool is_erased(ReadTxn& txn, keys::GroupNumber group, const RecordId& record, const FileRef& file) {
    return !file.manifest.empty() && erased_files::find(txn, group, record, file.manifest.front().id);
}

}  // namespace

Policy read(ReadTxn& txn, keys::GroupNumber group) {
    const auto bytes = txn.get(Table::profile, policy_key(group));
    const auto policy = bytes ? decode<Policy>(*bytes) : Result<Policy>(Policy{});
    return policy ? *policy : Policy{};
}

void set(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const Policy& policy) {
    txn.put(Table::profile, policy_key(group), encode(policy));
    if (policy == Policy{}) txn.erase_all(Table::profile, dropped_key(group, {}));
    const bool any_erased = erased_files::has_any(txn, group);
    file_refs::choose(txn, chunks, group, [&](const RecordId& record, const FileRef& file) {
        if (any_erased && is_erased(txn, group, record, file)) return file_refs::Fetch::on_demand;
        const bool now = is_kept(txn, group, file) || (policy.fetches == Fetches::all && fits(policy, file));
        return now ? file_refs::Fetch::now : file_refs::Fetch::on_demand;
    });
}

file_refs::Fetch by_rule(ReadTxn& txn, keys::GroupNumber group, const FileRef& file) {
    const auto policy = read(txn, group);
    return policy.fetches != Fetches::on_demand && fits(policy, file) ? file_refs::Fetch::now
                                                                      : file_refs::Fetch::on_demand;
}

file_refs::Fetch for_named(ReadTxn& txn, keys::GroupNumber group, const RecordId& record, const FileRef& file) {
    // Heard of before, when everything is folded again: as it was.
    if (const auto known = file_refs::fetch_of(txn, group, record, file)) return *known;
    return is_erased(txn, group, record, file) ? file_refs::Fetch::on_demand : by_rule(txn, group, file);
}

void fetch(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const FileRef& file) {
    txn.erase(Table::profile, dropped_key(group, file.manifest.front().id.view()));
    file_refs::fetch(txn, chunks, group, file.manifest.front().id);
}

void keep(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const FileRef& file) {
    txn.put(Table::profile, kept_key(group, file), {});
    fetch(txn, chunks, group, file);
}

std::vector<ChunkId> drop(WriteTxn& txn, const Chunks& chunks, keys::GroupNumber group, const FileRef& file) {
    txn.erase(Table::profile, kept_key(group, file));
    txn.put(Table::profile, dropped_key(group, file.manifest.front().id.view()), {});
    return file_refs::drop_content(txn, chunks, group, file);
}

bool is_kept(ReadTxn& txn, keys::GroupNumber group, const FileRef& file) {
    return txn.has(Table::profile, kept_key(group, file));
}

bool leaves_out(ReadTxn& txn, keys::GroupNumber group) {
    bool any = false;
    const auto stop_at_first = [&](ByteView) { return any = true, false; };
    if (read(txn, group) != Policy{}) txn.scan_keys(Table::files, keys::group(group), stop_at_first);
    const auto front = dropped_key(group, {});
    txn.scan_keys(Table::profile, front, [&](ByteView key) {
        // One that was erased since is missing nowhere.
        if (!any)
            txn.scan_keys(Table::files, keys::joined({keys::group(group), key.subspan(front.size())}), stop_at_first);
        return !any;
    });
    return any;
}

}  // namespace staffroom::file_policy
