// What a replica answers without changing.
#include "storage/replica.h"

#include "core/tree.h"
#include "storage/committed_log.h"
#include "storage/erased_files.h"
#include "storage/erasing.h"
#include "storage/file_refs.h"

namespace staffroom {

std::optional<Replica::Erased> Replica::erased(const GroupId& id, const RecordId& record) const {
    std::optional<Erased> erased;
    const auto* found = group(id);
    if (found == nullptr) return erased;
    const auto done = store_.read([&](ReadTxn& txn) -> Result<> {
        erased.reset();
        const auto row = erasing::find(txn, found->number, record);
        if (!row) return Done{};
        const auto claims = erasing::effective(txn, found->number, record, row->owner);
        const auto why = claims.empty() ? "" : claims.front().why;
        erased = Erased{row->left_ms == 0, why, erasing::tally(txn, found->number).known, row->left_ms};
        return Done{};
    });
    return done ? erased : std::nullopt;
}

std::vector<RecordId> Replica::erased_records(const GroupId& id) const {
    std::vector<RecordId> records;
    const auto* found = group(id);
    if (found == nullptr) return records;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        records.clear();
        for (const auto& [record, row] : erasing::all(txn, found->number)) records.push_back(record);
        return Done{};
    });
    return records;
}

std::vector<Replica::ErasedFile> Replica::erased_files(const GroupId& id, const RecordId& record) const {
    std::vector<ErasedFile> files;
    const auto* found = group(id);
    if (found == nullptr) return files;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        files.clear();
        const auto known = erasing::tally(txn, found->number).known;
        for (auto& each : staffroom::erased_files::of_record(txn, found->number, record)) {
            files.push_back({std::move(each.file.name), {each.left_ms == 0, std::move(each.why), known, each.left_ms}});
        }
        return Done{};
    });
    return files;
}

bool Replica::is_erased(const GroupId& id, const PersonId& owner, const FileRef& file) const {
    const auto* found = group(id);
    bool erased = false;
    if (found == nullptr || file.manifest.empty()) return erased;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        erased = staffroom::erased_files::is_claimed_by_right(txn, found->number, file.manifest.front().id, owner);
        return Done{};
    });
    return erased;
}

std::vector<FileRef> Replica::files_of(const GroupId& id, const RecordId& record) const {
    std::vector<FileRef> files;
    const auto* found = group(id);
    if (found == nullptr) return files;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        files = file_refs::files_of(txn, found->number, record);
        std::erase_if(files, [&](const FileRef& file) {
            return staffroom::erased_files::find(txn, found->number, record, file.manifest.front().id).has_value();
        });
        return Done{};
    });
    return files;
}

std::optional<RecordState> Replica::record(const GroupId& id, const RecordId& record) const {
    std::optional<RecordState> state;
    const auto* found = group(id);
    if (found == nullptr) return state;
    const auto done = store_.read([&](ReadTxn& txn) -> Result<> {
        state = read_record(txn, found->number, record);
        return Done{};
    });
    return done ? state : std::nullopt;
}

std::vector<RecordId> Replica::holders_of(const GroupId& id, const FileRef& file) const {
    std::vector<RecordId> holders;
    const auto* found = group(id);
    if (found == nullptr || file.manifest.empty()) return holders;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        holders.clear();
        for (const auto& [record, held] : file_refs::holders_of(txn, found->number, file.manifest.front().id)) {
            if (held == file) holders.push_back(record);
        }
        return Done{};
    });
    return holders;
}

void Replica::each_record(const GroupId& id, const std::function<bool(RecordState&&)>& visit) const {
    const auto* found = group(id);
    if (found == nullptr) return;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        staffroom::each_record(txn, found->number, visit);
        return Done{};
    });
}

Result<Text> Replica::text(const GroupId& id, const RecordId& record, const std::string& field) const {
    const auto* found = group(id);
    if (found == nullptr) return no_such_group();
    std::optional<Text> text;
    const auto done = store_.read([&](ReadTxn& txn) -> Result<> {
        auto read = read_text(txn, found->number, record, field);
        if (!read) return read.error();
        text = std::move(*read);
        return Done{};
    });
    if (!done) return done.error();
    return std::move(*text);
}

std::vector<MaskedContent> Replica::masked(const GroupId& id) const {
    std::vector<MaskedContent> masked;
    const auto* found = group(id);
    if (found == nullptr) return masked;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        masked = masked_content(txn, *found);
        return Done{};
    });
    return masked;
}

std::vector<RecordChange> Replica::history(const GroupId& id, const RecordId& record) const {
    std::vector<RecordChange> changes;
    const auto* found = group(id);
    if (found == nullptr) return changes;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        changes = record_history(txn, *found, record);
        return Done{};
    });
    return changes;
}

Hash Replica::root(const GroupId& id, CommitKind kind) const {
    const auto top = tree_top(*log_->tree(id, kind));
    return top ? top->fingerprint : Hash{};
}

bool Replica::has_the_same(const Have& have) const {
    return std::all_of(std::begin(all_kinds), std::end(all_kinds),
                       [&](CommitKind kind) { return have.set(kind).root == root(have.group, kind); });
}

std::map<DeviceId, Have> Replica::newest_haves(const GroupId& group) const {
    std::map<DeviceId, Have> newest;
    for (auto& have : log_->haves(group)) {
        const auto [known, is_first] = newest.try_emplace(have.device, have);
        if (!is_first && known->second.counter < have.counter) known->second = std::move(have);
    }
    return newest;
}

std::set<DeviceId> Replica::full_copies(const GroupId& group) const {
    std::set<DeviceId> full;
    for (const auto& [device, have] : newest_haves(group)) {
        const bool is_current = device != identity_.device() && log_->standing(group, device) == Standing::current;
        if (is_current && have.lacks_nothing() && has_the_same(have)) full.insert(device);
    }
    return full;
}

std::uint64_t Replica::count(const GroupId& id, CommitKind kind) const { return log_->count(id, kind); }

std::uint64_t Replica::unreadable_parts(const GroupId& id) const {
    std::uint64_t parts = 0;
    const auto* found = group(id);
    if (found == nullptr) return parts;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        parts = 0;
        txn.scan_keys(Table::views, keys::unread(found->number), [&](ByteView) { return ++parts, true; });
        return Done{};
    });
    return parts;
}

}  // namespace staffroom
