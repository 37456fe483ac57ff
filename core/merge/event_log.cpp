#include "core/merge/event_log.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <tuple>

#include "core/utf8.h"

namespace staffroom {
namespace {

constexpr std::uint32_t block = 64;
constexpr std::uint32_t vacant = 0xFFFFFFFF;

// Word by word: most edits are by the author and of the commit of the one before, and a call costs more than the rest.
template <class I>
bool same(const I& a, const I& b) {
    static_assert(I::size % 8 == 0);
    std::uint64_t differ = 0;
    for (std::size_t at = 0; at < I::size; at += 8) {
        std::uint64_t x;
        std::uint64_t y;
        std::memcpy(&x, a.bytes.data() + at, 8);
        std::memcpy(&y, b.bytes.data() + at, 8);
        differ |= x ^ y;
    }
    return differ == 0;
}
bool same(const TextAuthor& a, const TextAuthor& b) { return same(a.device, b.device) && same(a.run, b.run); }

std::size_t slot_hash(const OpRef& id) {
    std::uint64_t h = IdHash{}(id.commit);
    h ^= (std::uint64_t{id.part} << 32 | id.position / block) * 0x9E3779B97F4A7C15;
    h *= 0xD6E8FEB86659FD93;
    return static_cast<std::size_t>(h ^ h >> 32);
}

template <class Run>
const Run& run_of(const std::vector<Run>& runs, EditIndex edit) {
    if (runs.back().first <= edit) return runs.back();
    const auto after =
        std::upper_bound(runs.begin(), runs.end(), edit, [](EditIndex e, const Run& run) { return e < run.first; });
    return *std::prev(after);
}

}  // namespace

EventLog::EventLog(Columns columns) : columns_(std::move(columns)) {
    for (std::size_t a = 0; a < columns_.authors.size(); ++a)
        author_numbers_.emplace(columns_.authors[a], static_cast<std::uint32_t>(a));
    std::size_t slots = 16;
    for (const auto& run : columns_.id_runs) slots += 2 * (run.count / block + 2);
    fill_table(std::bit_ceil(slots));
}

EditIndex EventLog::append(const OpRef& id, const TextAuthor& author, std::span<const EditIndex> base,
                           std::span<const TextChange> changes) {
    const auto edit = columns_.graph.append(base);
    append_id(id, edit);
    append_author(author, edit);
    if (changes.empty()) append_change(edit, true, true, {});
    bool begins = true;
    for (const auto& change : changes) {
        append_change(edit, changes.size() == 1, begins, change);
        begins = false;
    }
    return edit;
}

void EventLog::append_change(EditIndex edit, bool alone, bool begins, const TextChange& change) {
    const auto bytes = static_cast<std::uint32_t>(change.inserted.size());
    const auto count = bytes == 1 ? 1 : static_cast<std::uint32_t>(scalar_count(change.inserted));
    const auto deleted = change.deleted;
    const auto text = columns_.inserted.append(change.inserted);
    auto& strokes = columns_.strokes;
    if (alone && !strokes.empty()) {
        Stroke& last = strokes.back();
        const bool alike = last.begins && last.first + last.count == edit && last.deleted == deleted &&
                           last.inserted == count && last.inserted_bytes == bytes && (deleted == 0 || count == 0);
        const auto up = last.position + std::uint64_t{count} * last.count;
        if (alike && !last.backwards && change.position == up) {
            ++last.count;
            return;
        }
        const auto down = change.position + std::uint64_t{deleted} * last.count;
        if (alike && (last.backwards || last.count == 1) && deleted > 0 && down == last.position) {
            last.backwards = true;
            ++last.count;
            return;
        }
    }
    strokes.push_back({edit, 1, change.position, deleted, count, bytes, text, false, begins});
}

EventLog::Change EventLog::change_in(const Stroke& stroke, std::uint32_t nth) {
    const std::uint32_t moved = stroke.backwards ? 0U - nth * stroke.deleted : nth * stroke.inserted;
    return {stroke.position + moved, stroke.deleted, stroke.inserted, stroke.text + nth * stroke.inserted_bytes,
            stroke.inserted_bytes};
}

std::vector<TextChange> EventLog::changes_of(EditIndex edit) const {
    std::vector<TextChange> changes;
    each_change(edit, [&](const Change& change) {
        if (change.deleted > 0 || change.inserted > 0)
            changes.push_back({change.position, change.deleted, std::string(text_of(change))});
    });
    return changes;
}

// The first stroke of the edit.
std::size_t EventLog::stroke_of(EditIndex edit) const {
    const auto holds = [&](std::size_t s) {
        return s < columns_.strokes.size() && columns_.strokes[s].begins && columns_.strokes[s].first <= edit &&
               edit - columns_.strokes[s].first < columns_.strokes[s].count;
    };
    if (holds(last_stroke_)) return last_stroke_;
    if (holds(last_stroke_ + 1)) return ++last_stroke_;
    const auto after = std::upper_bound(columns_.strokes.begin(), columns_.strokes.end(), edit,
                                        [](EditIndex e, const Stroke& stroke) { return e < stroke.first; });
    auto at = static_cast<std::size_t>(after - columns_.strokes.begin()) - 1;
    while (!columns_.strokes[at].begins) --at;
    assert(holds(at));
    return last_stroke_ = at;
}

TextEdit EventLog::edit_of(EditIndex edit) const {
    TextEdit out{id_of(edit), author_of(edit), {}, changes_of(edit)};
    const auto base = graph().base_of(edit);
    for (const auto one : std::span<const EditIndex>(base)) out.base.push_back(id_of(one));
    std::sort(out.base.begin(), out.base.end());
    return out;
}

void EventLog::append_author(const TextAuthor& author, EditIndex edit) {
    if (!columns_.author_runs.empty() && same(columns_.authors[columns_.author_runs.back().author], author)) return;
    const auto [at, fresh] = author_numbers_.try_emplace(author, static_cast<std::uint32_t>(columns_.authors.size()));
    if (fresh) columns_.authors.push_back(author);
    columns_.author_runs.push_back({edit, at->second});
}

const TextAuthor& EventLog::author_of(EditIndex edit) const {
    return columns_.authors[run_of(columns_.author_runs, edit).author];
}

OpRef EventLog::id_of(EditIndex edit) const {
    const IdRun& run = run_of(columns_.id_runs, edit);
    OpRef id = run.id;
    id.position = static_cast<std::uint16_t>(id.position + (edit - run.first));
    return id;
}

bool EventLog::stands_first(EditIndex a, EditIndex b) const {
    const auto author_a = run_of(columns_.author_runs, a).author;
    const auto author_b = run_of(columns_.author_runs, b).author;
    if (author_a != author_b) return columns_.authors[author_a] < columns_.authors[author_b];
    return id_of(a) < id_of(b);
}

void EventLog::append_id(const OpRef& id, EditIndex edit) {
    if (!columns_.id_runs.empty()) {
        IdRun& last = columns_.id_runs.back();
        const bool next =
            last.id.position + last.count == id.position && last.id.part == id.part && same(last.id.commit, id.commit);
        if (next) {
            ++last.count;
            if (id.position % block == 0) remember(id, static_cast<std::uint32_t>(columns_.id_runs.size() - 1));
            return;
        }
    }
    columns_.id_runs.push_back({id, edit, 1});
    remember(id, static_cast<std::uint32_t>(columns_.id_runs.size() - 1));
}

void EventLog::remember(const OpRef& id, std::uint32_t run) {
    if ((table_used_ + 1) * 2 > table_.size()) return fill_table(std::max<std::size_t>(16, table_.size() * 2));
    auto slot = slot_hash(id) & (table_.size() - 1);
    while (table_[slot] != vacant) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = run;
    ++table_used_;
}

void EventLog::fill_table(std::size_t slots) {
    table_.assign(slots, vacant);
    table_used_ = 0;
    for (std::size_t r = 0; r < columns_.id_runs.size(); ++r) {
        OpRef id = columns_.id_runs[r].id;
        const std::uint32_t end = id.position + columns_.id_runs[r].count;
        for (std::uint32_t p = id.position; p < end; p = (p / block + 1) * block) {
            id.position = static_cast<std::uint16_t>(p);
            remember(id, static_cast<std::uint32_t>(r));
        }
    }
}

std::optional<EditIndex> EventLog::find(const OpRef& id) const {
    if (table_.empty()) return std::nullopt;
    for (auto slot = slot_hash(id) & (table_.size() - 1); table_[slot] != vacant;
         slot = (slot + 1) & (table_.size() - 1)) {
        const IdRun& run = columns_.id_runs[table_[slot]];
        if (id.position >= run.id.position && std::uint32_t{id.position} - run.id.position < run.count &&
            run.id.part == id.part && same(run.id.commit, id.commit))
            return run.first + (id.position - run.id.position);
    }
    return std::nullopt;
}

}  // namespace staffroom
