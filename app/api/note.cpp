// Notes: written together, with every version reachable.
#include <algorithm>
#include <boost/json.hpp>

#include "app/api/note_text.h"
#include "app/api/templates.h"
#include "app/api/text_version.h"
#include "app/api/verbs.h"
#include "app/given_versions.h"
#include "app/home.h"
#include "core/merge/difference.h"
#include "core/records/input.h"
#include "core/utf8.h"

namespace staffroom::api {
namespace {

std::size_t size_of_difference(std::string_view from, std::string_view to) {
    std::size_t values = 0;
    for (const auto& change : difference(from, to)) values += change.deleted + scalar_count(change.inserted);
    return values;
}

// Whether the present text has words of other devices that were not in it `then`.
bool have_others_added(const Text& text, const std::string& then, const DeviceId& own) {
    const auto spans = text.blame();
    auto span = spans.begin();
    std::size_t end = span == spans.end() ? 0 : span->length;
    for (const auto& change : difference(then, text.text())) {
        const auto to = change.position + scalar_count(change.inserted);
        for (std::size_t at = change.position; at < to && span != spans.end();) {
            if (at < end && span->author.device != own) return true;
            at = std::max(at, end);
            if (at < to && ++span != spans.end()) end += span->length;
        }
    }
    return false;
}

// A file of words that does not say what it was made from: from what differs least from it, of the present version, those
// that this computer gave out, and what was last written on it. Taken for made from the present one, it would take away
// what others wrote meanwhile; where nobody did, it is.
std::vector<OpRef> likely_base(Desk& desk, const FoundRecord& found, const Text& text, const std::string& words) {
    constexpr std::size_t own_max = 4;
    const auto own_device = desk.home.identity().device();
    auto base = text.version();
    auto least = size_of_difference(text.text(), words);
    if (least == 0) return base;
    const auto* group = desk.home.replica().group(found.group);
    auto versions = GivenVersions(desk.home.profile().store()).of(group->number, found.state.id);
    const auto history = text.history();
    std::size_t own = 0;
    for (auto row = history.rbegin(); row != history.rend() && own < own_max; ++row) {
        if (row->author.device != own_device) continue;
        versions.push_back({row->edit});
        ++own;
    }
    for (auto& version : versions) {
        const auto then = text.text_at(version);
        const auto changed = then ? size_of_difference(*then, words) : least;
        if (changed >= least || !have_others_added(text, *then, own_device)) continue;
        least = changed;
        base = std::move(version);
    }
    return base;
}

Steps<Json> note_new(Desk& desk, Json args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) co_return group.error();
    NewRecord wanted{"note", {{"title", Value(text_arg(args, "title")), {}}}};
    const auto words = maybe_text_arg(args, "text");
    if (const auto from = maybe_text_arg(args, "template")) {
        if (words) co_return Error{Code::malformed, "A note begins with one thing.", "Give --from or --template."};
        auto made = note_from_template(desk, (*group)->id, text_arg(args, "title"), *from);
        if (!made) co_return made.error();
        wanted = std::move(*made);
    }
    if (words && !words->empty()) wanted.inputs.push_back({note_body, Value(*words), {}});
    for (const auto& tag : list_arg(args, "tags")) wanted.inputs.push_back({"tag", Value(tag), {}});
    const auto record = co_await make_in_steps(desk, (*group)->id, std::move(wanted));
    if (!record) co_return record.error();
    co_return Json{{"note", to_text(*record)}};
}

Reply note_list(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    boost::json::array notes;
    desk.home.replica().each_record((*group)->id, [&](RecordState&& state) {
        if (!state.exists || !state.birth || state.birth->type != "note" || state.is_retired()) return true;
        notes.push_back(Json{{"id", to_text(state.id)},
                             {"title", title_of(state)},
                             {"by", person_name(desk, (*group)->id, state.birth->owner)}});
        return true;
    });
    return Json{{"notes", std::move(notes)}};
}

Reply note_show(Desk& desk, const Json& args) {
    const auto note = find_note(desk, args);
    if (!note) return note.error();
    Json reply{{"id", to_text(note->found.state.id)}, {"title", title_of(note->found.state)}};
    if (const auto named = maybe_text_arg(args, "at"); named && !named->empty()) {
        const auto version = find_version(note->text, *named);
        if (!version) return version.error();
        const auto shown = note->text.text_at(*version);
        if (!shown) return shown.error();
        give(desk, note->found, *version);
        reply["text"] = *shown;
        reply["version"] = version_text(*version);
        return reply;
    }
    give(desk, note->found, note->text.version());
    reply["text"] = note->text.text();
    reply["version"] = version_text(note->text.version());
    return reply;
}

Json changed(const FoundRecord& found, const Put& put) {
    return {{"note", to_text(found.state.id)}, {"version", version_text(put.now)}, {"changed", put.changed}};
}

Steps<Json> note_edit(Desk& desk, Json args) {
    const auto note = find_note(desk, args);
    if (!note) co_return note.error();
    const auto words = maybe_text_arg(args, "text");
    if (!words) co_return Error{Code::malformed, "There is nothing to put into the note.", "Give a file: --from FILE"};
    std::vector<OpRef> base;
    if (const auto named = maybe_text_arg(args, "base")) {
        auto version = find_version(note->text, *named);
        if (!version) co_return version.error();
        base = std::move(*version);
    } else {
        base = likely_base(desk, note->found, note->text, clean_text(*words));
    }
    const auto put = co_await put_words(desk, note->found, note_body, *words, std::move(base));
    if (!put) co_return put.error();
    co_return changed(note->found, *put);
}

Steps<Json> note_restore(Desk& desk, Json args) {
    const auto note = find_note(desk, args);
    if (!note) co_return note.error();
    const auto version = find_version(note->text, text_arg(args, "version"));
    if (!version) co_return version.error();
    const auto words = note->text.text_at(*version);
    if (!words) co_return words.error();
    const auto put = co_await put_words(desk, note->found, note_body, *words);
    if (!put) co_return put.error();
    co_return changed(note->found, *put);
}

}  // namespace

std::span<const Verb> note_verbs() {
    static constexpr Verb verbs[] = {{"note new", nullptr, in_steps<note_new>},
                                     {"note list", note_list},
                                     {"note show", note_show},
                                     {"note edit", nullptr, in_steps<note_edit>},
                                     {"note restore", nullptr, in_steps<note_restore>}};
    return verbs;
}

}  // namespace staffroom::api
