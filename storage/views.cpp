#include "storage/views.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include "storage/erased_files.h"
#include "storage/erasing.h"

namespace staffroom {
namespace {

// One edit of a text's tail.
struct KeptEdit {
    TextEdit edit;
    bool visible = true;

    template <class A>
    void serialize(A& ar) {
        ar(edit.id, edit.author.device, edit.author.run, sorted<limits::heads_count>(edit.base));
        std::vector<Change> list(edit.changes.size());
        for (std::size_t i = 0; i < list.size(); ++i) list[i].change = std::move(edit.changes[i]);
        ar(capped<limits::commit_bytes>(list), visible);
        edit.changes.clear();
        for (auto& each : list) edit.changes.push_back(std::move(each.change));
    }

  private:
    struct Change {
        TextChange change;
        template <class A>
        void serialize(A& ar) {
            ar(change.position, change.deleted, text<limits::commit_bytes>(change.inserted));
        }
    };
};

// The tail is replayed at each opening, so it stays below this many edits, or a share of the snapshot if that is more.
constexpr std::size_t tail_edits = 64;
constexpr std::size_t snapshot_bytes_per_edit = 256;

// A value that is a file names one chunk at least, and its key: what is shorter is not decoded once more to look for one.
constexpr std::size_t file_bytes_min = ChunkId::size + Hash::size;

Bytes numbered(const Bytes& prefix, std::uint32_t number) {
    Bytes key = prefix;
    append_be32(key, number);
    return key;
}

Error view_damaged() {
    return {Code::io, "What is shown from this group does not read back from the disk.",
            "Run: staffroom repair --rebuild"};
}

struct KeptText {
    Text text;
    std::size_t snapshot_bytes = 0;
    std::vector<KeptEdit> tail;
};

Result<KeptText> read_kept(ReadTxn& txn, const Bytes& prefix) {
    KeptText kept;
    if (const auto snapshot = txn.get(Table::texts, numbered(prefix, 0))) {
        auto loaded = Text::load(*snapshot);
        if (!loaded) return view_damaged();
        kept.text = std::move(*loaded);
        kept.snapshot_bytes = snapshot->size();
    }
    bool damaged = false;
    txn.scan(Table::texts, prefix, numbered(prefix, 1), [&](ByteView, ByteView value) {
        auto edit = decode<KeptEdit>(value);
        if (!edit) return damaged = true, false;
        kept.tail.push_back(std::move(*edit));
        return true;
    });
    if (damaged) return view_damaged();
    for (const auto& each : kept.tail) kept.text.add(each.edit, each.visible);
    if (kept.text.damaged()) return view_damaged();
    return kept;
}

}  // namespace

struct Views::Folding {
    std::span<const Taken> parts;
    std::optional<Bytes> kept;
    RecordState state;
    bool changed = false, damaged = false;
    std::map<std::string, std::vector<RoutedEdit>> edits;
    std::vector<FileRef> files;
};

void Views::take(const PartOrigin& origin, const ContentPart& part) {
    if (origins_.empty() || origins_.back().commit != origin.commit) origins_.push_back(origin);
    const auto number = static_cast<std::uint32_t>(taken_.size());
    taken_.push_back({part.record, number, origin.part, &origins_.back(), &part});
}

void Views::take(const PartOrigin& origin, ContentPart&& part) {
    bytes_held_ += sizeof(Taken) + sizeof part;
    for (const auto& op : part.ops) bytes_held_ += sizeof op + op.body.size();
    take(origin, std::as_const(held_.emplace_back(std::move(part))));
}

void Views::fold(Folding& folding) const {
    auto& state = folding.state;
    state = RecordState(group_, folding.parts.front().record);
    if (folding.kept) {
        auto kept = decode<RecordState>(*folding.kept);
        folding.damaged = !kept.ok();
        if (!kept) return;
        state = std::move(*kept);
    }
    for (const auto& [record, number, part, origin, content] : folding.parts) {
        OpContext context;
        context.depth = depth_of(origin->commit);
        context.person = origin->person;
        context.device = origin->device;
        context.role = origin->role;
        context.wall_ms = origin->wall_ms;
        context.masked = origin->masked;
        for (std::size_t position = 0; position < content->ops.size(); ++position) {
            const auto& op = content->ops[position];
            context.at = {id_of(origin->commit), part, static_cast<std::uint16_t>(position)};
            auto applied = apply(state, op, context);
            folding.changed |= applied.changed;
            for (auto& edit : applied.edits) folding.edits[edit.field].push_back(std::move(edit));
            if (op.kind != AssignOp::kind || op.body.size() < file_bytes_min || origin->masked) continue;
            const auto assign = read_op<AssignOp>(op);
            if (!assign || !assign->value) continue;
            if (const auto* file = assign->value->get<FileRef>()) folding.files.push_back(*file);
        }
    }
}

Result<> Views::flush() {
    // So many at a time that their memory is used again for the next.
    constexpr std::size_t records_at_once = 1'024;
    std::ranges::sort(taken_, {}, [](const Taken& taken) { return std::tie(taken.record, taken.number); });
    txn_.put_all(Table::mentions, taken_.size(), [&](std::size_t i) {
        const auto& taken = taken_[i];
        return std::pair(keys::mention(number_, taken.record, taken.origin->commit, taken.part), Bytes{});
    });
    std::vector<Folding> records;
    records.reserve(std::min(records_at_once, taken_.size()));
    for (auto first = taken_.begin(); first != taken_.end();) {
        const auto last =
            std::find_if(first, taken_.end(), [&](const Taken& next) { return next.record != first->record; });
        records.emplace_back().parts = {first, last};
        first = last;
        if (records.size() < records_at_once && first != taken_.end()) continue;
        if (auto done = flush(records); !done) return done;
        records.clear();
    }
    return Done{};
}

Result<> Views::flush(std::vector<Folding>& records) {
    const auto key_of_record = [&](const Folding& folding) {
        return keys::in_group(number_, folding.parts.front().record.view());
    };
    for (auto& folding : records) folding.kept = txn_.get(Table::records, key_of_record(folding));
    txn_.put_all(Table::records, records.size(), [&](std::size_t i) -> std::pair<Bytes, Bytes> {
        fold(records[i]);
        if (records[i].damaged || !records[i].changed) return {};
        return {key_of_record(records[i]), encode(records[i].state)};
    });
    if (std::ranges::any_of(records, &Folding::damaged)) return view_damaged();
    for (const auto& folding : records) {
        const auto& record = folding.parts.front().record;
        touched_.push_back(record);
        for (const auto& [field, edits] : folding.edits) {
            if (auto done = flush_text(record, field, edits); !done) return done;
        }
        for (const auto& file : folding.files) files_.push_back({record, file});
    }
    return Done{};
}

Result<> Views::flush_text(const RecordId& record, const std::string& field, const std::vector<RoutedEdit>& edits) {
    const auto prefix = keys::text(number_, record, field);
    std::uint32_t next = 1;
    if (const auto last = txn_.last_key(Table::texts, prefix)) {
        next = read_be32(ByteView(*last).subspan(prefix.size())) + 1;
    }
    for (const auto& each : edits) {
        txn_.put(Table::texts, numbered(prefix, next++), encode(KeptEdit{each.edit, each.visible}));
    }
    if (next <= tail_edits) return Done{};
    auto kept = read_kept(txn_, prefix);
    if (!kept) return kept.error();
    if (kept->tail.size() <= tail_edits + kept->snapshot_bytes / snapshot_bytes_per_edit) return Done{};
    const Bytes snapshot = kept->text.save();
    if (snapshot.empty()) return view_damaged();
    txn_.erase_all(Table::texts, prefix);
    txn_.put(Table::texts, numbered(prefix, 0), snapshot);
    next = 1;
    for (const auto& each : kept->tail) {
        // What waits for its base is in no snapshot.
        if (!kept->text.has(each.edit.id)) txn_.put(Table::texts, numbered(prefix, next++), encode(each));
    }
    return Done{};
}

void Views::forget(WriteTxn& txn, keys::GroupNumber number) {
    for (const auto table : {Table::records, Table::mentions, Table::texts}) {
        txn.erase_all(table, keys::group(number));
    }
    erasing::forget(txn, number);
}

std::optional<RecordState> read_kept_record(ReadTxn& txn, keys::GroupNumber number, const RecordId& record) {
    const auto kept = txn.get(Table::records, keys::in_group(number, record.view()));
    if (!kept) return std::nullopt;
    auto state = decode<RecordState>(*kept);
    return state ? std::optional(std::move(*state)) : std::nullopt;
}

std::optional<RecordState> read_record(ReadTxn& txn, keys::GroupNumber number, const RecordId& record) {
    if (erasing::find(txn, number, record)) return std::nullopt;
    auto state = read_kept_record(txn, number, record);
    if (state) erased_files::hide(txn, number, *state);
    return state;
}

void each_record(ReadTxn& txn, keys::GroupNumber number, const std::function<bool(RecordState&&)>& visit) {
    const bool any_erased = erasing::has_any(txn, number);
    txn.scan(Table::records, keys::group(number), [&](ByteView, ByteView value) {
        auto state = decode<RecordState>(value);
        if (!state || (any_erased && erasing::find(txn, number, state->id))) return true;
        if (any_erased) erased_files::hide(txn, number, *state);
        return visit(std::move(*state));
    });
}

Result<Text> read_text(ReadTxn& txn, keys::GroupNumber number, const RecordId& record, const std::string& field) {
    if (erasing::find(txn, number, record)) return Text();
    auto kept = read_kept(txn, keys::text(number, record, field));
    if (!kept) return kept.error();
    return std::move(kept->text);
}

std::vector<RecordCommit> commits_of(ReadTxn& txn, keys::GroupNumber number, const RecordId& record) {
    std::vector<RecordCommit> commits;
    const auto prefix = keys::in_group(number, record.view());
    txn.scan_keys(Table::mentions, prefix, [&](ByteView key) {
        auto rest = key.subspan(prefix.size());
        const auto depth = keys::take_depth(rest);
        if (!depth || rest.size() != keys::front_bytes + 2) return true;
        const auto index = static_cast<std::uint16_t>(static_cast<unsigned>(rest[8]) << 8 | rest[9]);
        Bytes begin;
        append_be64(begin, *depth);
        append(begin, rest.first(keys::front_bytes));
        txn.scan_keys(Table::log, keys::in_set(number, CommitKind::content, begin), [&](ByteView place) {
            commits.push_back({*CommitKey::from(place.last(CommitKey::size)), index});
            return true;
        });
        return true;
    });
    return commits;
}

}  // namespace staffroom
