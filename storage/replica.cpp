#include "storage/replica.h"

#include "core/records/input.h"
#include "core/tree.h"
#include "storage/author.h"
#include "storage/commit_log.h"
#include "storage/committed_log.h"
#include "storage/erasing.h"
#include "storage/file_copy.h"
#include "storage/file_refs.h"
#include "storage/file_words.h"
#include "storage/tree_rows.h"

namespace staffroom {
namespace {

// group number | device | run
Bytes have_key(keys::GroupNumber number, const Have& have) {
    return keys::joined({keys::group(number), have.device.view(), have.run.view()});
}

}  // namespace

Replica::Replica(Store& store, const Chunks& chunks, Identity identity, Options options)
    : store_(store),
      chunk_files_(chunks),
      identity_(std::move(identity)),
      signing_(identity_.secrets.signing),
      options_(std::move(options)) {
    log_ = std::make_unique<CommittedLog>(store_, groups_, waiting_, identity_, signing_);
    chunks_ = std::make_unique<CommittedChunks>(store_, chunk_files_, groups_);
}

Replica::~Replica() = default;

Result<std::unique_ptr<Replica>> Replica::open(Store& store, const Chunks& chunks, Identity identity, Options options) {
    std::unique_ptr<Replica> replica(new Replica(store, chunks, std::move(identity), std::move(options)));
    const auto done = store.read([&](ReadTxn& txn) -> Result<> {
        auto groups = load_groups(txn, replica->identity_);
        if (!groups) return groups.error();
        replica->groups_ = std::move(*groups);
        replica->waiting_.load(txn);
        return Done{};
    });
    if (!done) return done.error();
    return replica;
}

const Group* Replica::group(const GroupId& id) const {
    const auto found = groups_.find(id);
    return found == groups_.end() ? nullptr : found->second.get();
}

void Replica::become(PersonCard card) {
    assert(groups_.empty() || id_of(card.genesis) == identity_.person());
    identity_.card = std::move(card);
}

Result<> Replica::become_device(const DeviceSecrets& secrets, const DeviceRecord& record) {
    identity_.secrets = secrets;
    identity_.record = record;
    signing_ = SigningKey(secrets.signing);
    for (const auto& [id, group] : groups_) {
        if (auto loaded = reload(id); !loaded) return loaded;
    }
    return Done{};
}

Result<> Replica::must_be_linked() const {
    if (prove(identity_.card).devices.contains(identity_.device())) return Done{};
    return {
        Code::refused, "This computer is yours only where colleagues vouched for it.",
        "Link it with an older computer of yours, or ask a colleague to found the group and to vouch for you there."};
}

const Group* Replica::successor_of(const GroupId& old) const {
    const auto* before = group(old);
    if (before == nullptr) return nullptr;
    for (const auto& [id, each] : groups_) {
        const auto& genesis = each->genesis;
        if (!genesis.continues || genesis.continues->group != old) continue;
        const bool writes = each->members.role_of(identity_.device()) >= Role::member;
        if (writes && before->members.was_in(founders_of(genesis).front())) return each.get();
    }
    return nullptr;
}

Result<GroupId> Replica::found(GroupKind kind, const std::string& name, NewcomersRead newcomers) {
    if (auto may = must_be_linked(); !may) return may.error();
    if (const auto fits = check_title("The group's name", name); !fits) return fits.error();
    const auto genesis = make_genesis(kind, name, newcomers, {identity_.card}, signing_);
    assert(is_valid(genesis));
    return adopt({genesis, random_id<Hash>()});
}

Result<GroupId> Replica::found_successor(const GroupId& old) {
    const auto* found = group(old);
    if (found == nullptr) return no_such_group();
    if (found->genesis.kind == GroupKind::pair) {
        return {Code::refused, "This is between the two of you: it needs nobody to organise it.",
                "Found a group for three or more: staffroom group new"};
    }
    if (auto may = must_be_linked(); !may) return may.error();
    const auto genesis = make_successor(found->genesis, log_->heads(old, CommitKind::content), {identity_.card},
                                        SigningKey(identity_.secrets.signing));
    assert(is_valid(genesis));
    return adopt({genesis, random_id<Hash>()});
}

Result<GroupId> Replica::adopt(const Welcome& welcome) {
    const auto id = id_of(welcome.genesis);
    if (group(id) != nullptr) return id;
    if (!is_valid(welcome.genesis))
        return {Code::malformed, "The welcome into this group is damaged.", "Ask for a new invitation."};
    auto done = store_.write([&](WriteTxn& txn) -> Result<> {
        add_group(txn, welcome.genesis, welcome.group_key);
        CommittedLog::count_write(txn);
        return Done{};
    });
    if (done) done = reload(id);
    if (!done) return done.error();
    return id;
}

Result<> Replica::change_key(const GroupId& id, const SymmetricKey& group_key) {
    if (group(id) == nullptr) return no_such_group();
    const auto done = store_.write([&](WriteTxn& txn) -> Result<> {
        change_group_key(txn, id, *Hash::from(group_key.view()));
        CommittedLog::count_write(txn);
        return Done{};
    });
    return done ? reload(id) : done;
}

Result<Welcome> Replica::welcome_to(const GroupId& id) const {
    const auto* found = group(id);
    if (found == nullptr) return no_such_group();
    return Welcome{found->genesis, *Hash::from(found->keys.root.view())};
}

Result<> Replica::reload(const GroupId& id) {
    return store_.read([&](ReadTxn& txn) -> Result<> {
        auto loaded = load_group(txn, id, identity_);
        if (!loaded) return loaded.error();
        groups_[id] = std::move(*loaded);
        waiting_.load(txn);
        return Done{};
    });
}

Result<Ingested> Replica::change(const GroupId& id, const std::function<Result<>(WriteTxn&, Group&, Ingest&)>& step) {
    if (group(id) == nullptr) return no_such_group();
    Ingested ingested;
    bool again = false;
    auto done = store_.write([&](WriteTxn& txn) -> Result<> {
        if (again) {  // the store runs the step anew: what memory has learnt is to be forgotten
            auto loaded = load_group(txn, id, identity_);
            if (!loaded) return loaded.error();
            groups_[id] = std::move(*loaded);
            waiting_.load(txn);
        }
        again = true;
        auto& changed = *groups_.at(id);
        Ingest ingest(txn, changed, waiting_, chunk_files_, store_.is_locked());
        if (auto stepped = step(txn, changed, ingest); !stepped) return stepped;
        if (ingest.keys_changed() || ingest.members_changed()) {
            Author author(txn, changed, ingest, identity_, signing_, options_.wall_ms());
            if (auto begun = author.begin_epoch_after_merge(); !begun) return begun;
            if (auto said = author.say_what_does_not_open(); !said) return said;
        }
        auto finished = ingest.finish();
        if (!finished) return finished.error();
        ingested = std::move(*finished);
        CommittedLog::count_write(txn);
        return Done{};
    });
    if (done) {
        chunk_files_.remove_files(ingested.chunks_gone);
        return ingested;
    }
    if (const auto reloaded = reload(id); !reloaded) return reloaded.error();
    return done.error();
}

Result<Ingested> Replica::ingest(const GroupId& id, const std::vector<CommitFrame>& frames) {
    const auto* found = group(id);
    if (found == nullptr) return no_such_group();
    // Duplicates are the usual case at a meeting of many, so they are dropped before any signature is checked.
    struct Fresh {
        Commit commit;
        const CommitFrame* frame;
    };
    std::vector<Fresh> fresh;
    std::vector<std::pair<PartName, Bytes>> late;
    const auto read = store_.read([&](ReadTxn& txn) -> Result<> {
        for (const auto& frame : frames) {
            auto commit = read_commit(frame.commit);
            if (!commit || waiting_.has(txn, found->number, commit->id)) continue;
            const auto& header = commit->header;
            if (!commit_log::has(txn, found->number, {header.kind, key_of(header.depth, commit->id)})) {
                fresh.push_back({std::move(*commit), &frame});
                continue;
            }
            for (std::size_t index = 0; index < frame.parts.size(); ++index) {
                if (!frame.parts[index] || !commit_log::is_wanted(txn, found->number, commit->id, index)) continue;
                late.emplace_back(PartName{commit->id, static_cast<std::uint16_t>(index)}, *frame.parts[index]);
            }
        }
        return Done{};
    });
    if (!read) return read.error();
    if (fresh.empty() && late.empty()) return Ingested{};
    std::vector<DeclinedCommit> declined;
    std::vector<CommitId> ids;
    for (const auto& each : fresh) ids.push_back(each.commit.id);
    std::vector<std::optional<CheckedCommit>> checked(fresh.size());
    std::vector<std::vector<ContentPart>> contents(fresh.size());
    options_.for_each(fresh.size(), [&](std::size_t index) {
        auto each = check(id, std::move(fresh[index].commit), *fresh[index].frame);
        if (!each) return;
        checked[index] = std::move(*each);
        if (store_.is_locked()) return;
        const auto* key = found->key(checked[index]->commit.header.epoch);
        if (key != nullptr) contents[index] = open_contents(*checked[index], *key);
    });
    for (std::size_t index = 0; index < ids.size(); ++index) {
        if (!checked[index]) declined.push_back({ids[index], Declined::malformed});
    }
    auto ingested = change(id, [&](WriteTxn&, Group&, Ingest& ingest) -> Result<> {
        for (std::size_t index = 0; index < checked.size(); ++index) {
            if (checked[index]) ingest.take(*checked[index], contents[index]);
        }
        for (const auto& [name, bytes] : late) ingest.take_part(name, bytes);
        return Done{};
    });
    if (ingested) {
        auto& all = ingested->report.declined;
        all.insert(all.end(), declined.begin(), declined.end());
    }
    return ingested;
}

Result<Ingested> Replica::ingest_parts(const GroupId& id, const std::vector<std::pair<PartName, Bytes>>& parts) {
    return change(id, [&](WriteTxn&, Group&, Ingest& ingest) -> Result<> {
        for (const auto& [name, bytes] : parts) ingest.take_part(name, bytes);
        return Done{};
    });
}

Result<> Replica::keep(const Have& have) {
    const auto* found = group(have.group);
    if (found == nullptr || have.device == identity_.device()) return Done{};
    return store_.write([&](WriteTxn& txn) -> Result<> {
        const auto key = have_key(found->number, have);
        const auto bytes = txn.get(Table::haves, key);
        const auto before = bytes ? decode<Have>(*bytes) : Result<Have>{Code::not_found, {}};
        if (!before || before->counter < have.counter) txn.put(Table::haves, key, encode(have));
        return Done{};
    });
}

Result<Ingested> Replica::write(const GroupId& id, const std::vector<ContentPart>& parts) {
    return change(id, [&](WriteTxn& txn, Group& group, Ingest& ingest) {
        return Author(txn, group, ingest, identity_, signing_, options_.wall_ms()).content(parts);
    });
}

Result<Ingested> Replica::write_control(const GroupId& id, const std::vector<Op>& ops) {
    return change(id, [&](WriteTxn& txn, Group& group, Ingest& ingest) -> Result<> {
        const auto written = Author(txn, group, ingest, identity_, signing_, options_.wall_ms()).control(ops);
        if (!written) return written.error();
        return Done{};
    });
}

Result<Ingested> Replica::write_key(const GroupId& id, const Op& op) {
    return change(id, [&](WriteTxn& txn, Group& group, Ingest& ingest) {
        return Author(txn, group, ingest, identity_, signing_, options_.wall_ms()).key(op);
    });
}

Result<Ingested> Replica::share_keys(const GroupId& id, const DeviceId& asker, const std::vector<EpochId>& epochs) {
    return change(id, [&](WriteTxn& txn, Group& group, Ingest& ingest) {
        return Author(txn, group, ingest, identity_, signing_, options_.wall_ms()).share_with(asker, epochs);
    });
}

Result<std::vector<std::pair<GroupId, Ingested>>> Replica::age_erasures(std::uint64_t ms) {
    std::vector<std::pair<GroupId, Ingested>> changes;
    if (store_.is_locked()) return changes;
    for (const auto& [id, group] : groups_) {
        bool pending = false;
        auto looked = store_.read([&, number = group->number](ReadTxn& txn) -> Result<> {
            const auto tally = erasing::tally(txn, number);
            pending = tally.carried_out < tally.known;
            return Done{};
        });
        if (!looked) return looked.error();
        if (!pending) continue;
        auto done = change(id, [&](WriteTxn& txn, Group& changed, Ingest& ingest) -> Result<> {
            for (const auto& record : erasing::age(txn, changed.number, ms)) ingest.settle(record);
            return Done{};
        });
        if (!done) return done.error();
        const bool went = !done->touched.empty();
        changes.emplace_back(id, std::move(*done));
        if (!went) continue;
        auto listed = list_gone(id);
        if (!listed) return listed.error();
        if (*listed) changes.emplace_back(id, std::move(**listed));
    }
    return changes;
}

Result<std::optional<Ingested>> Replica::list_gone(const GroupId& id) {
    const auto* found = group(id);
    if (found == nullptr) return no_such_group();
    const auto role = found->members.role_of(identity_.device());
    if (role < Role::member || found->members.needs_update()) return std::optional<Ingested>();
    std::vector<GoneOp::Part> gone;
    auto looked = store_.read([&](ReadTxn& txn) -> Result<> {
        gone.clear();
        for (const auto& part : erasing::unlisted(txn, *found, identity_.person(), role)) {
            gone.push_back({part.commit, part.index});
        }
        return Done{};
    });
    if (!looked) return looked.error();
    if (gone.empty()) return std::optional<Ingested>();
    std::sort(gone.begin(), gone.end());
    std::vector<ContentPart> parts;
    for (std::size_t at = 0; at < gone.size(); at += GoneOp::parts_count) {
        const auto end = std::min(at + GoneOp::parts_count, gone.size());
        GoneOp op;
        op.parts.assign(gone.begin() + std::ptrdiff_t(at), gone.begin() + std::ptrdiff_t(end));
        parts.push_back({RecordId{}, {make_op(op)}});
    }
    auto written = write(id, parts);
    if (!written) return written.error();
    return std::optional(std::move(*written));
}

Result<> Replica::keep_chunks(std::vector<GivenChunk> chunks) {
    return store_chunks(store_, chunk_files_, std::move(chunks), Take::used);
}

Result<> Replica::lose_chunk(const ChunkId& chunk) { return staffroom::lose_chunk(store_, chunk_files_, chunk); }

Result<std::vector<std::pair<GroupId, Ingested>>> Replica::catch_up() {
    std::vector<GroupId> behind;
    auto looked = store_.read([&](ReadTxn& txn) -> Result<> {
        behind.clear();
        for (const auto& [id, group] : groups_) {
            if (Ingest::is_behind(txn, *group)) behind.push_back(id);
        }
        return Done{};
    });
    if (!looked) return looked.error();
    std::vector<std::pair<GroupId, Ingested>> changes;
    for (const auto& id : behind) {
        auto done = change(id, [](WriteTxn&, Group&, Ingest& ingest) -> Result<> { return ingest.catch_up(), Done{}; });
        if (!done) return done.error();
        changes.emplace_back(id, std::move(*done));
    }
    auto unfolded =
        store_.write([&](WriteTxn& txn) -> Result<> { return file_refs::unfold_pending(txn, chunk_files_), Done{}; });
    if (!unfolded) return unfolded.error();
    return changes;
}

Result<> Replica::rebuild() {
    for (const auto& [id, group] : groups_) {
        if (auto done = rebuild(id); !done) return done;
    }
    return Done{};
}

Result<> Replica::rebuild(const GroupId& group) {
    const auto done = change(group, [&](WriteTxn& txn, Group& changed, Ingest& ingest) -> Result<> {
        for (const auto kind : all_kinds) {
            TreeRows rows(txn, changed.number, kind);
            if (auto rebuilt = rebuild_tree(rows); !rebuilt) return rebuilt;
        }
        file_words::forget_all(txn, changed.number);
        ingest.fold_again();
        return Done{};
    });
    if (!done) return done.error();
    return Done{};
}

}  // namespace staffroom
