#include "app/api/file_versions.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <ctime>
#include <filesystem>

#include "app/api/intake.h"
#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/text_rules.h"
#include "storage/file_refs.h"
#include "storage/own_file.h"

namespace staffroom::api {

Result<FoundRecord> find_resource(Desk& desk, const Json& args) {
    return find_record(desk.home.replica(), text_arg(args, "resource"), {"resource"});
}

std::string FileVersion::id() const {
    return file.manifest.empty() ? std::string() : to_text(file.manifest.front().id);
}

std::vector<FileVersion> current_versions(const RecordView& view) {
    std::vector<FileVersion> versions;
    const auto* field = view.find("files");
    if (field == nullptr) return versions;
    for (const auto& each : field->values) {
        if (const auto* file = each.value.get<FileRef>()) versions.push_back({*file, each.by, each.wall_ms, true});
    }
    return versions;
}

std::vector<FileVersion> all_versions(Desk& desk, const FoundRecord& found) {
    const auto& replica = desk.home.replica();
    const auto view = view_in(desk, found);
    auto versions = current_versions(view);
    auto history = replica.history(found.group, found.state.id);
    std::reverse(history.begin(), history.end());
    for (const auto& change : history) {
        for (const auto& file : change.files) {
            const auto is_same = [&](const FileVersion& known) { return known.file == file; };
            if (!change.shown || std::ranges::any_of(versions, is_same)) continue;
            if (replica.is_erased(found.group, view.owner, file)) continue;
            versions.push_back({file, change.by, change.wall_ms, false});
        }
    }
    return versions;
}

Result<FileVersion> find_version(const std::vector<FileVersion>& versions, const std::string& named) {
    const FileVersion* found = nullptr;
    for (const auto& version : versions) {
        if (named.size() < prefix_characters || !version.id().starts_with(named)) continue;
        if (found != nullptr) {
            return {Code::refused, in_quotes(named) + " can mean more than one version.",
                    "Give more characters of it."};
        }
        found = &version;
    }
    if (found == nullptr) {
        return {Code::not_found, "There is no version " + in_quotes(named) + " of it.",
                "See them: staffroom resource versions"};
    }
    return *found;
}

bool has_other_version(const std::vector<FileVersion>& current, const FileVersion& version) {
    return std::ranges::any_of(current, [&](const FileVersion& other) {
        return other.file.name == version.file.name && (other.by != version.by || other.wall_ms != version.wall_ms);
    });
}

std::string who_and_when(Desk& desk, const GroupId& group, const FileVersion& version) {
    auto words = person_name(desk, group, version.by);
    if (!Home::is_plausible(version.wall_ms)) return words;
    const auto seconds = static_cast<std::time_t>(version.wall_ms / 1000);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[32];
    return words + ", " + std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H.%M.%S", &local));
}

bool is_here(Desk& desk, const FileRef& file) {
    bool here = false;
    auto& profile = desk.home.profile();
    (void)profile.store().read([&](ReadTxn& txn) -> Result<> {
        here = file_refs::presence(txn, profile.chunks(), file).is_whole();
        return Done{};
    });
    return here;
}

std::vector<std::string> who_has(Desk& desk, const GroupId& id, const FileVersion& version) {
    const auto& replica = desk.home.replica();
    const auto* group = replica.group(id);
    if (group == nullptr) return {};
    const auto full = replica.full_copies(id);
    const auto haves = replica.newest_haves(id);
    // Who put it in has it, whatever else is still to come there; unless files are left out there by choice.
    const auto leaves_out = [&](const DeviceId& device) {
        const auto said = haves.find(device);
        if (said == haves.end()) return false;
        const auto& have = said->second;
        return have.wanted_chunks == 0 && have.wanted_parts == 0 && !have.lacks_nothing();
    };
    std::vector<std::string> names;
    for (const auto& member : group->members.members()) {
        const bool put_it_in = member.person == version.by && version.by != desk.home.identity().person() &&
                               std::ranges::none_of(member.devices, leaves_out);
        const auto is_full = [&](const DeviceId& device) { return full.contains(device); };
        if (put_it_in || std::ranges::any_of(member.devices, is_full)) names.push_back(member.name);
    }
    return names;
}

Json described(Desk& desk, const GroupId& group, const FileVersion& version) {
    return Json{{"name", version.file.name},
                {"size", version.file.size},
                {"media_type", version.file.media_type},
                {"here", is_here(desk, version.file)},
                {"version", version.id()},
                {"by", person_name(desk, group, version.by)},
                {"when", version.wall_ms}};
}

Json described_closely(Desk& desk, const GroupId& group, const FileVersion& version) {
    auto row = described(desk, group, version);
    if (!row["here"].as_bool()) row["with"] = as_list(who_has(desk, group, version));
    return row;
}

namespace {

Reply resource_versions(Desk& desk, const Json& args) {
    const auto found = find_resource(desk, args);
    if (!found) return found.error();
    boost::json::array rows;
    for (const auto& version : all_versions(desk, *found)) {
        auto row = described_closely(desk, found->group, version);
        row["current"] = version.current;
        rows.push_back(std::move(row));
    }
    return Json{{"versions", std::move(rows)}};
}

std::string names_of(const std::vector<FileVersion>& versions) {
    std::string names;
    for (const auto& version : versions) {
        const auto name = in_quotes(version.file.name);
        if (names.find(name) == std::string::npos) names += (names.empty() ? "" : ", ") + name;
    }
    return names;
}

// The files whose place a file of that name takes: those that `replaces` names, by name or version; else those of the same
// name; else the only one that there is.
Result<std::vector<FileVersion>> replaced_by(const std::vector<FileVersion>& current, const std::string& name,
                                             const std::string& replaces) {
    std::vector<FileVersion> replaced;
    const auto take = [&](const std::string& wanted) {
        for (const auto& version : current) {
            if (version.file.name == wanted) replaced.push_back(version);
        }
    };
    take(replaces.empty() ? name : replaces);
    if (replaced.empty() && !replaces.empty()) {
        auto version = find_version(current, replaces);
        if (!version && version.code() == Code::not_found) {
            return {Code::not_found, "There is no file " + in_quotes(replaces) + " in it.",
                    "See its files: staffroom resource show"};
        }
        if (!version) return version.error();
        return std::vector{std::move(*version)};
    }
    if (replaced.empty() && !current.empty()) take(current.front().file.name);
    if (replaces.empty() && replaced.size() < current.size() && !replaced.empty() &&
        replaced.front().file.name != name) {
        return {Code::refused,
                "It has several files, none of them called " + in_quotes(name) + ": " + names_of(current) + ".",
                "Say which it replaces: --replaces NAME. To put it beside them: staffroom record add"};
    }
    // A folder may have given two files of one name: those are no versions of each other.
    for (const auto& one : replaced) {
        const auto same = [&](const FileVersion& other) { return other.by == one.by && other.wall_ms == one.wall_ms; };
        if (std::ranges::count_if(replaced, same) == 1) continue;
        return {Code::refused, "It has several files called " + in_quotes(one.file.name) + ".",
                "Say which it replaces: --replaces VERSION. See them: staffroom resource versions"};
    }
    return replaced;
}

// One commit: the file is in it, those that it replaces are not. Whether anything changed.
Result<bool> put_in_place(Desk& desk, const FoundRecord& found, const FileRef& file,
                          const std::vector<FileVersion>& replaced) {
    const auto actor = actor_in(desk, found.group);
    const auto current = current_versions(view_in(desk, found));
    const auto is_in_it = [&](const FileRef& each) {
        return std::ranges::any_of(current, [&](const FileVersion& version) { return version.file == each; });
    };
    std::vector<Input> old;
    for (const auto& version : replaced) {
        if (version.file != file && is_in_it(version.file)) old.push_back({"files", Value(version.file), {}});
    }
    auto ops = decide_remove(found.state, actor, old);
    if (!ops) return ops.error();
    if (!is_in_it(file)) {
        const auto owner = found.state.birth ? found.state.birth->owner : PersonId{};
        if (const auto may = check_not_erased(desk.home.replica(), found.group, owner, {file}); !may)
            return may.error();
        const auto added = decide_add(found.state, actor, {{"files", Value(file), {}}});
        if (!added) return added.error();
        ops->insert(ops->end(), added->begin(), added->end());
    }
    const bool changed = !ops->empty();
    if (const auto written = write(desk, found, ops); !written) return written.error();
    return changed;
}

Steps<Json> resource_update(Desk& desk, Json args) {
    auto found = find_resource(desk, args);
    if (!found) co_return found.error();
    if (const auto may = may_write(desk, found->group); !may) co_return may.error();
    const auto path = path_arg(args, "source");
    if (!path) co_return path.error();
    std::error_code error;
    if (std::filesystem::is_directory(*path, error)) co_return own_file_error(EISDIR, *path);
    // What came through the page's door has no path that says how it is called.
    auto called = text_arg(args, "name");
    const auto name = name_as_words(called.empty() ? path->filename().string() : called);
    const auto replaced = replaced_by(current_versions(view_in(desk, *found)), name, text_arg(args, "replaces"));
    if (!replaced) co_return replaced.error();
    Intakes::Intake intake(desk.home.intakes());
    std::vector<std::string> paths{path->string()};
    auto files = co_await take_in(desk, found->group, intake, std::move(paths), {}, std::move(called));
    if (!files) co_return files.error();
    // Others may have written meanwhile. What they put in is not replaced: nobody saw it.
    const Json same{{"resource", to_text(found->state.id)}};
    found = find_resource(desk, same);
    if (!found) co_return found.error();
    const auto changed = put_in_place(desk, *found, files->front(), *replaced);
    if (!changed) co_return changed.error();
    intake.kept();
    co_return Json{{"resource", to_text(found->state.id)},
                   {"version", FileVersion{files->front(), {}}.id()},
                   {"changed", *changed}};
}

// Of several of one name that one alone; an earlier one comes back in the place of what is there.
Reply resource_choose(Desk& desk, const Json& args) {
    const auto found = find_resource(desk, args);
    if (!found) return found.error();
    const auto all = all_versions(desk, *found);
    const auto chosen = find_version(all, text_arg(args, "version"));
    if (!chosen) return chosen.error();
    std::vector<FileVersion> others;
    for (const auto& version : all) {
        const bool is_other = version.file.name == chosen->file.name &&
                              (!chosen->current || version.by != chosen->by || version.wall_ms != chosen->wall_ms);
        if (version.current && is_other) others.push_back(version);
    }
    const auto changed = put_in_place(desk, *found, chosen->file, others);
    if (!changed) return changed.error();
    return Json{{"resource", to_text(found->state.id)}, {"version", chosen->id()}, {"changed", *changed}};
}

}  // namespace

std::span<const Verb> version_verbs() {
    static constexpr Verb verbs[] = {{"resource update", nullptr, in_steps<resource_update>},
                                     {"resource versions", resource_versions},
                                     {"resource choose", resource_choose}};
    return verbs;
}

}  // namespace staffroom::api
