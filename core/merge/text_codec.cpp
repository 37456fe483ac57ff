#include "core/merge/text_codec.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <unordered_map>

#include "core/limits.h"
#include "core/merge/range_coder.h"
#include "core/utf8.h"
#include "core/wire.h"

namespace staffroom {
namespace {

constexpr std::string_view magic = "SRT1";
constexpr std::size_t checksum_bytes = 8;
// In a block's size; the first histories had no copies, and no size reaches here.
constexpr std::uint32_t with_copies = 1u << 31;
static_assert(max_text_history < with_copies);

Error malformed() { return {Code::malformed, "This stored text is damaged.", "Run `staffroom repair --rebuild`."}; }

// Four lanes of multiply and fold, so that checking costs less than reading.
std::uint64_t checksum_of(ByteView bytes) {
    std::array<std::uint64_t, 4> lanes = {0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0,
                                          0x082EFA98EC4E6C89};
    std::size_t at = 0;
    const auto fold = [](std::uint64_t lane, std::uint64_t word) {
        lane = (lane ^ word) * 0x9E3779B97F4A7C15;
        return lane ^ lane >> 32;
    };
    for (; at + 32 <= bytes.size(); at += 32) {
        for (std::size_t i = 0; i < 4; ++i) {
            std::uint64_t word;
            std::memcpy(&word, bytes.data() + at + 8 * i, 8);
            lanes[i] = fold(lanes[i], word);
        }
    }
    std::uint64_t sum = bytes.size();
    for (const auto lane : lanes) sum = fold(sum, lane);
    for (; at < bytes.size(); ++at) sum = fold(sum, bytes[at]);
    return sum;
}

void write_ref(Writer& out, const OpRef& id) {
    append(out.bytes, id.commit.view());
    out.write_varint(id.part);
    out.write_varint(id.position);
}
OpRef read_ref(Reader& in) {
    OpRef id;
    if (const auto commit = CommitId::from(in.take(CommitId::size))) id.commit = *commit;
    id.part = static_cast<std::uint16_t>(in.read_varint(0xFFFF));
    id.position = static_cast<std::uint16_t>(in.read_varint(0xFFFF));
    return id;
}

std::uint32_t zigzag(std::uint32_t difference) { return difference << 1 ^ (0U - (difference >> 31)); }
std::uint32_t unzigzag(std::uint32_t code) { return code >> 1 ^ (0U - (code & 1)); }

// How one edit's first change, or a further one, looks.
enum Kind : std::uint32_t { nothing, typing, erasing, backspacing, replacing, kinds };

Kind kind_of(const EventLog::Stroke& stroke) {
    if (stroke.inserted > 0) return stroke.deleted > 0 ? replacing : typing;
    if (stroke.deleted == 0) return nothing;
    return stroke.backwards ? backspacing : erasing;
}

// The models of all columns. Each function codes one entry, next to the one before: an encoder's entry is given and
// stays, a decoder's is filled in and may be anything, so the caller checks it.
template <class Coder>
class Columns {
  public:
    explicit Columns(Coder coder) : coder_(coder) {}

    std::uint32_t count(std::uint32_t value) { return count_.code(coder_, value); }

    // `commit`: in the table of commits, next to those used before; `used` is how many were.
    void id_run(EventLog::IdRun& run, const EventLog::IdRun* last, std::uint32_t& commit, std::uint32_t last_commit,
                std::uint32_t used) {
        const bool same = coder_.learnt(same_commit_, last && commit == last_commit);
        if (same) {
            commit = last_commit;
        } else {
            const bool fresh = coder_.learnt(fresh_commit_, commit == used);
            commit = fresh ? used : used - 1 - commit_.code(coder_, used - 1 - commit);
        }
        const bool same_part = coder_.learnt(same_part_, same && last && run.id.part == last->id.part);
        run.id.part = same_part && last ? last->id.part : clip16(part_.code(coder_, run.id.part));
        const std::uint32_t expected = last && same && same_part ? last->id.position + last->count : 0;
        run.id.position = clip16(expected + unzigzag(position_.code(coder_, zigzag(run.id.position - expected))));
        run.count = 1 + id_count_.code(coder_, run.count - 1);
    }

    void author_run(EventLog::AuthorRun& run, EditIndex last_first) {
        run.first = last_first + author_gap_.code(coder_, run.first - last_first);
        run.author = author_.code(coder_, run.author);
    }

    void chain(EditIndex& first, EditIndex last_first, std::uint32_t& base_count) {
        first = last_first + chain_gap_.code(coder_, first - last_first);
        base_count = base_count_.code(coder_, base_count);
    }
    // `below`: the base listed before, or the chain's first edit.
    void base(EditIndex& edit, EditIndex below) { edit = below - 1 - base_.code(coder_, below - 1 - edit); }

    void stroke(EventLog::Stroke& stroke) {
        stroke.begins = coder_.learnt(begins_[kind_], stroke.begins);
        const std::uint32_t wanted = kind_of(stroke);
        std::uint32_t kind = 1;
        for (unsigned i = 3; i-- > 0;) kind = kind << 1 | coder_.learnt(kind_bits_[kind_][kind], wanted >> i & 1);
        kind -= 8;
        auto& models = strokes_[kind < kinds ? kind : 0];
        const bool one = coder_.learnt(models.one[kind_], stroke.count == 1);
        stroke.count = one ? 1 : 2 + models.count.code(coder_, stroke.count - 2);
        stroke.backwards = kind == backspacing;
        if (kind == typing || kind == replacing) {
            const std::uint32_t more = stroke.inserted_bytes - stroke.inserted;
            stroke.inserted = 1 + models.inserted.code(coder_, stroke.inserted - 1);
            const bool plain = coder_.learnt(plain_, more == 0);
            stroke.inserted_bytes = stroke.inserted + (plain ? 0 : 1 + extra_bytes_.code(coder_, more - 1));
        } else {
            stroke.inserted = stroke.inserted_bytes = 0;
        }
        if (kind == erasing || kind == backspacing || kind == replacing)
            stroke.deleted = 1 + models.deleted.code(coder_, stroke.deleted - 1);
        else
            stroke.deleted = 0;
        // Where the caret was left; a backspace takes what is before it.
        const std::uint32_t expected = kind == backspacing ? caret_ - stroke.deleted : caret_;
        const bool stays = coder_.learnt(stays_[kind_][kind < kinds ? kind : 0], stroke.position == expected);
        if (stays)
            stroke.position = expected;
        else
            stroke.position = expected + unzigzag(models.jump.code(coder_, zigzag(stroke.position - expected)));
        caret_ = stroke.position;
        if (kind == backspacing) caret_ -= stroke.deleted * (stroke.count - 1);
        if (kind == typing || kind == replacing) caret_ += stroke.inserted * stroke.count;
        kind_ = kind < kinds ? kind : 0;
    }

  private:
    struct StrokeModels {
        std::array<LearntBit, kinds> one;
        LearntInteger count, inserted, deleted, jump;
    };

    static std::uint16_t clip16(std::uint32_t value) { return static_cast<std::uint16_t>(value); }

    Coder coder_;
    LearntInteger count_, commit_, part_, position_, id_count_, author_gap_, author_, chain_gap_, base_count_, base_;
    LearntBit same_commit_, fresh_commit_, same_part_, plain_;
    LearntInteger extra_bytes_;
    std::array<LearntBit, kinds> begins_;
    std::array<std::array<LearntBit, 8>, kinds> kind_bits_;
    std::array<std::array<LearntBit, kinds>, kinds> stays_;
    std::array<StrokeModels, kinds> strokes_;
    std::uint32_t kind_ = 0;
    std::uint32_t caret_ = 0;
};

bool is_sound(const EventLog::Stroke& stroke, EditIndex edits_left) {
    const std::uint64_t count = stroke.count;
    if (count == 0 || count > edits_left || stroke.position > max_text_length || stroke.deleted > max_text_length)
        return false;
    if (stroke.inserted > limits::insert_bytes || stroke.inserted_bytes < stroke.inserted ||
        stroke.inserted_bytes > limits::insert_bytes)
        return false;
    if (count > 1 && (!stroke.begins || (stroke.inserted > 0 && stroke.deleted > 0))) return false;
    if (stroke.backwards) return stroke.deleted * (count - 1) <= stroke.position;
    return stroke.position + stroke.inserted * count <= max_text_length;
}

// The history's columns, read and checked. Each returns false where they are not sound.
class HistoryDecoder {
  public:
    HistoryDecoder(ByteView history, EditIndex edits) : in_(history), edits_(edits) {}

    bool decode(EventLog::Columns& out) {
        return decode_authors(out) && decode_commits() && decode_blocks(out) && decode_columns(out);
    }

  private:
    bool decode_authors(EventLog::Columns& out) {
        for (auto left = in_.read_length(edits_); left > 0; --left) {
            const auto device = DeviceId::from(in_.take(DeviceId::size));
            const auto run = RunId::from(in_.take(RunId::size));
            if (!device || !run) return false;
            out.authors.push_back({*device, *run});
        }
        return !in_.failed();
    }

    bool decode_commits() {
        for (auto left = in_.read_length(edits_); left > 0; --left) {
            const auto commit = CommitId::from(in_.take(CommitId::size));
            if (!commit) return false;
            commits_.push_back(*commit);
        }
        return !in_.failed();
    }

    bool decode_blocks(EventLog::Columns& out) {
        std::vector<std::size_t> packed_sizes;
        std::uint64_t total = 0;
        std::vector<PackedText::Block> blocks;
        for (auto left = in_.read_length(64); left > 0; --left) {
            const auto size = static_cast<std::uint32_t>(in_.read_varint(with_copies | max_text_history));
            blocks.push_back({size & ~with_copies, (size & with_copies) != 0, {}});
            packed_sizes.push_back(in_.read_varint(in_.left()));
            total += blocks.back().size;
        }
        for (std::size_t b = 0; b < blocks.size(); ++b) {
            blocks[b].packed = copy_of(in_.take(packed_sizes[b]));
            // No text packs that well, and unpacking it would cost too much.
            if (blocks[b].size / 8'000 > packed_sizes[b]) return false;
        }
        if (in_.failed() || total > max_text_history) return false;
        out.inserted = PackedText(std::move(blocks));
        return true;
    }

    bool decode_columns(EventLog::Columns& out) {
        RangeDecoder coded(in_.take(in_.left()));
        Columns columns{IntegerDecoder(coded)};
        return decode_ids(out, columns, coded) && decode_author_runs(out, columns, coded) &&
               decode_graph(out, columns, coded) && decode_strokes(out, columns, coded) && coded.ended();
    }

    bool decode_ids(EventLog::Columns& out, Columns<IntegerDecoder>& columns, const RangeDecoder& coded) {
        std::uint32_t commit = 0;
        std::uint32_t used = 0;
        for (EditIndex next = 0; next < edits_; next += out.id_runs.back().count) {
            EventLog::IdRun run;
            const auto* last = out.id_runs.empty() ? nullptr : &out.id_runs.back();
            columns.id_run(run, last, commit, commit, used);
            if (coded.overrun() || commit > used || commit >= commits_.size()) return false;
            if (commit == used) ++used;
            run.id.commit = commits_[commit];
            run.first = next;
            if (run.count == 0 || run.count > edits_ - next || run.id.position + std::uint64_t{run.count} > 0x10000)
                return false;
            out.id_runs.push_back(run);
        }
        return used == commits_.size();
    }

    bool decode_author_runs(EventLog::Columns& out, Columns<IntegerDecoder>& columns, const RangeDecoder& coded) {
        for (auto left = columns.count(0); left > 0; --left) {
            EventLog::AuthorRun run;
            const bool first = out.author_runs.empty();
            const EditIndex before = first ? 0 : out.author_runs.back().first;
            columns.author_run(run, before);
            const bool ascends = first ? run.first == 0 : run.first > before;
            if (coded.overrun() || !ascends || run.first >= edits_ || run.author >= out.authors.size()) return false;
            out.author_runs.push_back(run);
        }
        return out.author_runs.empty() == (edits_ == 0);
    }

    bool decode_graph(EventLog::Columns& out, Columns<IntegerDecoder>& columns, const RangeDecoder& coded) {
        Version base;
        EditIndex first = 0;
        for (auto left = columns.count(0); left > 0; --left) {
            const EditIndex before = first;
            std::uint32_t base_count = 0;
            columns.chain(first, before, base_count);
            const bool ascends = out.graph.end() == 0 ? first == 0 : first > before;
            if (coded.overrun() || !ascends || first >= edits_ || base_count > first) return false;
            if (first > 0) out.graph.append_up_to(first);
            base.resize(base_count);
            EditIndex below = first;
            for (std::size_t i = base_count; i-- > 0; below = base[i]) {
                columns.base(base[i], below);
                if (coded.overrun() || below == 0 || base[i] >= below) return false;
            }
            out.graph.append(base);
        }
        if (edits_ > 0 && out.graph.end() == 0) return false;
        out.graph.append_up_to(edits_);
        return true;
    }

    bool decode_strokes(EventLog::Columns& out, Columns<IntegerDecoder>& columns, const RangeDecoder& coded) {
        EditIndex next = 0;
        std::uint64_t inserted = 0;
        std::uint64_t bytes = 0;
        for (auto left = columns.count(0); left > 0; --left) {
            EventLog::Stroke stroke;
            columns.stroke(stroke);
            if (coded.overrun() || !is_sound(stroke, stroke.begins ? edits_ - next : 1)) return false;
            if (!stroke.begins && (out.strokes.empty() || out.strokes.back().count > 1)) return false;
            stroke.first = stroke.begins ? next : next - 1;
            if (stroke.begins) next += stroke.count;
            stroke.text = static_cast<std::uint32_t>(bytes);
            inserted += std::uint64_t{stroke.inserted} * stroke.count;
            bytes += std::uint64_t{stroke.inserted_bytes} * stroke.count;
            if (inserted > max_text_history || bytes > out.inserted.size()) return false;
            out.strokes.push_back(stroke);
        }
        return next == edits_ && bytes == out.inserted.size();
    }

    Reader in_;
    EditIndex edits_;
    std::vector<CommitId> commits_;
};

}  // namespace

Bytes encode_history(const EventLog& log) {
    assert(log.first() == 0);
    const auto& from = log.columns();
    Writer out;
    out.write_varint(from.authors.size());
    for (const auto& author : from.authors) {
        append(out.bytes, author.device.view());
        append(out.bytes, author.run.view());
    }
    std::vector<CommitId> commits;
    std::vector<std::uint32_t> commit_of;  // by run of ids
    std::unordered_map<CommitId, std::uint32_t, IdHash> numbers;
    for (const auto& run : from.id_runs) {
        const auto [at, fresh] = numbers.try_emplace(run.id.commit, static_cast<std::uint32_t>(commits.size()));
        if (fresh) commits.push_back(run.id.commit);
        commit_of.push_back(at->second);
    }
    out.write_varint(commits.size());
    for (const auto& commit : commits) append(out.bytes, commit.view());
    out.write_varint(from.inserted.blocks().size());
    for (const auto& block : from.inserted.blocks()) {
        out.write_varint(block.copies ? block.size | with_copies : block.size);
        out.write_varint(block.packed.size());
    }
    for (const auto& block : from.inserted.blocks()) append(out.bytes, block.packed);

    RangeEncoder coded;
    Columns columns{IntegerEncoder(coded)};
    std::uint32_t last_commit = 0;
    std::uint32_t used = 0;
    for (std::size_t r = 0; r < from.id_runs.size(); ++r) {
        auto run = from.id_runs[r];
        auto commit = commit_of[r];
        columns.id_run(run, r == 0 ? nullptr : &from.id_runs[r - 1], commit, last_commit, used);
        used = std::max(used, commit + 1);
        last_commit = commit;
    }
    columns.count(static_cast<std::uint32_t>(from.author_runs.size()));
    EditIndex before = 0;
    for (auto run : from.author_runs) {
        columns.author_run(run, before);
        before = run.first;
    }
    columns.count(static_cast<std::uint32_t>(from.graph.chains().size()));
    before = 0;
    for (auto chain : from.graph.chains()) {
        columns.chain(chain.first, before, chain.base_count);
        const auto its_base = from.graph.base_of(chain.first);
        const std::span<const EditIndex> base = its_base;
        EditIndex below = chain.first;
        for (std::size_t i = base.size(); i-- > 0; below = base[i]) {
            EditIndex edit = base[i];
            columns.base(edit, below);
        }
        before = chain.first;
    }
    columns.count(static_cast<std::uint32_t>(from.strokes.size()));
    for (auto stroke : from.strokes) columns.stroke(stroke);
    append(out.bytes, coded.finish());
    return std::move(out.bytes);
}

Result<EventLog> decode_history(ByteView history, EditIndex edits) {
    EventLog::Columns columns{EventGraph(), {}, {}, {}, {}, {}};
    if (!HistoryDecoder(history, edits).decode(columns)) return malformed();
    return EventLog(std::move(columns));
}

Bytes encode_snapshot(const ShownText& shown, ByteView history) {
    Writer body;
    body.write_varint(shown.edits);
    body.write_varint(shown.inserted_bytes);
    body.write_varint(shown.heads.size());
    for (const auto& head : shown.heads) {
        body.write_varint(head.edit);
        write_ref(body, head.id);
    }
    body.write_varint(shown.hidden.size());
    for (const auto edit : shown.hidden) body.write_varint(edit);
    append(body.bytes, view_of(shown.text));

    Writer rest;
    rest.write_varint(body.bytes.size());
    append(rest.bytes, body.bytes);
    append(rest.bytes, history);

    Bytes out = copy_of(view_of(magic));
    append_be64(out, checksum_of(rest.bytes));
    append(out, rest.bytes);
    return out;
}

Result<Snapshot> decode_snapshot(ByteView bytes) {
    if (bytes.size() < magic.size() + checksum_bytes || text_of(bytes.first(magic.size())) != magic) return malformed();
    const auto rest = bytes.subspan(magic.size() + checksum_bytes);
    if (read_be64(bytes.subspan(magic.size())) != checksum_of(rest)) return malformed();

    Reader in(rest);
    Reader body(in.take(in.read_varint(in.left())));
    Snapshot out;
    const auto history = in.take(in.left());
    if (in.failed()) return malformed();
    out.history = history;
    out.shown.edits = static_cast<EditIndex>(body.read_varint(no_edit - 1));
    out.shown.inserted_bytes = static_cast<std::uint32_t>(body.read_varint(max_text_history));
    const auto ascends = [&](EditIndex edit, const auto& list, auto number) {
        return edit < out.shown.edits && (list.empty() || number(list.back()) < edit);
    };
    for (auto left = body.read_length(out.shown.edits); left > 0; --left) {
        const auto edit = static_cast<EditIndex>(body.read_varint(no_edit));
        if (!ascends(edit, out.shown.heads, [](const auto& head) { return head.edit; })) return malformed();
        out.shown.heads.push_back({edit, read_ref(body)});
    }
    for (auto left = body.read_length(out.shown.edits); left > 0; --left) {
        const auto edit = static_cast<EditIndex>(body.read_varint(no_edit));
        if (!ascends(edit, out.shown.hidden, [](EditIndex one) { return one; })) return malformed();
        out.shown.hidden.push_back(edit);
    }
    const auto text = body.take(body.left());
    if (body.failed() || out.shown.heads.empty() != (out.shown.edits == 0)) return malformed();
    out.shown.text = {reinterpret_cast<const char*>(text.data()), text.size()};
    return out;
}

}  // namespace staffroom
