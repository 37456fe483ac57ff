#include "core/merge/text.h"

#include <algorithm>
#include <cassert>
#include <deque>
#include <unordered_map>

#include "core/limits.h"
#include "core/merge/branch.h"
#include "core/merge/text_codec.h"
#include "core/merge/translate.h"
#include "core/utf8.h"

namespace staffroom {
namespace {

struct RefHash {
    std::size_t operator()(const OpRef& ref) const {
        return IdHash{}(ref.commit) ^ (std::size_t{ref.part} << 16 | ref.position) * 0x9E3779B97F4A7C15;
    }
};

struct Waiting {
    TextEdit edit;
    bool visible = true;
};

Error history_damaged() {
    return {Code::malformed, "The stored history of this text is damaged.", "Run: staffroom repair --rebuild"};
}
Error unknown_edit() {
    return {Code::not_found, "This version of the text is not on this computer yet.", "Sync, then try again."};
}

Result<> check_draft(std::span<const TextChange> changes, std::uint32_t length) {
    for (const auto& change : changes) {
        if (!is_insertable(change.inserted)) {
            return {Code::malformed, "This text holds characters that cannot be kept, or is too long for one step.",
                    "Paste it in smaller pieces, as plain text."};
        }
    }
    if (!is_applicable(changes, length))
        return {Code::refused, "This place is outside the text.", "Open the text again and repeat the change."};
    return Done{};
}

}  // namespace

struct Text::State {
    // The log's edits begin at first(): what lies before is in `frozen` alone, until something needs it.
    EventLog log;
    Bytes frozen;
    TextBranch branch;
    Hidden hidden;
    std::vector<ShownText::Head> heads;  // of the branch, with ids; ascending
    std::uint32_t inserted_bytes = 0;    // by all edits
    EditIndex saved = 0;                 // edits in the last snapshot
    std::unordered_map<OpRef, Waiting, RefHash> waiting;
    std::unordered_map<OpRef, std::vector<OpRef>, RefHash> waiting_for;

    bool is_frozen() const { return log.first() > 0; }
    bool damaged = false;
    bool thaw();  // false: damaged
    std::optional<EditIndex> find(const OpRef& id);
    std::optional<Version> base_of(std::span<const OpRef> refs, OpRef* missing);
    Taken take(const TextEdit& edit, const Version& base, bool visible, std::vector<TextChange>* shown);
    void take_waiting(const OpRef& arrived, std::vector<TextChange>* shown);
    void append(const OpRef& id, const TextAuthor& author, std::span<const EditIndex> base,
                std::span<const TextChange> changes, bool visible, std::vector<TextChange>* shown);
    bool fits(std::span<const TextChange> changes, std::uint32_t length) const;
    void note_heads(const OpRef& id);
    void rebuild();
    std::vector<TextDraft> drafts_of(std::vector<TranslatedEdit> edits) const;
};

Text::Text() : state_(std::make_unique<State>()) {}
Text::Text(Text&&) noexcept = default;
Text& Text::operator=(Text&&) noexcept = default;
Text::~Text() = default;

// --- taking edits

bool Text::State::thaw() {
    if (!is_frozen()) return true;
    if (damaged) return false;
    auto whole = decode_history(frozen, log.first());
    damaged = !whole.ok();
    if (damaged) return false;
    for (EditIndex edit = log.first(); edit < log.end(); ++edit) {
        const auto base = log.graph().base_of(edit);
        whole->append(log.id_of(edit), log.author_of(edit), base, log.changes_of(edit));
    }
    log = std::move(*whole);
    frozen = {};
    branch.set_settled(Settled(log.graph().settled()));
    return true;
}

std::optional<EditIndex> Text::State::find(const OpRef& id) {
    for (const auto& head : heads)
        if (head.id == id) return head.edit;
    if (const auto here = log.find(id)) return here;
    if (!is_frozen() || !thaw()) return std::nullopt;
    return log.find(id);
}

std::optional<Version> Text::State::base_of(std::span<const OpRef> refs, OpRef* missing) {
    Version base;
    for (const auto& ref : refs) {
        const auto edit = find(ref);
        if (!edit) {
            *missing = ref;
            return std::nullopt;
        }
        base.push_back(*edit);
    }
    std::sort(base.begin(), base.end());
    base.erase(std::unique(base.begin(), base.end()), base.end());
    return base;
}

Text::Taken Text::add(const TextEdit& edit, bool visible, std::vector<TextChange>* shown) {
    State& state = *state_;
    if (state.waiting.contains(edit.id)) return Taken::duplicate;
    OpRef missing;
    const auto base = state.base_of(edit.base, &missing);
    // What is built on all there is cannot be here already, so its id need not be looked for in a frozen history.
    const bool is_new = base && state.branch.covers(*base);
    if (!is_new && state.find(edit.id)) return Taken::duplicate;
    if (state.damaged) return Taken::damaged;
    if (!base) {
        state.waiting_for[missing].push_back(edit.id);
        state.waiting.emplace(edit.id, Waiting{edit, visible});
        return Taken::waiting;
    }
    const auto taken = state.take(edit, *base, visible, shown);
    if (!state.waiting.empty()) state.take_waiting(edit.id, shown);
    return taken;
}

Text::Taken Text::State::take(const TextEdit& edit, const Version& base, bool visible, std::vector<TextChange>* shown) {
    if ((!visible || hidden.any() || !branch.covers(base)) && !thaw()) return Taken::damaged;
    if (!visible) hidden.set(log.end(), true);
    const EditRange applied[] = {{log.first(), log.end()}};
    const auto length = branch.length_at(log, base, applied, hidden);
    const bool counts = edit.base.size() <= limits::heads_count && fits(edit.changes, length);
    append(edit.id, edit.author, base, counts ? std::span(edit.changes) : std::span<const TextChange>(), visible,
           shown);
    return counts ? Taken::added : Taken::ignored;
}

bool Text::State::fits(std::span<const TextChange> changes, std::uint32_t length) const {
    std::uint64_t bytes = inserted_bytes;
    for (const auto& change : changes) bytes += change.inserted.size();
    return bytes <= max_text_history && is_applicable(changes, length);
}

void Text::State::append(const OpRef& id, const TextAuthor& author, std::span<const EditIndex> base,
                         std::span<const TextChange> changes, bool visible, std::vector<TextChange>* shown) {
    const auto edit = log.append(id, author, base, changes);
    for (const auto& change : changes) inserted_bytes += static_cast<std::uint32_t>(change.inserted.size());
    branch.begin(edit, base, !visible);
    for (const auto& change : changes)
        branch.change(change.position, change.deleted, static_cast<std::uint32_t>(scalar_count(change.inserted)),
                      change.inserted, shown);
    note_heads(id);
}

// The newest edit is a head, and those of the old heads that the branch still has.
void Text::State::note_heads(const OpRef& id) {
    const auto& now = branch.heads();
    if (now.size() == 1 && heads.size() == 1) {
        heads[0] = {now[0], id};
        return;
    }
    std::erase_if(heads, [&](const auto& head) { return !std::binary_search(now.begin(), now.end(), head.edit); });
    heads.push_back({now.back(), id});
}

void Text::State::take_waiting(const OpRef& arrived, std::vector<TextChange>* shown) {
    std::deque<OpRef> ready{arrived};
    for (; !ready.empty(); ready.pop_front()) {
        auto node = waiting_for.extract(ready.front());
        if (node.empty()) continue;
        for (const auto& id : node.mapped()) {
            const auto at = waiting.find(id);
            OpRef missing;
            const auto base = base_of(at->second.edit.base, &missing);
            if (!base) {
                waiting_for[missing].push_back(id);
                continue;
            }
            const Waiting one = std::move(at->second);
            waiting.erase(at);
            take(one.edit, *base, one.visible, shown);
            ready.push_back(id);
        }
    }
}

Text::Taken Text::write(const OpRef& id, const TextAuthor& author, std::span<const TextChange> changes) {
    State& state = *state_;
    const bool plain = !state.hidden.any() && state.heads.size() <= limits::heads_count && state.waiting.empty();
    if (!plain) return add({id, author, version(), {changes.begin(), changes.end()}});
    const bool counts = state.fits(changes, state.branch.rope().length());
    if (!counts) changes = {};
    const auto edit = state.log.append(id, author, state.branch.heads(), changes);
    state.branch.begin_next(edit);
    for (const auto& change : changes) {
        state.inserted_bytes += static_cast<std::uint32_t>(change.inserted.size());
        state.branch.change(change.position, change.deleted, 0, change.inserted, nullptr);
    }
    state.note_heads(id);
    return counts ? Taken::added : Taken::ignored;
}

void Text::set_visible(std::span<const OpRef> edits, bool visible) {
    State& state = *state_;
    bool changed = false;
    for (const auto& id : edits) {
        if (const auto at = state.waiting.find(id); at != state.waiting.end()) {
            at->second.visible = visible;
        } else if (const auto edit = state.find(id); edit && state.hidden.holds(*edit) == visible) {
            state.hidden.set(*edit, !visible);
            changed = true;
        }
    }
    if (changed) state.rebuild();
}

void Text::State::rebuild() {
    if (!thaw()) return;
    const EditRange all[] = {{0, log.end()}};
    branch = TextBranch::replay(log, all, hidden);
}

std::vector<TextDraft> Text::State::drafts_of(std::vector<TranslatedEdit> edits) const {
    std::vector<TextDraft> drafts;
    for (auto& [base, changes] : edits) {
        drafts.push_back({{}, std::move(changes)});
        for (const auto edit : base) drafts.back().base.push_back(log.id_of(edit));
        std::sort(drafts.back().base.begin(), drafts.back().base.end());
    }
    return drafts;
}

Result<std::vector<TextDraft>> Text::draft(std::span<const TextChange> changes) const {
    State& state = *state_;
    if (auto fits = check_draft(changes, length()); !fits) return fits.error();
    if (!state.hidden.any() && state.heads.size() <= limits::heads_count)
        return std::vector{TextDraft{version(), {changes.begin(), changes.end()}}};
    if (!state.thaw()) return history_damaged();
    return state.drafts_of(translate(state.log, state.hidden, state.branch.heads(), length(), changes));
}

Result<std::vector<TextDraft>> Text::draft(std::span<const TextChange> changes, std::span<const OpRef> version) const {
    State& state = *state_;
    if (std::ranges::equal(version, this->version())) return draft(changes);
    if (!state.thaw()) return history_damaged();
    OpRef missing;
    const auto base = state.base_of(version, &missing);
    if (!base) return unknown_edit();
    const auto edits = state.log.graph().edits_of(*base);
    const auto length = TextBranch::replay(state.log, edits, state.hidden).rope().length();
    if (auto fits = check_draft(changes, length); !fits) return fits.error();
    if (!state.hidden.any() && base->size() <= limits::heads_count)
        return state.drafts_of({{*base, {changes.begin(), changes.end()}}});
    // To one who looks at a version, what is not in it is hidden.
    Hidden unseen = state.hidden;
    EditIndex next = 0;
    const auto hide_up_to = [&](EditIndex end) {
        for (; next < end; ++next) unseen.set(next, true);
    };
    for (const auto& range : edits) {
        hide_up_to(range.begin);
        next = range.end;
    }
    hide_up_to(state.log.end());
    return state.drafts_of(translate(state.log, unseen, state.branch.heads(), length, changes));
}

// --- the shown text

std::string Text::text() const {
    std::string out;
    state_->branch.rope().append_to(out);
    return out;
}
std::uint32_t Text::length() const { return state_->branch.rope().length(); }
std::uint32_t Text::utf16_length() const { return state_->branch.rope().utf16_length(); }
std::uint32_t Text::to_utf16(std::uint32_t position) const { return state_->branch.rope().to_utf16(position); }
std::uint32_t Text::from_utf16(std::uint32_t units) const { return state_->branch.rope().from_utf16(units); }

std::string Text::slice(std::uint32_t position, std::uint32_t count) const {
    position = std::min(position, length());
    return state_->branch.rope().slice(position, std::min(count, length() - position));
}

std::vector<OpRef> Text::version() const {
    std::vector<OpRef> ids;
    for (const auto& head : state_->heads) ids.push_back(head.id);
    std::sort(ids.begin(), ids.end());
    return ids;
}

bool Text::has(const OpRef& edit) const { return !state_->waiting.contains(edit) && state_->find(edit).has_value(); }
std::size_t Text::edits() const { return state_->log.end(); }
std::size_t Text::waiting() const { return state_->waiting.size(); }
bool Text::damaged() const { return state_->damaged; }

// --- history

Result<std::string> Text::text_at(std::span<const OpRef> version) const {
    State& state = *state_;
    if (!state.thaw()) return history_damaged();
    OpRef missing;
    const auto base = state.base_of(version, &missing);
    if (!base) return unknown_edit();
    const auto edits = state.log.graph().edits_of(*base);
    std::string out;
    TextBranch::replay(state.log, edits, state.hidden).rope().append_to(out);
    return out;
}

std::vector<TextHistoryRow> Text::history() const {
    State& state = *state_;
    std::vector<TextHistoryRow> rows;
    if (!state.thaw()) return rows;
    rows.reserve(edits());
    for (EditIndex edit = 0; edit < state.log.end(); ++edit) {
        rows.push_back({state.log.id_of(edit), state.log.author_of(edit), 0, 0, state.hidden.holds(edit)});
        state.log.each_change(edit, [&](const EventLog::Change& change) {
            rows.back().inserted += change.inserted;
            rows.back().deleted += change.deleted;
        });
    }
    return rows;
}

Result<TextEdit> Text::edit(const OpRef& id) const {
    if (!state_->thaw()) return history_damaged();
    const auto edit = state_->find(id);
    if (!edit) return unknown_edit();
    return state_->log.edit_of(*edit);
}

std::vector<TextSpan> Text::blame() const {
    State& state = *state_;
    std::vector<TextSpan> spans;
    if (!state.thaw()) return spans;
    const auto walker = TextBranch::walk(state.log, state.hidden);
    walker->each_shown([&](Walker::Char begin, std::uint32_t length) {
        while (length > 0) {
            const auto edit = walker->edit_of(begin);
            const auto nth = begin - walker->char_of(edit, 0);
            const auto part = std::min(length, walker->chars_of(edit) - nth);
            spans.push_back({state.log.id_of(edit), state.log.author_of(edit), nth, part});
            begin += part;
            length -= part;
        }
    });
    return spans;
}

Result<std::uint32_t> Text::position_of(const TextAnchor& anchor) const {
    State& state = *state_;
    if (!state.thaw()) return history_damaged();
    const auto edit = state.find(anchor.edit);
    if (!edit) return unknown_edit();
    const auto walker = TextBranch::walk(state.log, state.hidden);
    if (anchor.nth >= walker->chars_of(*edit)) return unknown_edit();
    const auto place = walker->shown_place(walker->char_of(*edit, anchor.nth));
    return place.position + (place.there && anchor.side == TextAnchor::Side::after ? 1 : 0);
}

Result<TextAnchor> Text::anchor_at(std::uint32_t position, TextAnchor::Side side) const {
    State& state = *state_;
    const bool after = side == TextAnchor::Side::after;
    if (position > length() || position == (after ? 0 : length()))
        return Error{Code::refused, "There is no character at this place of the text.", "Choose a place in the text."};
    if (!state.thaw()) return history_damaged();
    const auto walker = TextBranch::walk(state.log, state.hidden);
    const auto c = walker->shown_char(after ? position - 1 : position);
    const auto edit = walker->edit_of(c);
    return TextAnchor{state.log.id_of(edit), c - walker->char_of(edit, 0), side};
}

// --- storing

Bytes Text::save() {
    State& state = *state_;
    if (state.damaged) return {};
    if (!state.is_frozen() || state.log.end() > state.log.first()) {
        if (!state.thaw()) return {};
        state.log.pack();
        state.frozen = encode_history(state.log);
        state.frozen.shrink_to_fit();
    }
    std::string shown = text();
    ShownText form{state.log.end(), state.inserted_bytes, state.heads, {}, shown};
    for (EditIndex edit = 0; edit < state.hidden.marks().size(); ++edit)
        if (state.hidden.holds(edit)) form.hidden.push_back(edit);
    Bytes snapshot = encode_snapshot(form, state.frozen);
    state.saved = state.log.end();
    state.branch.compact(shown);
    state.branch.forget_walker();
    if (state.branch.at_rest())
        state.log = EventLog(state.log.end());
    else
        state.frozen = {};
    return snapshot;
}

bool Text::worth_saving() const { return state_->log.end() - state_->saved >= 64 + state_->saved / 4; }

Result<Text> Text::load(ByteView snapshot) {
    const auto read = decode_snapshot(snapshot);
    if (!read.ok()) return read.error();
    const ShownText& shown = read->shown;
    Text out;
    State& state = *out.state_;
    state.log = EventLog(shown.edits);
    state.frozen = copy_of(read->history);
    Version heads;
    for (const auto& head : shown.heads) heads.push_back(head.edit);
    state.branch.assign(shown.text, heads);
    state.heads = shown.heads;
    state.inserted_bytes = shown.inserted_bytes;
    state.saved = shown.edits;
    for (const auto edit : shown.hidden) state.hidden.set(edit, true);
    return out;
}

}  // namespace staffroom
