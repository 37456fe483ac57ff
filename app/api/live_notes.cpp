#include "app/api/live_notes.h"

#include <algorithm>
#include <boost/json.hpp>

#include "app/api/change_set.h"
#include "app/api/note_text.h"
#include "app/api/pending_changes.h"
#include "app/home.h"
#include "app/network.h"
#include "core/merge/difference.h"
#include "core/records/input.h"
#include "core/utf8.h"

namespace staffroom::api {
namespace {

constexpr const char* by_colleagues = "staffroom";  // whose updates the authority's own are
constexpr std::size_t client_bytes_max = 64;

Error session_over() {
    return {Code::not_found, "This note is not open here any more.", "Open it again. What was saved is in it."};
}

Error no_update() { return {Code::malformed, "This is no change of a note.", "Open the note again."}; }

template <class Updates>
boost::json::array json_of_updates(const Updates& updates, std::size_t from) {
    boost::json::array list;
    for (auto i = from; i < updates.size(); ++i) {
        list.push_back(Json{{"clientID", updates[i].client}, {"changes", updates[i].changes}});
    }
    return list;
}

// About, as an update keeps them.
std::size_t bytes_of_changes(const std::vector<TextChange>& changes) {
    std::size_t bytes = 64;
    for (const auto& change : changes) bytes += change.inserted.size() + 32;
    return bytes;
}

// When the bucket holds a commit again, after one was taken from it: also one that it did not hold, since a colleague's
// words have come, but no more than one.
std::uint64_t next_commit(std::uint64_t next, std::uint64_t now) {
    constexpr auto full_ms = (commits_at_once - 1) * commit_every_ms;
    return std::min(std::max(next + full_ms, now) - full_ms, now) + commit_every_ms;
}

}  // namespace

Reply LiveNotes::open(Desk& desk, const Json& args, std::uint64_t now) {
    const auto found = find_note(desk, args);
    if (!found) return found.error();
    const auto& state = found->found.state;
    auto at = std::find_if(open_.begin(), open_.end(), [&](const auto& each) { return each.second.note == state.id; });
    if (at == open_.end()) {
        if (!make_room()) return {Code::busy, "Too many notes are open.", "Close some of them."};
        Open fresh;
        fresh.group = found->found.group;
        fresh.note = state.id;
        fresh.text = fresh.base = found->text.text();
        fresh.version = found->text.version();
        at = open_.emplace(to_base32(random_id<Nonce16>().view()), std::move(fresh)).first;
    }
    auto& note = at->second;
    note.asked_ms = now;
    const auto right = check_right(state, actor_in(desk, note.group), note_body);
    return Json{{"note", to_text(note.note)}, {"title", title_of(state)}, {"session", at->first},
                {"version", note.number()},   {"saved", note.saved},      {"text", note.text},
                {"writable", right.ok()}};
}

Result<LiveNotes::Open*> LiveNotes::find(const Json& args, std::uint64_t now) {
    const auto found = open_.find(text_arg(args, "session"));
    if (found == open_.end()) return session_over();
    found->second.asked_ms = now;
    return &found->second;
}

Reply LiveNotes::push(Desk& desk, const Json& args, std::uint64_t now) {
    const auto found = find(args, now);
    if (!found) return found.error();
    auto& note = **found;
    const auto version = bounded_arg(args, "version", 0, {0, note.number()});
    const auto* list = args.if_contains("updates");
    if (!version || list == nullptr || !list->is_array() || list->get_array().size() > updates_at_once_max)
        return no_update();
    if (*version < note.first) return session_over();
    if (*version < note.number()) {
        return Json{{"accepted", false},
                    {"version", note.number()},
                    {"updates", json_of_updates(note.updates, static_cast<std::size_t>(*version - note.first))}};
    }
    const auto state = desk.home.replica().record(note.group, note.note);
    if (!state) return session_over();
    if (const auto right = check_right(*state, actor_in(desk, note.group), note_body); !right) return right.error();
    // All of them or none: a tab that is refused knows where it stands.
    auto text = note.text;
    std::vector<Update> updates;
    std::vector<TextChange> typed;
    for (const auto& each : list->get_array()) {
        const auto* object = each.if_object();
        const auto client = object ? text_arg(*object, "clientID") : std::string();
        const auto* change_set = object ? object->if_contains("changes") : nullptr;
        if (change_set == nullptr || client.empty() || client.size() > client_bytes_max) return no_update();
        auto changes = changes_from(*change_set, text);
        if (!changes) return changes.error();
        text = applied(std::move(text), *changes);
        updates.push_back({client, *change_set, bytes_of_changes(*changes)});
        typed.insert(typed.end(), std::make_move_iterator(changes->begin()), std::make_move_iterator(changes->end()));
    }
    if (text.size() > max_text_length) return {Code::too_large, "This note is too long.", "Begin another one."};
    const bool had_none = note.pending.empty();
    for (auto& change : typed) add_pending(note.pending, std::move(change));
    note.text = std::move(text);
    if (updates.empty()) return Json{{"accepted", true}, {"version", note.number()}};
    const auto session = text_arg(args, "session");
    if (had_none) note.pending_ms = now;
    note.typed_ms = now;
    take(session, note, std::move(updates));
    const auto accepted = note.number();
    // What no note holds (U+0000, U+000D) is taken as it came, so that the tab is not stuck, and out again.
    if (auto clean = clean_text(note.text); clean != note.text) {
        correct(session, note, std::move(clean));
        note.pending = difference(note.base, note.text);
    }
    return Json{{"accepted", true}, {"version", accepted}};
}

Reply LiveNotes::pull(const Json& args, std::uint64_t now) {
    const auto found = find(args, now);
    if (!found) return found.error();
    const auto& note = **found;
    const auto version = bounded_arg(args, "version", 0, {0, note.number()});
    if (!version) return no_update();
    if (*version < note.first) return session_over();
    return Json{{"version", note.number()},
                {"saved", note.saved},
                {"updates", json_of_updates(note.updates, static_cast<std::size_t>(*version - note.first))}};
}

void LiveNotes::take(const std::string& session, Open& note, std::vector<Update> updates) {
    events_.tell({{"kind", "note"},
                  {"note", to_text(note.note)},
                  {"session", session},
                  {"version", note.number()},
                  {"updates", json_of_updates(updates, 0)}});
    for (auto& each : updates) {
        note.places.shift(each.changes);
        note.bytes += each.bytes;
        note.updates.push_back(std::move(each));
    }
    while (note.updates.size() > updates_kept_max || (note.bytes > updates_bytes_max && note.updates.size() > 1)) {
        note.bytes -= note.updates.front().bytes;
        note.updates.pop_front();
        ++note.first;
    }
}

std::uint64_t LiveNotes::Open::due_ms() const {
    if (pending.empty()) return ~std::uint64_t{0};
    const auto due = in_haste              ? 0
                     : places.is_watched() ? std::max(pending_ms, next_ms)
                                           : std::min(typed_ms + pause_ms, pending_ms + commit_after_ms);
    return std::max(due, again_ms);
}

void LiveNotes::placed(const TabPlace& place) {
    for (auto& [session, note] : open_) {
        if (to_text(note.note) != place.note) continue;
        if (place.is_gone) {
            note.places.take_away(place.client);
            note.in_haste = note.in_haste || (!note.places.has_tabs() && !note.pending.empty());
        } else if (session == place.session && place.version >= note.first && place.version <= note.number()) {
            auto head = place.head;
            for (auto at = place.version - note.first; at < note.updates.size(); ++at)
                head = place_after(note.updates[static_cast<std::size_t>(at)].changes, head);
            note.places.put(place.client, head);
        }
    }
}

void LiveNotes::heard(const DeviceId& from, const std::string& name, const GroupId& group, const Presence& presence,
                      std::uint64_t now) {
    for (auto& [session, note] : open_) {
        if (note.group == group && note.note == presence.note) note.places.heard(from, name, presence, now);
    }
}

void LiveNotes::tend_places(Desk& desk, Open& note, std::uint64_t now) {
    const auto tell = [&](std::vector<Json> events) {
        for (auto& event : events) {
            event["kind"] = "presence";
            event["note"] = to_text(note.note);
            event["version"] = note.number();
            events_.tell(event);
        }
    };
    tell(note.places.take_gone(now));
    const bool tells = note.pending.empty() && note.places.has_to_tell(now), shows = note.places.has_to_show(now);
    if (!tells && !shows) return;
    const auto text = desk.home.replica().text(note.group, note.note, note_body);
    if (!text) return note.places.put_off(now);
    if (shows) tell(note.places.show(*text, note.pending, note.text, now));
    if (!tells) return;
    auto told = note.places.tell(*text, now);
    desk.network.tell_presence(note.group, {note.note, std::move(told.tabs)}, [&](const DeviceId& device) {
        return told.to_all || note.places.is_watched_by(device);
    });
}

void LiveNotes::touched(const std::set<RecordId>& records) {
    for (auto& [session, note] : open_) note.is_touched = note.is_touched || records.contains(note.note);
}

// One commit's worth of what is pending, which stays so until its transaction has returned.
Result<> LiveNotes::write_some(Desk& desk, const std::string& session, Open& note) {
    if (note.pending.empty()) return Done{};
    auto state = desk.home.replica().record(note.group, note.note);
    const auto text = desk.home.replica().text(note.group, note.note, note_body);
    if (!state) return session_over();
    if (!text) return text.error();
    // Edits may have been hidden since, with somebody's right to have made them: then the places are others.
    const auto then = text->version() == note.version ? Result<std::string>(text->text()) : text->text_at(note.version);
    if (!then) return then.error();
    if (*then != note.base) {
        note.pending = rebased(note.pending, note.base, *then);
        note.base = *then;
        correct(session, note, applied(note.base, note.pending));
    }
    auto rest = note.pending;
    const auto batch = take_batch(rest);
    if (batch.empty()) return Done{};
    auto version = write_changes(desk, {note.group, std::move(*state)}, note_body, batch, note.version);
    if (!version) return version.error();
    note.version = std::move(*version);
    note.base = applied(std::move(note.base), batch);
    note.pending = std::move(rest);
    return Done{};
}

Result<> LiveNotes::take_over(Desk& desk, const std::string& session, Open& note) {
    const auto text = desk.home.replica().text(note.group, note.note, note_body);
    if (!text) return text.error();
    note.version = text->version();
    note.base = text->text();
    correct(session, note, note.base);
    note.saved = note.number();
    return Done{};
}

// An update of the authority's own, by which the tabs' text becomes that one.
void LiveNotes::correct(const std::string& session, Open& note, std::string text) {
    if (text == note.text) return;
    const auto changes = difference(note.text, text);
    std::vector<Update> updates;
    updates.push_back({by_colleagues, change_set_of(changes, note.text), bytes_of_changes(changes)});
    note.text = std::move(text);
    take(session, note, std::move(updates));
}

void LiveNotes::keep(Desk& desk, const std::string& session, Open& note, std::uint64_t now) {
    const bool had_pending = !note.pending.empty();
    const auto number = note.number();
    auto done = write_some(desk, session, note);
    note.in_haste = done && !note.pending.empty();  // the rest in the next turn: others have theirs before
    if (note.in_haste) return;
    if (note.is_touched) note.places.words_came();
    note.is_touched = false;
    if (done) done = take_over(desk, session, note);
    Json event{{"kind", done ? "saved" : "unsaved"}, {"note", to_text(note.note)}, {"session", session}};
    if (done) {
        if (had_pending) note.next_ms = next_commit(note.next_ms, now);
        note.again_ms = 0;
    } else {
        note.again_ms = now + try_again_ms;
        event = with_trouble(std::move(event), trouble_of(done.error()));
    }
    event["version"] = done ? note.saved : number;
    if (had_pending || !done) events_.tell(event);
}

void LiveNotes::poll(Desk& desk, std::uint64_t now) {
    for (auto each = open_.begin(); each != open_.end();) {
        auto& note = each->second;
        if (note.is_touched || now >= note.due_ms()) keep(desk, each->first, note, now);
        tend_places(desk, note, now);
        const bool is_forgotten = note.pending.empty() && now >= note.asked_ms + forget_after_ms;
        each = is_forgotten ? open_.erase(each) : std::next(each);
    }
}

std::uint64_t LiveNotes::deadline() const {
    auto until = ~std::uint64_t{0};
    for (const auto& [session, note] : open_) {
        if (note.is_touched) return 0;
        until = std::min({until, note.due_ms(), note.places.deadline()});
        if (note.pending.empty()) until = std::min({until, note.places.tell_at(), note.asked_ms + forget_after_ms});
    }
    return until;
}

void LiveNotes::write_all(Desk& desk) {
    for (auto& [session, note] : open_) {
        while (!note.pending.empty() && write_some(desk, session, note)) {
        }
    }
}

// The one that nobody has asked for longest makes way.
bool LiveNotes::make_room() {
    if (open_.size() < open_notes_max) return true;
    auto oldest = open_.end();
    for (auto each = open_.begin(); each != open_.end(); ++each) {
        if (!each->second.pending.empty()) continue;
        if (oldest == open_.end() || each->second.asked_ms < oldest->second.asked_ms) oldest = each;
    }
    if (oldest == open_.end()) return false;
    open_.erase(oldest);
    return true;
}

}  // namespace staffroom::api
