// Records of every type through one door, and the schema itself.
#include <boost/json.hpp>

#include "app/api/intake.h"
#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/merge/difference.h"
#include "storage/commit_log.h"

namespace staffroom::api {
namespace {

// Files among the fields are taken in first: that may take long.
Steps<std::vector<Input>> inputs_for(Desk& desk, GroupId group, Intakes::Intake& intake, PersonId owner,
                                     std::string type, std::vector<std::string> fields) {
    FilesByPath files;
    for (const auto& typed : fields) {
        const auto equals = typed.find('=');
        const auto* rule = equals == std::string::npos ? nullptr : find_type(type)->find(typed.substr(0, equals));
        if (rule == nullptr || rule->holds != Holds::file || equals + 1 == typed.size()) continue;
        std::vector<std::string> one{typed.substr(equals + 1)};
        auto taken = co_await take_in(desk, group, intake, one);
        if (!taken) co_return taken.error();
        const auto allowed = check_not_erased(desk.home.replica(), group, owner, *taken);
        if (!allowed) co_return allowed.error();
        files.emplace(one.front(), std::move(taken->front()));
    }
    const auto resolver = resolver_for(desk, group, std::move(files));
    std::vector<Input> inputs;
    for (const auto& typed : fields) {
        auto input = parse_input(type, typed, resolver);
        if (!input) co_return input.error();
        inputs.push_back(std::move(*input));
    }
    co_return inputs;
}

// A record without its name could be found by nobody; a second one of those that everybody has one of would be the
// first again, changed.
Result<> check_new(Desk& desk, const GroupId& group, const NewRecord& wanted) {
    const auto& type = *find_type(wanted.type);
    const auto* title = type.find("title");
    const bool named = std::any_of(wanted.inputs.begin(), wanted.inputs.end(),
                                   [](const Input& input) { return input.field == "title" && input.value; });
    if (title != nullptr && !title->fixed && !named) {
        return {Code::malformed, "A " + wanted.type + " needs a title.", "Give title=…, for example title=Fractions."};
    }
    if (!type.one_per_person) return Done{};
    std::optional<RecordId> own;
    desk.home.replica().each_record(group, [&](RecordState&& state) {
        const bool same = state.exists && state.birth && state.birth->type == wanted.type &&
                          state.birth->owner == desk.home.identity().person();
        if (same) own = state.id;
        return !same;
    });
    if (!own) return Done{};
    return {Code::refused, "You have a " + wanted.type + " in this group already.",
            "Change it: staffroom record set " + to_text(*own) + " FIELD=VALUE"};
}

Steps<Json> record_new(Desk& desk, Json args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) co_return group.error();
    const auto id = (*group)->id;
    NewRecord wanted{text_arg(args, "type"), {}};
    if (find_type(wanted.type) == nullptr) co_return no_such_type(wanted.type);
    Intakes::Intake intake(desk.home.intakes());
    auto inputs =
        co_await inputs_for(desk, id, intake, desk.home.identity().person(), wanted.type, list_arg(args, "fields"));
    if (!inputs) co_return inputs.error();
    wanted.inputs = std::move(*inputs);
    if (const auto checked = check_new(desk, id, wanted); !checked) co_return checked.error();
    const auto record = co_await make_in_steps(desk, id, std::move(wanted));
    if (!record) co_return record.error();
    intake.kept();
    co_return Json{{"record", to_text(*record)}};
}

// What set, add and remove share: find the record, read the fields, decide, write.
using Decide = Result<> (*)(Desk& desk, const FoundRecord& found, const std::vector<Input>& inputs);
Steps<Json> change(Desk& desk, Json args, Decide decide) {
    auto found = find_record(desk.home.replica(), text_arg(args, "record"));
    if (!found) co_return found.error();
    Intakes::Intake intake(desk.home.intakes());
    auto inputs = co_await inputs_for(desk, found->group, intake, found->state.birth->owner, found->state.birth->type,
                                      list_arg(args, "fields"));
    if (!inputs) co_return inputs.error();
    if (const auto question = maybe_text_arg(args, "of")) {
        for (auto& input : *inputs) input.of = Value(*question);
    }
    if (inputs->empty()) co_return Error{Code::malformed, "Say what is to change.", "Give FIELD=VALUE."};
    auto now = desk.home.replica().record(found->group, found->state.id);
    if (now) found->state = std::move(*now);
    if (const auto written = decide(desk, *found, *inputs); !written) co_return written.error();
    intake.kept();
    co_return Json{{"record", to_text(found->state.id)}};
}

// Error: too_large for more than one edit holds, which `note edit` takes in several.
Result<std::vector<Op>> edits_for(Desk& desk, const FoundRecord& found, const Input& input) {
    const auto actor = actor_in(desk, found.group);
    if (const auto may = check_right(found.state, actor, input.field); !may) return may.error();
    const auto text = desk.home.replica().text(found.group, found.state.id, input.field);
    if (!text) return text.error();
    const auto* words = input.value ? input.value->get<std::string>() : nullptr;
    const auto drafts = text->draft(difference(text->text(), words ? *words : ""));
    if (!drafts) return drafts.error();
    return decide_edit(found.state, actor, input.field, *drafts);
}

Result<> set(Desk& desk, const FoundRecord& found, const std::vector<Input>& inputs) {
    std::vector<Input> plain;
    std::vector<Input> texts;
    const auto* type = find_type(found.state.birth->type);
    for (const auto& input : inputs) {
        const auto* rule = type ? type->find(input.field) : nullptr;
        (rule != nullptr && rule->merge == Merge::text ? texts : plain).push_back(input);
    }
    // One commit: all of it or nothing.
    auto ops = decide_set(found.state, actor_in(desk, found.group), plain);
    if (!ops) return ops.error();
    for (const auto& input : texts) {
        const auto edits = edits_for(desk, found, input);
        if (!edits) return edits.error();
        ops->insert(ops->end(), edits->begin(), edits->end());
    }
    return write(desk, found, ops);
}

Result<> add(Desk& desk, const FoundRecord& found, const std::vector<Input>& inputs) {
    return write(desk, found, decide_add(found.state, actor_in(desk, found.group), inputs));
}

Result<> remove(Desk& desk, const FoundRecord& found, const std::vector<Input>& inputs) {
    return write(desk, found, decide_remove(found.state, actor_in(desk, found.group), inputs));
}

Steps<Json> record_set(Desk& desk, Json args) { return change(desk, std::move(args), &set); }
Steps<Json> record_add(Desk& desk, Json args) { return change(desk, std::move(args), &add); }
Steps<Json> record_remove(Desk& desk, Json args) { return change(desk, std::move(args), &remove); }

Reply record_show(Desk& desk, const Json& args) {
    const auto found = find_record(desk.home.replica(), text_arg(args, "record"));
    if (!found) return found.error();
    auto record = json_of(view_in(desk, *found));
    record["group"] = to_text(found->group);
    record["by"] = person_name(desk, found->group, found->state.birth->owner);
    return Json{{"record", std::move(record)}};
}

Reply record_list(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    const auto type = text_arg(args, "type");
    if (!type.empty() && find_type(type) == nullptr) return no_such_type(type);
    // A text is read from the disk in a transaction of its own, so first the walk, then what the records say.
    std::vector<RecordState> states;
    desk.home.replica().each_record((*group)->id, [&](RecordState&& state) {
        if (!state.exists || !state.birth || (state.is_retired() && !flag_arg(args, "retired"))) return true;
        if (!type.empty() && state.birth->type != type) return true;
        states.push_back(std::move(state));
        return true;
    });
    // With `full`, what each says, so that a board is one question and not one a card.
    const bool full = flag_arg(args, "full");
    boost::json::array records;
    for (auto& state : states) {
        Json row{{"id", to_text(state.id)},
                 {"type", state.birth->type},
                 {"title", title_of(state)},
                 {"owner", to_text(state.birth->owner)},
                 {"by", person_name(desk, (*group)->id, state.birth->owner)},
                 {"created_ms", state.birth->wall_ms},
                 {"retired", state.is_retired()}};
        const auto about = title_of(state).empty() ? about_of(state) : std::nullopt;
        const auto target =
            about ? desk.home.replica().record(about->group.value_or((*group)->id), about->record) : std::nullopt;
        if (target) row["belongs_to"] = title_of(*target);
        if (full) {
            auto whole = json_of(view_in(desk, {(*group)->id, std::move(state)}));
            row["fields"] = std::move(whole["fields"]);
            row["also"] = std::move(whole["also"]);
        }
        records.push_back(std::move(row));
    }
    return Json{{"records", std::move(records)}};
}

Reply presence(Desk& desk, const Json& args, bool present) {
    const auto found = find_record(desk.home.replica(), text_arg(args, "record"));
    if (!found) return found.error();
    const auto ops = decide_presence(found->state, actor_in(desk, found->group), present);
    if (const auto written = write(desk, *found, ops); !written) return written.error();
    return Json{{"record", to_text(found->state.id)}};
}
Reply record_retire(Desk& desk, const Json& args) { return presence(desk, args, false); }
Reply record_restore(Desk& desk, const Json& args) { return presence(desk, args, true); }

Reply record_history(Desk& desk, const Json& args) {
    const auto found = find_record(desk.home.replica(), text_arg(args, "record"));
    if (!found) return found.error();
    boost::json::array history;
    for (const auto& change : desk.home.replica().history(found->group, found->state.id)) {
        Json row{{"version", to_text(change.commit)},
                 {"by", person_name(desk, found->group, change.by)},
                 {"person", to_text(change.by)},
                 {"when", change.wall_ms},
                 {"shown", change.shown}};
        boost::json::array fields;
        for (const auto& field : change.fields) fields.push_back(boost::json::string(field));
        row["fields"] = std::move(fields);
        history.push_back(std::move(row));
    }
    return Json{{"history", std::move(history)}};
}

Reply types(Desk&, const Json&) {
    boost::json::array all;
    for (const auto& type : schema()) {
        boost::json::array fields;
        for (const auto& field : type.fields) {
            Json row{{"name", field.name},
                     {"merge", name_of(field.merge)},
                     {"holds", name_of(field.holds)},
                     {"writers", name_of(field.writers)},
                     {"fixed", field.fixed}};
            if (!field.choices.empty()) {
                boost::json::array choices;
                for (const auto& word : field.choices) choices.push_back(boost::json::string(word));
                row["choices"] = std::move(choices);
            }
            fields.push_back(std::move(row));
        }
        all.push_back(Json{{"type", type.name}, {"fields", std::move(fields)}});
    }
    return Json{{"types", std::move(all)}};
}

}  // namespace

std::span<const Verb> record_verbs() {
    static constexpr Verb verbs[] = {{"record new", nullptr, in_steps<record_new>},
                                     {"record set", nullptr, in_steps<record_set>},
                                     {"record add", nullptr, in_steps<record_add>},
                                     {"record remove", nullptr, in_steps<record_remove>},
                                     {"record show", record_show},
                                     {"record list", record_list},
                                     {"record retire", record_retire},
                                     {"record restore", record_restore},
                                     {"record history", record_history},
                                     {"types", types}};
    return verbs;
}

}  // namespace staffroom::api
