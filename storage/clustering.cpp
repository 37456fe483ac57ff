#include "storage/clustering.h"

#include "storage/commit_log.h"
#include "storage/group.h"

namespace staffroom {
namespace {

constexpr std::size_t bytes_per_call = std::size_t{4} << 20;
constexpr std::string_view state_key = "clustering";

enum class Phase : std::uint8_t { placed, unplaced, mentions, end };
constexpr Phase last_value(Phase) { return Phase::end; }

// How far it is, kept in `meta`.
struct State {
    Phase phase = Phase::placed;
    Bytes last;  // key of the phase's table
    std::uint64_t done = 0, all = 0;

    template <class A>
    void serialize(A& ar) {
        ar(choice(phase), blob<key_bytes_max>(last), done, all);
    }
};

class Clustering {
  public:
    Clustering(WriteTxn& txn, State& state, std::size_t rows)
        : txn_(txn), state_(state), rows_(rows), groups_(numbered_groups(txn)) {}

    void move() {
        switch (state_.phase) {
            case Phase::placed:
                return each_row(Table::order, [&](ByteView key) {
                    if (const auto named = commit_log::place_named(key)) move_commit(named->first, named->second);
                });
            case Phase::unplaced:
                return each_row(Table::commits, [&](ByteView key) {
                    if (const auto id = CommitId::from(key)) move_unplaced(*id);
                });
            case Phase::mentions:
                return each_row(Table::record_commits, [&](ByteView key) { move_mention(key); });
            case Phase::end:
                return end();
        }
    }

  private:
    template <class Step>
    void each_row(Table table, const Step& step) {
        std::vector<Bytes> rows;
        txn_.scan_keys(table, {}, state_.last, [&](ByteView key) {
            if (copy_of(key) != state_.last) rows.push_back(copy_of(key));
            return rows.size() < rows_;
        });
        for (const auto& row : rows) {
            if (moved_bytes_ >= bytes_per_call) return;
            step(row);
            state_.last = row;
            ++state_.done;
        }
        if (rows.size() >= rows_) return;
        state_.phase = static_cast<Phase>(static_cast<std::uint8_t>(state_.phase) + 1);
        state_.last.clear();
    }

    void move_commit(keys::GroupNumber number, const commit_log::Place& place) {
        const auto id = id_of(place.key);
        const auto bytes = txn_.get_if_sound(Table::commits, id.view());
        const auto commit = bytes ? read_commit(*bytes) : Result<Commit>{Code::not_found, {}};
        const auto key = keys::in_set(number, place.kind, place.key.view());
        txn_.put(Table::places, keys::place(number, place.kind, place.key), {});
        if (!commit || commit->id != id) {
            txn_.put(Table::log, key, {});
            return move_late_parts(id);
        }
        commit_log::Parts parts;
        for (std::size_t index = 0; index < commit->header.parts.size(); ++index) {
            auto part = txn_.get_if_sound(Table::parts, keys::part(id, index));
            if (part && !is_part(commit->header, index, *part)) part.reset();
            if (!part && place.kind == CommitKind::content) commit_log::lose_part(txn_, number, id, index);
            parts.push_back(std::move(part));
        }
        const auto row = commit_log::row_of(*commit, parts);
        moved_bytes_ += row.size();
        txn_.put(Table::log, key, row);
        txn_.erase(Table::lost, id.view());
    }

    // Parts of a commit that the disk spoiled stay until it is here again.
    void move_late_parts(const CommitId& id) {
        std::vector<Bytes> rows;
        txn_.scan_keys(Table::parts, id.view(), [&](ByteView key) { return rows.push_back(copy_of(key)), true; });
        for (const auto& row : rows) {
            const auto part = txn_.get_if_sound(Table::parts, row);
            if (part) txn_.put(Table::late_parts, row, *part);
        }
    }

    void move_unplaced(const CommitId& id) {
        for (const auto& [number, group] : groups_) {
            if (commit_log::has(txn_, number, id)) return;
        }
        const auto bytes = txn_.get_if_sound(Table::commits, id.view());
        const auto commit = bytes ? read_commit(*bytes) : Result<Commit>{Code::not_found, {}};
        if (!commit || commit->id != id) return;
        for (const auto& [number, group] : groups_) {
            if (group != commit->header.group) continue;
            move_commit(number, {commit->header.kind, key_of(commit->header.depth, id)});
        }
    }

    void move_mention(ByteView row) {
        constexpr std::size_t front = keys::group_bytes + RecordId::size;
        if (row.size() != front + CommitKey::size + 2) return;
        const auto record = *RecordId::from(row.subspan(keys::group_bytes, RecordId::size));
        const auto commit = *CommitKey::from(row.subspan(front, CommitKey::size));
        const auto index = row.last(2);
        txn_.put(Table::mentions,
                 keys::mention(read_be32(row), record, commit, static_cast<unsigned>(index[0]) << 8 | index[1]), {});
    }

    void end() {
        std::vector<Bytes> heads;
        txn_.scan_keys(Table::heads, {}, [&](ByteView key) {
            if (key.size() == keys::set_bytes + CommitId::size) heads.push_back(copy_of(key));
            return true;
        });
        for (const auto& head : heads) {
            const auto place =
                commit_log::find(txn_, read_be32(head), *CommitId::from(ByteView(head).last(CommitId::size)));
            if (place) txn_.put(Table::heads, keys::in_set(read_be32(head), place->kind, place->key.view()), {});
            txn_.erase(Table::heads, head);
        }
        for (const auto table : {Table::commits, Table::parts, Table::order, Table::record_commits}) txn_.empty(table);
        state_.done = state_.all;
    }

    WriteTxn& txn_;
    State& state_;
    const std::size_t rows_;
    const std::map<keys::GroupNumber, GroupId> groups_;
    std::size_t moved_bytes_ = 0;
};

}  // namespace

UpgradeStep cluster_commits(std::size_t rows) {
    return {1, [rows](WriteTxn& txn) -> Result<Moved> {
                const auto kept = txn.get_if_sound(Table::meta, view_of(state_key));
                auto begun = kept ? decode<State>(*kept) : Result<State>{Code::not_found, {}};
                State state;
                if (begun) state = std::move(*begun);
                // Rows that were added meanwhile, by a salvage, may make more of them than were counted.
                if (state.all == 0) {
                    for (const auto table : {Table::order, Table::commits, Table::record_commits})
                        state.all += txn.count(table);
                    ++state.all;
                }
                Clustering(txn, state, rows).move();
                if (state.done == state.all && !has_unclustered(txn)) {
                    txn.erase(Table::meta, view_of(state_key));
                } else {
                    state.done = std::min(state.done, state.all - 1);
                    txn.put(Table::meta, view_of(state_key), encode(state));
                }
                return Moved{state.done, state.all};
            }};
}

void cluster_anew(WriteTxn& txn) {
    if (!has_unclustered(txn)) return;
    txn.erase(Table::meta, view_of(state_key));
    mark_unfinished(txn, 1);
}

bool has_unclustered(ReadTxn& txn) {
    return txn.count(Table::order) + txn.count(Table::commits) + txn.count(Table::record_commits) > 0;
}

}  // namespace staffroom
