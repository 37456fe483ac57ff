#include "app/api/templates.h"

#include <algorithm>
#include <boost/json.hpp>
#include <functional>

#include "app/api/note_text.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/records/practice.h"
#include "core/records/templates.h"
#include "core/text_rules.h"

namespace staffroom::api {
namespace {

void each_own(Desk& desk, const GroupId& group, const std::function<void(const RecordState&)>& visit) {
    desk.home.replica().each_record(group, [&](RecordState&& state) {
        if (state.exists && state.birth && state.birth->type == "template" && !state.is_retired()) visit(state);
        return true;
    });
}

// What kind a group says its template is, as the line that a list shows beside it.
std::string said_about(Desk& desk, const GroupId& group, const RecordState& state) {
    const auto fields = json_of(view_in(desk, {group, state})).at("fields").as_object();
    const auto* kind = fields.if_contains("kind");
    return kind != nullptr && kind->is_string() ? std::string(kind->get_string()) : std::string();
}

Reply templates(Desk& desk, const Json& args) {
    std::vector<const Group*> groups;
    if (const auto named = maybe_text_arg(args, "group")) {
        const auto group = find_group(desk.home.replica(), *named);
        if (!group) return group.error();
        groups = {*group};
    } else {
        for (const auto& [id, group] : desk.home.replica().groups()) groups.push_back(group.get());
    }
    boost::json::array all;
    std::vector<std::string> hidden;
    for (const auto* group : groups) {
        each_own(desk, group->id, [&](const RecordState& state) {
            const auto name = title_of(state);
            if (groups.size() == 1) hidden.push_back(name);
            all.push_back(Json{{"name", name},
                               {"about", said_about(desk, group->id, state)},
                               {"group", group_name(desk.home.replica(), *group)},
                               {"id", to_text(state.id)}});
        });
    }
    for (const auto& each : note_templates()) {
        if (std::find(hidden.begin(), hidden.end(), each.name) != hidden.end()) continue;
        all.push_back(Json{{"name", each.name}, {"about", each.about}});
    }
    return Json{{"templates", std::move(all)}};
}

}  // namespace

Result<NewRecord> note_from_template(Desk& desk, const GroupId& group, const std::string& title,
                                     const std::string& named) {
    std::vector<RecordState> own;
    each_own(desk, group, [&](const RecordState& state) {
        const auto id = to_text(state.id);
        if (title_of(state) == named || (named.size() >= prefix_characters && id.starts_with(named)))
            own.push_back(state);
    });
    if (own.size() > 1) {
        return {Code::refused, "This group has several templates " + in_quotes(named) + ".",
                "Give the id of one; see: staffroom templates GROUP"};
    }
    if (own.empty()) return new_note(title, named);
    const auto body = desk.home.replica().text(group, own[0].id, note_body);
    if (!body) return body.error();
    NewRecord note{"note", {{"title", Value(title), {}}, {"template", Value(title_of(own[0])), {}}}};
    note.inputs.push_back({note_body, Value(body->text()), {}});
    return note;
}

std::span<const Verb> template_verbs() {
    static constexpr Verb verbs[] = {{"templates", templates}};
    return verbs;
}

}  // namespace staffroom::api
