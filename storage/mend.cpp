#include "storage/mend.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "storage/commit_log.h"
#include "storage/file_refs.h"
#include "storage/group.h"
#include "storage/waiting.h"

namespace staffroom {
namespace {

constexpr char rebuild_key[] = "rebuild";

using Ids = std::unordered_set<CommitId, IdHash>;

// The good commits of one kind of one group.
struct Set {
    std::vector<CommitKey> commits;
    Ids ids;
    Ids parents;  // named by them, here or not
};
struct GroupSets {
    keys::GroupNumber number = 0;
    std::map<CommitKind, Set> sets;
};

class Mender {
  public:
    // `bad`: commits whose value was there and did not open.
    Mender(WriteTxn& txn, const Chunks& chunks, Mended& done, Ids bad)
        : txn_(txn), chunks_(chunks), done_(done), bad_(std::move(bad)) {}

    void mend() {
        txn_.put(Table::meta, view_of(rebuild_key), {});
        find_groups();
        drop_places_of_no_group();
        sort_commits();
        room_.load(txn_);
        for (auto& [id, group] : groups_) {
            suspend_control(id, group);
            for (const auto kind : all_kinds) mend_order(group, kind);
        }
        mend_parts();
        mend_chunks();
    }

  private:
    void find_groups() {
        txn_.scan(Table::groups, {}, [&](ByteView key, ByteView value) {
            const auto row = decode<GroupRow>(value);
            if (row) groups_[*GroupId::from(key)].number = row->number;
            return true;
        });
    }

    void drop_places_of_no_group() {
        std::set<keys::GroupNumber> numbers;
        for (const auto& [id, group] : groups_) numbers.insert(group.number);
        for (const auto& [table, size] :
             {std::pair(Table::order, CommitKey::size), std::pair(Table::heads, CommitId::size)}) {
            std::vector<Bytes> orphans;
            txn_.scan_keys(table, {}, [&, &length = size](ByteView key) {
                if (key.size() != keys::set_bytes + length || !numbers.contains(read_be32(key)))
                    orphans.push_back(copy_of(key));
                return true;
            });
            for (const auto& key : orphans) txn_.erase(table, key);
        }
    }

    // Reads every commit. Those that are not what their key says go; so do control and key commits without their parts.
    void sort_commits() {
        std::vector<Bytes> bad;
        txn_.scan(Table::commits, {}, [&](ByteView key, ByteView value) {
            const auto commit = read_commit(value);
            const auto group = commit ? groups_.find(commit->header.group) : groups_.end();
            if (!commit || CommitId::from(key) != commit->id || group == groups_.end() || !has_its_parts(*commit)) {
                bad.push_back(copy_of(key));
                return true;
            }
            auto& set = group->second.sets[commit->header.kind];
            set.commits.push_back(key_of(commit->header.depth, commit->id));
            set.ids.insert(commit->id);
            set.parents.insert(commit->header.parents.begin(), commit->header.parents.end());
            return true;
        });
        for (const auto& key : bad) {
            txn_.erase(Table::commits, key);
            if (const auto id = CommitId::from(key)) bad_.insert(*id);
        }
    }

    bool has_its_parts(const Commit& commit) {
        if (commit.header.kind == CommitKind::content) return true;
        for (std::size_t index = 0; index < commit.header.parts.size(); ++index) {
            const auto part = commit_log::part(txn_, commit.id, index);
            if (!part || !is_part(commit.header, index, *part)) return false;
        }
        return true;
    }

    // Control commits with an ancestor that is not here leave the log and wait for it.
    void suspend_control(const GroupId& id, GroupSets& group) {
        auto& control = group.sets[CommitKind::control];
        std::sort(control.commits.begin(), control.commits.end());
        std::vector<CommitKey> complete;
        for (const auto& key : control.commits) {
            const auto commit = commit_log::commit(txn_, id_of(key));
            std::vector<CommitId> missing;
            for (const auto& parent : commit->header.parents) {
                if (parent != root_of(id) && !control.ids.contains(parent)) missing.push_back(parent);
            }
            if (missing.empty()) {
                complete.push_back(key);
                continue;
            }
            const auto frame = commit_log::frame(txn_, commit->id);
            if (frame && room_.put(txn_, group.number, *commit, *frame, missing)) ++done_.commits_waiting;
            txn_.erase(Table::commits, commit->id.view());
            control.ids.erase(commit->id);
        }
        control.commits = std::move(complete);
    }

    void mend_order(GroupSets& group, CommitKind kind) {
        auto& set = group.sets[kind];
        std::sort(set.commits.begin(), set.commits.end());
        auto places = set.commits;
        if (kind == CommitKind::content) lose_content(group, set, places);

        std::sort(places.begin(), places.end());
        txn_.erase_all(Table::order, keys::set(group.number, kind));
        txn_.erase_all(Table::heads, keys::set(group.number, kind));
        for (const auto& place : places) {
            txn_.put(Table::order, keys::in_set(group.number, kind, place.view()), {});
            if (kind == CommitKind::key || set.parents.contains(id_of(place))) continue;
            txn_.put(Table::heads, keys::in_set(group.number, kind, id_of(place).view()), place.view().first(8));
        }
    }

    // Adds to `places` those of commits that are not here and were: known by a bad value, or as a parent.
    void lose_content(const GroupSets& group, const Set& set, std::vector<CommitKey>& places) {
        Ids gone = set.parents;
        gone.insert(bad_.begin(), bad_.end());
        for (const auto& id : commit_log::lost(txn_, group.number, ~std::size_t{0})) gone.insert(id);
        for (const auto& id : set.ids) gone.erase(id);
        Ids lost = set.parents;
        for (const auto& id : set.ids) lost.erase(id);
        commit_log::each(txn_, group.number, CommitKind::content, [&](const CommitKey& place) {
            if (!gone.contains(id_of(place))) return true;
            places.push_back(place);
            lost.insert(id_of(place));
            return true;
        });
        for (const auto& id : lost) commit_log::lose(txn_, group.number, id);
        done_.commits_lost += lost.size();
    }

    void mend_parts() {
        std::vector<Bytes> bad;
        txn_.scan(Table::parts, {}, [&](ByteView key, ByteView value) {
            const auto name = commit_log::part_name(key);
            const auto commit = name ? commit_log::commit(txn_, name->commit) : std::nullopt;
            const bool waits_for_commit = name && txn_.has(Table::lost, name->commit.view());
            const bool good =
                commit && name->index < commit->header.parts.size() && is_part(commit->header, name->index, value);
            if (!good && !waits_for_commit) bad.push_back(copy_of(key));
            return true;
        });
        for (const auto& key : bad) txn_.erase(Table::parts, key);
        for (const auto& [id, group] : groups_) {
            const auto content = group.sets.find(CommitKind::content);
            if (content == group.sets.end()) continue;
            for (const auto& place : content->second.commits) {
                const auto commit = commit_log::commit(txn_, id_of(place));
                for (std::size_t index = 0; index < commit->header.parts.size(); ++index) {
                    if (txn_.has(Table::parts, keys::part(commit->id, index))) continue;
                    commit_log::lose_part(txn_, group.number, commit->id, index);
                    ++done_.parts_lost;
                }
            }
        }
    }

    void mend_chunks() {
        std::vector<ChunkId> bad;
        txn_.scan_keys(Table::chunks, {}, [&](ByteView key) {
            if (const auto id = ChunkId::from(key); id && !chunks_.read(txn_, *id)) bad.push_back(*id);
            return true;
        });
        for (const auto& id : bad) file_refs::lost(txn_, id);
        done_.chunks_lost += bad.size();
        done_.chunks_adopted += chunks_.adopt_files(txn_);
        // Who uses what is told again by the views, and with it what is still to come.
        for (const auto table : {Table::chunk_users, Table::group_chunks, Table::files}) txn_.erase_all(table, {});
        file_refs::forget_wants(txn_);
    }

    WriteTxn& txn_;
    const Chunks& chunks_;
    Mended& done_;
    std::map<GroupId, GroupSets> groups_;
    Ids bad_;
    WaitingRoom room_;
};

}  // namespace

Result<Mended> mend(LmdbStore& store, const Chunks& chunks) {
    constexpr std::size_t slice = 10'000;
    std::vector<std::pair<Table, Bytes>> unopened;
    for (std::size_t i = 0; i < tables_count; ++i) {
        const auto table = static_cast<Table>(i);
        for (Bytes after;;) {
            const auto last = store.examine(table, after, slice, [&](ByteView key, const std::optional<Bytes>& value) {
                if (!value) unopened.emplace_back(table, copy_of(key));
            });
            if (!last) return last.error();
            if (!*last) break;
            after = **last;
        }
    }

    Mended done;
    const auto written = store.write([&](WriteTxn& txn) -> Result<> {
        done = {};
        Ids bad;
        for (const auto& [table, key] : unopened) {
            // The device's own secrets stay as they are: without them there is nothing to mend for.
            if (table == Table::profile) continue;
            txn.erase(table, key);
            ++done.values_erased;
            if (const auto id = CommitId::from(key); id && table == Table::commits) bad.insert(*id);
            done.secrets_lost += table == Table::groups || table == Table::epochs || table == Table::invites;
        }
        Mender(txn, chunks, done, std::move(bad)).mend();
        return Done{};
    });
    if (!written) return written.error();
    return done;
}

bool needs_rebuild(ReadTxn& txn) { return txn.has(Table::meta, view_of(rebuild_key)); }

void set_rebuilt(WriteTxn& txn) { txn.erase(Table::meta, view_of(rebuild_key)); }

}  // namespace staffroom
