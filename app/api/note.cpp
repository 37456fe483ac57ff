// Notes: written together, with every version reachable.
#include <boost/json.hpp>

#include "app/api/note_text.h"
#include "app/api/templates.h"
#include "app/api/text_version.h"
#include "app/api/verbs.h"
#include "app/home.h"

namespace staffroom::api {
namespace {

constexpr const char* body = note_body;

Reply note_new(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    NewRecord wanted{"note", {{"title", Value(text_arg(args, "title")), {}}}};
    const auto words = maybe_text_arg(args, "text");
    if (const auto from = maybe_text_arg(args, "template")) {
        if (words) return Error{Code::malformed, "A note begins with one thing.", "Give --from or --template."};
        auto made = note_from_template(desk, (*group)->id, text_arg(args, "title"), *from);
        if (!made) return made.error();
        wanted = std::move(*made);
    }
    if (words && !words->empty()) wanted.inputs.push_back({body, Value(*words), {}});
    for (const auto& tag : list_arg(args, "tags")) wanted.inputs.push_back({"tag", Value(tag), {}});
    const auto record = make(desk, (*group)->id, std::move(wanted));
    if (!record) return record.error();
    return Json{{"note", to_text(*record)}};
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
        reply["text"] = *shown;
        reply["version"] = version_text(*version);
        return reply;
    }
    reply["text"] = note->text.text();
    reply["version"] = version_text(note->text.version());
    return reply;
}

Reply changed(Desk& desk, const FoundRecord& found, const Result<bool>& put) {
    if (!put) return put.error();
    const auto text = desk.home.replica().text(found.group, found.state.id, body);
    if (!text) return text.error();
    return Json{{"note", to_text(found.state.id)}, {"version", version_text(text->version())}, {"changed", *put}};
}

Reply note_edit(Desk& desk, const Json& args) {
    const auto note = find_note(desk, args);
    if (!note) return note.error();
    const auto words = maybe_text_arg(args, "text");
    if (!words) return Error{Code::malformed, "There is nothing to put into the note.", "Give a file: --from FILE"};
    std::optional<std::vector<OpRef>> base;
    if (const auto named = maybe_text_arg(args, "base")) {
        const auto version = find_version(note->text, *named);
        if (!version) return version.error();
        base = *version;
    }
    return changed(desk, note->found, put_words(desk, note->found, body, *words, base));
}

Reply note_restore(Desk& desk, const Json& args) {
    const auto note = find_note(desk, args);
    if (!note) return note.error();
    const auto version = find_version(note->text, text_arg(args, "version"));
    if (!version) return version.error();
    const auto words = note->text.text_at(*version);
    if (!words) return words.error();
    return changed(desk, note->found, put_words(desk, note->found, body, *words));
}

}  // namespace

std::span<const Verb> note_verbs() {
    static constexpr Verb verbs[] = {{"note new", note_new},
                                     {"note list", note_list},
                                     {"note show", note_show},
                                     {"note edit", note_edit},
                                     {"note restore", note_restore}};
    return verbs;
}

}  // namespace staffroom::api
