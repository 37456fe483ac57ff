// The library: files and links with a title, collections, "used it in class".
#include <boost/json.hpp>
#include <filesystem>

#include "app/api/file_versions.h"
#include "app/api/records.h"
#include "app/api/resource_adding.h"
#include "app/api/save.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/records/practice.h"
#include "core/text_rules.h"

namespace staffroom::api {
namespace {

Json described(Desk& desk, const FoundRecord& found) {
    const auto view = view_in(desk, found);
    Json row{
        {"id", to_text(view.id)}, {"title", title_of(found.state)}, {"by", person_name(desk, found.group, view.owner)}};
    boost::json::array tags, files;
    for (const auto& version : current_versions(view)) files.push_back(described(desk, found.group, version));
    if (const auto* field = view.find("tag")) {
        for (const auto& tag : field->values) tags.push_back(json_of(tag.value));
    }
    row["tags"] = std::move(tags);
    row["files"] = std::move(files);
    for (const auto* name : {"subject", "language", "licence", "link", "adapted_from"}) {
        const auto* field = view.find(name);
        if (field != nullptr && !field->values.empty()) row[name] = json_of(field->values.front().value);
    }
    if (const auto* grades = view.find("grade")) {
        boost::json::array list;
        for (const auto& grade : grades->values) list.push_back(json_of(grade.value));
        row["grades"] = std::move(list);
    }
    if (!row.contains("adapted_from")) row["adapted_from"] = nullptr;
    return row;
}

Reply resource_list(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    const auto group = (*found)->id;
    const auto tags = list_arg(args, "tags");
    std::vector<RecordState> states;
    desk.home.replica().each_record(group, [&](RecordState&& state) {
        if (state.exists && state.birth && state.birth->type == "resource" && !state.is_retired()) {
            states.push_back(std::move(state));
        }
        return true;
    });
    boost::json::array list;
    for (auto& state : states) {
        auto row = described(desk, {group, std::move(state)});
        const auto& its = row["tags"].as_array();
        const bool fits = std::all_of(tags.begin(), tags.end(), [&](const std::string& tag) {
            return std::any_of(its.begin(), its.end(),
                               [&](const auto& each) { return each == boost::json::value(tag); });
        });
        if (fits) list.push_back(std::move(row));
    }
    return Json{{"resources", std::move(list)}};
}

Reply resource_show(Desk& desk, const Json& args) {
    const auto found = find_resource(desk, args);
    if (!found) return found.error();
    auto row = described(desk, *found);
    boost::json::array files;
    for (const auto& version : current_versions(view_in(desk, *found)))
        files.push_back(described_closely(desk, found->group, version));
    row["files"] = std::move(files);
    row["group"] = to_text(found->group);
    row["about"] = words_of(desk, *found, "about");
    return Json{{"resource", std::move(row)}};
}

std::string in_one_line(const std::vector<std::string>& names) {
    std::string line;
    for (const auto& name : names) line += (line.empty() ? "" : ", ") + shown_name(name);
    return line;
}

// Those that a teacher asked for: one version, or what is in it now.
Result<std::vector<FileVersion>> wanted_versions(Desk& desk, const FoundRecord& found, const std::string& named) {
    if (named.empty()) return current_versions(view_in(desk, found));
    auto version = find_version(all_versions(desk, found), named);
    if (!version) return version.error();
    return std::vector{std::move(*version)};
}

// Copies every file that is here into the folder, under safe names; says which are not here yet. Of several versions each
// goes into a folder that says by whom it is and when: they keep their name, and none looks like the right one.
Steps<Json> resource_get(Desk& desk, Json args) {
    const auto found = find_resource(desk, args);
    if (!found) co_return found.error();
    const auto files = wanted_versions(desk, *found, text_arg(args, "version"));
    if (!files) co_return files.error();
    if (files->empty()) {
        co_return Error{Code::not_found, "This resource has no file.", "It may be a link: staffroom resource show"};
    }
    const auto to = path_arg(args, "to");
    if (!to) co_return to.error();
    auto folder = SafeFolder::open(*to);
    if (!folder) co_return folder.error();
    boost::json::array saved, missing;
    Progress done{"bytes", 0, 0};
    for (const auto& version : *files) done.total += version.file.size;
    for (const auto& version : *files) {
        const auto& file = version.file;
        std::optional<SafeFolder> within;
        if (has_other_version(*files, version) && is_here(desk, file)) {
            auto opened = folder->within(who_and_when(desk, found->group, version));
            if (!opened) co_return opened.error();
            within.emplace(std::move(*opened));
        }
        const auto copied = co_await save(desk, within ? *within : *folder, file, done);
        if (!copied) co_return copied.error();
        done.done += file.size;
        if (copied->here) {
            saved.push_back(Json{{"name", file.name},
                                 {"path", copied->path.string()},
                                 {"by", person_name(desk, found->group, version.by)},
                                 {"when", version.wall_ms},
                                 {"version", version.id()},
                                 {"warning", copied->warning}});
        } else {
            missing.push_back(boost::json::string(file.name));
        }
    }
    const auto with = saved.empty() ? in_one_line(who_has(desk, found->group, files->front())) : std::string();
    if (!with.empty()) {
        co_return Error{Code::busy, "The file is not on this computer yet.",
                        "It is with: " + with + ". It comes by itself when one of them is near: staffroom sync"};
    }
    if (saved.empty()) {
        co_return Error{Code::busy, "The file is not on this computer yet.",
                        "It comes by itself when a colleague who has it is near: staffroom sync"};
    }
    co_return Json{{"files", std::move(saved)}, {"missing", std::move(missing)}};
}

Reply resource_edit(Desk& desk, const Json& args) {
    const auto found = find_resource(desk, args);
    if (!found) return found.error();
    const auto inputs = about(desk, found->group, args);
    if (!inputs) return inputs.error();
    std::vector<Input> registers, sets;
    for (const auto& input : *inputs) {
        const auto* rule = find_type("resource")->find(input.field);
        (rule->merge == Merge::set ? sets : registers).push_back(input);
    }
    // One commit: all of it or nothing.
    const auto actor = actor_in(desk, found->group);
    auto ops = decide_set(found->state, actor, registers);
    if (!ops) return ops.error();
    const auto added = decide_add(found->state, actor, sets);
    if (!added) return added.error();
    ops->insert(ops->end(), added->begin(), added->end());
    if (const auto done = write(desk, *found, ops); !done) return done.error();
    return Json{{"resource", to_text(found->state.id)}};
}

Reply resource_adapt(Desk& desk, const Json& args) {
    const auto found = find_resource(desk, args);
    if (!found) return found.error();
    auto wanted = adapted_resource(found->state, {found->state.id, std::nullopt}, words_of(desk, *found, "about"));
    const auto record = make(desk, found->group, std::move(wanted));
    if (!record) return record.error();
    return Json{{"resource", to_text(*record)}, {"adapted_from", to_text(found->state.id)}};
}

Reply resource_used(Desk& desk, const Json& args) {
    const auto found = find_resource(desk, args);
    if (!found) return found.error();
    const auto actor = actor_in(desk, found->group);
    const auto ops = decide_set(found->state, actor, {{"used", Value(true), {}}});
    if (const auto done = write(desk, *found, ops); !done) return done.error();
    const auto worked = text_arg(args, "worked"), changed = text_arg(args, "changed");
    Json reply{{"resource", to_text(found->state.id)}};
    if (worked.empty() && changed.empty()) return reply;
    const auto record = make(desk, found->group, new_reflection({found->state.id, std::nullopt}, worked, changed));
    if (!record) return record.error();
    reply["record"] = to_text(*record);
    return reply;
}

Reply collection_new(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    const auto record = make(desk, (*group)->id, new_collection(text_arg(args, "title")));
    if (!record) return record.error();
    return Json{{"record", to_text(*record)}};
}

Reply collection_add(Desk& desk, const Json& args) {
    const auto found = find_record(desk.home.replica(), text_arg(args, "collection"), {"collection"});
    if (!found) return found.error();
    const auto item = find_record(desk.home.replica(), text_arg(args, "record"));
    if (!item) return item.error();
    const auto ops = decide_add(found->state, actor_in(desk, found->group),
                                {{"item", Value(RecordRef{item->state.id, std::nullopt}), {}}});
    if (const auto done = write(desk, *found, ops); !done) return done.error();
    return Json{{"record", to_text(found->state.id)}};
}

}  // namespace

std::span<const Verb> resource_verbs() {
    static constexpr Verb verbs[] = {{"resource add", nullptr, in_steps<resource_add>},
                                     {"resource list", resource_list},
                                     {"resource show", resource_show},
                                     {"resource get", nullptr, in_steps<resource_get>},
                                     {"resource edit", resource_edit},
                                     {"resource adapt", resource_adapt},
                                     {"resource used", resource_used},
                                     {"collection new", collection_new},
                                     {"collection add", collection_add}};
    return verbs;
}

}  // namespace staffroom::api
