#include "storage/mend.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "storage/commit_log.h"
#include "storage/erasing.h"
#include "storage/file_refs.h"
#include "storage/group.h"
#include "storage/waiting.h"

namespace staffroom {
namespace {

constexpr char rebuild_key[] = "rebuild";

using Ids = std::unordered_set<CommitId, IdHash>;

// The commits of one kind of one group.
struct Set {
    std::vector<CommitKey> good;
    std::vector<CommitKey> empty;  // places whose commit did not read back
    Ids ids;                       // of the good ones
    Ids parents;                   // named by them, here or not
};
struct GroupSets {
    keys::LocalGroup local;
    std::map<CommitKind, Set> sets;
};

class Mender {
  public:
    // `bad`: keys of rows of the log whose value was there and did not open.
    Mender(WriteTxn& txn, const Chunks& chunks, Mended& done, const std::vector<Bytes>& bad)
        : txn_(txn), chunks_(chunks), done_(done) {
        for (const auto& key : bad) lose_row(key);
    }

    void mend() {
        txn_.put(Table::meta, view_of(rebuild_key), {});
        for (const auto& [number, id] : numbered_groups(txn_)) groups_[number].local = {number, id};
        sort_commits();
        room_.load(txn_);
        txn_.empty(Table::places);
        txn_.empty(Table::heads);
        txn_.empty(Table::mentions);
        for (auto& [number, group] : groups_) {
            suspend_control(group);
            for (const auto kind : all_kinds) mend_order(group, kind);
        }
        room_.index_anew(txn_, [&](keys::GroupNumber number, const CommitId& id) {
            const auto group = groups_.find(number);
            return group != groups_.end() &&
                   (id == root_of(group->second.local.id) || commit_log::has(txn_, number, id));
        });
        mend_parts();
        mend_chunks();
    }

  private:
    // What was kept under this key is spoiled. The key says what it was.
    void lose_row(const Bytes& key) {
        const auto named = commit_log::place_named(key);
        if (!named) return txn_.erase(Table::log, key);
        bad_.insert(id_of(named->second.key));
        txn_.put(Table::log, key, {});
    }

    // Reads every commit. Those that are not what their key says leave an empty place; so do control and key commits
    // without their parts.
    void sort_commits() {
        std::vector<Bytes> bad, nobodys;
        txn_.scan(Table::log, {}, [&](ByteView key, ByteView value) {
            const auto named = commit_log::place_named(key);
            const auto group = named ? groups_.find(named->first) : groups_.end();
            if (group == groups_.end()) return nobodys.push_back(copy_of(key)), true;
            const auto& place = named->second;
            auto& set = group->second.sets[place.kind];
            const auto kept = commit_log::read_row(group->second.local, place, value);
            if (!kept || !has_its_parts(*kept)) {
                if (!value.empty()) bad.push_back(copy_of(key));
                set.empty.push_back(place.key);
                return true;
            }
            const auto& commit = kept->commit;
            set.good.push_back(place.key);
            set.ids.insert(commit.id);
            set.parents.insert(commit.header.parents.begin(), commit.header.parents.end());
            return true;
        });
        for (const auto& key : nobodys) txn_.erase(Table::log, key);
        for (const auto& key : bad) lose_row(key);
    }

    static bool has_its_parts(const commit_log::Kept& kept) {
        const auto& header = kept.commit.header;
        for (std::size_t index = 0; index < kept.parts.size(); ++index) {
            const auto& part = kept.parts[index];
            if (part ? !is_part(header, index, *part) : header.kind != CommitKind::content) return false;
        }
        return true;
    }

    // Control commits with an ancestor that is not here leave the log and wait for it.
    void suspend_control(GroupSets& group) {
        auto& control = group.sets[CommitKind::control];
        std::vector<CommitKey> complete;
        for (const auto& key : control.good) {
            const auto kept = commit_log::read(txn_, group.local, commit_log::Place{CommitKind::control, key});
            std::vector<CommitId> missing;
            for (const auto& parent : kept->commit.header.parents) {
                if (parent != root_of(group.local.id) && !control.ids.contains(parent)) missing.push_back(parent);
            }
            if (missing.empty()) {
                complete.push_back(key);
                continue;
            }
            const CommitFrame frame{kept->commit.bytes, kept->parts};
            if (room_.put(txn_, group.local.number, kept->commit, frame, missing)) ++done_.commits_waiting;
            erase_row(group, CommitKind::control, key);
            control.ids.erase(kept->commit.id);
        }
        control.good = std::move(complete);
    }

    void mend_order(GroupSets& group, CommitKind kind) {
        auto& set = group.sets[kind];
        auto places = set.good;
        lose_content(group, kind, set, places);
        for (const auto& place : places) {
            txn_.put(Table::places, keys::place(group.local.number, kind, place), {});
            if (kind == CommitKind::key || set.parents.contains(id_of(place))) continue;
            txn_.put(Table::heads, keys::in_set(group.local.number, kind, place.view()), {});
        }
    }

    // Content that is not here and was (known by a bad value, or as a parent) is to be fetched again, and keeps its place
    // in `places` where that is known. Other empty places go.
    void lose_content(const GroupSets& group, CommitKind kind, const Set& set, std::vector<CommitKey>& places) {
        Ids gone, lost;
        if (kind == CommitKind::content) {
            gone = bad_;
            for (const auto& id : commit_log::lost(txn_, group.local.number, ~std::size_t{0})) gone.insert(id);
            for (const auto& id : set.parents) {
                if (!set.ids.contains(id)) lost.insert(id);
            }
        }
        for (const auto& place : set.empty) {
            if (gone.contains(id_of(place)) || lost.contains(id_of(place))) {
                places.push_back(place);
                lost.insert(id_of(place));
            } else {
                erase_row(group, kind, place);
            }
        }
        for (const auto& id : lost) commit_log::lose(txn_, group.local.number, id);
        done_.commits_lost += lost.size();
    }

    void erase_row(const GroupSets& group, CommitKind kind, const CommitKey& place) {
        txn_.erase(Table::log, keys::in_set(group.local.number, kind, place.view()));
    }

    void mend_parts() {
        std::vector<Bytes> bad;
        txn_.scan(Table::late_parts, {}, [&](ByteView key, ByteView value) {
            if (!is_of_its_commit(key, value)) bad.push_back(copy_of(key));
            return true;
        });
        for (const auto& key : bad) txn_.erase(Table::late_parts, key);
        commit_log::forget_wants(txn_);
        for (const auto& [number, group] : groups_) {
            const auto content = group.sets.find(CommitKind::content);
            if (content == group.sets.end()) continue;
            for (const auto& place : content->second.good) {
                const auto kept = commit_log::read(txn_, group.local, commit_log::Place{CommitKind::content, place});
                for (std::size_t index = 0; index < kept->parts.size(); ++index) {
                    const PartName part{kept->commit.id, static_cast<std::uint16_t>(index)};
                    if (kept->parts[index] || erasing::is_dropped(txn_, number, part)) continue;
                    commit_log::lose_part(txn_, number, kept->commit.id, index);
                    ++done_.parts_lost;
                }
            }
        }
    }

    bool is_of_its_commit(ByteView key, ByteView part) {
        const auto name = commit_log::part_name(key);
        if (!name) return false;
        if (txn_.has(Table::lost, name->commit.view())) return true;
        for (const auto& [number, group] : groups_) {
            const auto kept = commit_log::read(txn_, group.local, name->commit);
            if (kept) return is_part(kept->commit.header, name->index, part);
        }
        return false;
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
    std::map<keys::GroupNumber, GroupSets> groups_;
    Ids bad_;  // of commits whose row was spoiled
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
        std::vector<Bytes> bad;
        for (const auto& [table, key] : unopened) {
            // The device's own secrets stay as they are: without them there is nothing to mend for.
            if (table == Table::profile) continue;
            ++done.values_erased;
            if (table == Table::log) {
                bad.push_back(key);
            } else {
                txn.erase(table, key);
            }
            done.secrets_lost += table == Table::groups || table == Table::epochs || table == Table::invites;
        }
        Mender(txn, chunks, done, bad).mend();
        return Done{};
    });
    if (!written) return written.error();
    return done;
}

bool needs_rebuild(ReadTxn& txn) { return txn.has(Table::meta, view_of(rebuild_key)); }

void set_rebuilt(WriteTxn& txn) { txn.erase(Table::meta, view_of(rebuild_key)); }

}  // namespace staffroom
