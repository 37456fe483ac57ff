// Notes: written together, with every version reachable.
#include <boost/json.hpp>

#include "app/api/records.h"
#include "app/api/text_version.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/merge/difference.h"
#include "core/records/practice.h"
#include "core/records/templates.h"
#include "core/utf8.h"

namespace staffroom::api {
namespace {

constexpr const char* body = "body";

Result<FoundRecord> find_note(Desk& desk, const Json& args) {
    return find_record(desk.home.replica(), text_arg(args, "note"), {"note"});
}

Error no_such_version() {
    return {Code::not_found, "This note has no such version here.",
            "See its versions with: staffroom note history NOTE"};
}

Result<std::string> text_at(const Text& text, const std::string& version) {
    const auto refs = version_from(version);
    auto shown = refs ? text.text_at(*refs) : Result<std::string>{Code::not_found, {}};
    if (!shown && shown.code() == Code::not_found) return no_such_version();
    return shown;
}

// Questions about the history of a text give nothing when it does not read back from the disk.
Result<> check(const Text& text) {
    if (!text.damaged()) return Done{};
    return {Code::io, "The history of this note does not read back from the disk.", "Run: staffroom repair --rebuild"};
}

Reply note_new(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    NewRecord wanted{"note", {{"title", Value(text_arg(args, "title")), {}}}};
    if (const auto from = maybe_text_arg(args, "template")) {
        auto made = new_note(text_arg(args, "title"), *from);
        if (!made) return made.error();
        wanted = std::move(*made);
    }
    if (const auto words = maybe_text_arg(args, "text"); words && !words->empty()) {
        wanted.inputs.push_back({body, Value(*words), {}});
    }
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
    const auto found = find_note(desk, args);
    if (!found) return found.error();
    const auto text = desk.home.replica().text(found->group, found->state.id, body);
    if (!text) return text.error();
    Json reply{{"id", to_text(found->state.id)}, {"title", title_of(found->state)}};
    if (const auto version = maybe_text_arg(args, "at"); version && !version->empty()) {
        const auto shown = text_at(*text, *version);
        if (!shown) return shown.error();
        reply["text"] = *shown;
        reply["version"] = *version;
        return reply;
    }
    reply["text"] = text->text();
    reply["version"] = version_text(text->version());
    return reply;
}

Reply note_edit(Desk& desk, const Json& args) {
    const auto found = find_note(desk, args);
    if (!found) return found.error();
    const auto words = maybe_text_arg(args, "text");
    if (!words) return Error{Code::malformed, "There is nothing to put into the note.", "Give a file: --from FILE"};
    std::optional<std::vector<OpRef>> base;
    if (const auto version = maybe_text_arg(args, "base")) {
        base = version_from(*version);
        if (!base) return no_such_version();
    }
    const auto put = put_words(desk, *found, body, *words, base);
    if (!put) return put.error().code == Code::not_found ? no_such_version() : put.error();
    const auto text = desk.home.replica().text(found->group, found->state.id, body);
    if (!text) return text.error();
    return Json{{"note", to_text(found->state.id)}, {"version", version_text(text->version())}, {"changed", *put}};
}

struct Sitting {
    TextAuthor author;
    PersonId by;
    OpRef last;
    std::uint64_t when = 0;
    std::uint64_t inserted = 0, deleted = 0;
};

// What one person wrote in a row is one sitting, unless half an hour by their own clock lies in between.
std::vector<Sitting> sittings_of(Desk& desk, const FoundRecord& found, const Text& text) {
    constexpr std::uint64_t pause_ms = 30 * 60 * 1000;
    std::map<CommitId, RecordChange> commits;
    for (auto& change : desk.home.replica().history(found.group, found.state.id))
        commits.emplace(change.commit, change);
    std::vector<Sitting> sittings;
    for (const auto& row : text.history()) {
        if (row.hidden) continue;
        const auto commit = commits.find(row.edit.commit);
        const auto when = commit == commits.end() ? 0 : commit->second.wall_ms;
        const auto gap = sittings.empty() ? 0
                                          : (when > sittings.back().when ? when - sittings.back().when
                                                                         : sittings.back().when - when);
        if (sittings.empty() || sittings.back().author.device != row.author.device || gap > pause_ms) {
            sittings.push_back({row.author, commit == commits.end() ? PersonId{} : commit->second.by, {}, 0, 0, 0});
        }
        auto& sitting = sittings.back();
        sitting.last = row.edit;
        sitting.when = when;
        sitting.inserted += row.inserted;
        sitting.deleted += row.deleted;
    }
    return sittings;
}

Reply note_history(Desk& desk, const Json& args) {
    const auto found = find_note(desk, args);
    if (!found) return found.error();
    const auto text = desk.home.replica().text(found->group, found->state.id, body);
    if (!text) return text.error();
    boost::json::array history;
    const auto sittings = sittings_of(desk, *found, *text);
    if (const auto sound = check(*text); !sound) return sound.error();
    for (const auto& sitting : sittings) {
        history.push_back(Json{{"version", version_text({sitting.last})},
                               {"by", person_name(desk, found->group, sitting.by)},
                               {"person", to_text(sitting.by)},
                               {"when", sitting.when},
                               {"inserted", sitting.inserted},
                               {"deleted", sitting.deleted}});
    }
    return Json{{"history", std::move(history)}};
}

Reply note_blame(Desk& desk, const Json& args) {
    const auto found = find_note(desk, args);
    if (!found) return found.error();
    const auto text = desk.home.replica().text(found->group, found->state.id, body);
    if (!text) return text.error();
    const auto& members = desk.home.replica().group(found->group)->members;
    boost::json::array blame;
    std::uint64_t at = 0;
    std::string last;
    const auto spans = text->blame();
    if (const auto sound = check(*text); !sound) return sound.error();
    for (const auto& span : spans) {
        const auto person = members.person_of(span.author.device);
        const auto by = person ? person_name(desk, found->group, *person) : to_text(span.author.device).substr(0, 8);
        const auto to = at + span.length;
        if (!blame.empty() && by == last) {
            blame.back().as_object()["to"] = to;
        } else {
            blame.push_back(Json{{"by", by}, {"person", person ? to_text(*person) : ""}, {"from", at}, {"to", to}});
        }
        last = by;
        at = to;
    }
    return Json{{"blame", std::move(blame)}};
}

Reply note_restore(Desk& desk, const Json& args) {
    const auto found = find_note(desk, args);
    if (!found) return found.error();
    const auto text = desk.home.replica().text(found->group, found->state.id, body);
    if (!text) return text.error();
    const auto words = text_at(*text, text_arg(args, "version"));
    if (!words) return words.error();
    const auto put = put_words(desk, *found, body, *words);
    if (!put) return put.error();
    const auto after = desk.home.replica().text(found->group, found->state.id, body);
    if (!after) return after.error();
    return Json{{"note", to_text(found->state.id)}, {"version", version_text(after->version())}, {"changed", *put}};
}

// What the first version has and the second has not, and the other way round, in the order of the words. `at` counts
// scalar values of the second.
Reply note_difference(Desk& desk, const Json& args) {
    const auto found = find_note(desk, args);
    if (!found) return found.error();
    const auto text = desk.home.replica().text(found->group, found->state.id, body);
    if (!text) return text.error();
    const auto from = text_at(*text, text_arg(args, "from"));
    if (!from) return from.error();
    const auto to_version = maybe_text_arg(args, "to");
    const auto to =
        to_version && !to_version->empty() ? text_at(*text, *to_version) : Result<std::string>(text->text());
    if (!to) return to.error();
    Text before;
    before.write({}, {}, difference("", *from));
    boost::json::array all;
    std::int64_t longer = 0;  // by what was changed so far
    for (const auto& change : difference(*from, *to)) {
        const auto position = static_cast<std::uint32_t>(change.position - longer);
        all.push_back(Json{{"at", change.position},
                           {"removed", before.slice(position, change.deleted)},
                           {"inserted", change.inserted}});
        longer += static_cast<std::int64_t>(scalar_count(change.inserted)) - change.deleted;
    }
    return Json{{"difference", std::move(all)}};
}

Reply templates(Desk&, const Json&) {
    boost::json::array all;
    for (const auto& each : note_templates()) all.push_back(Json{{"name", each.name}, {"about", each.about}});
    return Json{{"templates", std::move(all)}};
}

}  // namespace

std::span<const Verb> note_verbs() {
    static constexpr Verb verbs[] = {{"note new", note_new},         {"note list", note_list},
                                     {"note show", note_show},       {"note edit", note_edit},
                                     {"note history", note_history}, {"note blame", note_blame},
                                     {"note restore", note_restore}, {"note difference", note_difference},
                                     {"templates", templates}};
    return verbs;
}

}  // namespace staffroom::api
