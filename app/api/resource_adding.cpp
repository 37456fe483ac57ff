#include "app/api/resource_adding.h"

#include <boost/json.hpp>
#include <filesystem>
#include <set>

#include "app/api/intake.h"
#include "app/file_guess.h"
#include "app/folder_walk.h"
#include "app/home.h"
#include "storage/own_file.h"

namespace staffroom::api {
namespace {

constexpr std::size_t parts_a_step = 256;

bool is_link(const std::string& source) { return source.starts_with("http://") || source.starts_with("https://"); }

// What was guessed, unless somebody said something.
std::vector<Input> guessed(std::vector<Input> inputs, const char* field, const std::string& guess) {
    const auto is_said = [&](const Input& input) { return input.field == field; };
    if (!guess.empty() && std::ranges::none_of(inputs, is_said)) inputs.push_back({field, Value(guess), {}});
    return inputs;
}

Steps<Json> add_one(Desk& desk, GroupId group, std::vector<Input> inputs, std::vector<std::string> paths,
                    std::string called = {}) {
    Intakes::Intake intake(desk.home.intakes());
    auto files = co_await take_in(desk, group, intake, std::move(paths), {}, std::move(called));
    if (!files) co_return files.error();
    const auto allowed = check_not_erased(desk.home.replica(), group, desk.home.identity().person(), *files);
    if (!allowed) co_return allowed.error();
    for (auto& file : *files) inputs.push_back({"files", Value(std::move(file)), {}});
    const auto record = make(desk, group, {"resource", std::move(inputs)});
    if (!record) co_return record.error();
    intake.kept();
    co_return Json{{"resource", to_text(*record)}};
}

// Whether it is a resource of one's own that has this file alone, and all that is said of it.
bool is_resource_of(Desk& desk, const FoundRecord& found, const FileRef& file, const std::vector<Input>& said) {
    const auto& [group, state] = found;
    if (!state.exists || !state.birth || state.is_retired()) return false;
    if (state.birth->type != "resource" || state.birth->owner != desk.home.identity().person()) return false;
    const auto view = view_in(desk, found);
    const auto holds = [&](std::string_view name, const Value& value) {
        const auto* field = view.find(name);
        return field != nullptr &&
               std::ranges::any_of(field->values, [&](const ShownValue& shown) { return shown.value == value; });
    };
    return view.find("files") != nullptr && view.find("files")->values.size() == 1 && holds("files", Value(file)) &&
           std::ranges::all_of(said,
                               [&](const Input& input) { return input.value && holds(input.field, *input.value); });
}

// One resource a file. Each run is in the library as soon as it is durable: colleagues begin with the first files while the
// last are read, and what was added before a power cut, or a full disk, is passed over when the folder is added again.
Steps<Json> add_each(Desk& desk, GroupId group, std::vector<Input> inputs, std::vector<std::string> paths,
                     std::vector<std::string> refused, Progress all_of_it) {
    Intakes::Intake intake(desk.home.intakes());
    boost::json::array all;
    std::optional<Error> erased;  // the first that does not come back
    std::set<RecordId> counted;   // a folder may hold one file twice: each resource stands for one
    const auto resource_of = [&](const FileRef& file) -> std::optional<RecordId> {
        for (const auto& holder : desk.home.replica().holders_of(group, file)) {
            if (counted.contains(holder)) continue;
            auto state = desk.home.replica().record(group, holder);
            if (state && is_resource_of(desk, {group, std::move(*state)}, file, inputs)) return holder;
        }
        return std::nullopt;
    };
    auto path = paths.begin();
    const EachRun add_run = [&](std::vector<TakenFile> run, Progress done) -> Steps<> {
        boost::json::array ids;
        std::vector<ContentPart> parts;
        for (auto& [file, language] : run) {
            const auto title = title_of_file(*path++);
            const auto allowed = check_not_erased(desk.home.replica(), group, desk.home.identity().person(), {file});
            if (!allowed) {
                if (!erased) erased = allowed.error();
                refused.push_back(allowed.error().say);
                continue;
            }
            if (const auto before = resource_of(file)) {
                counted.insert(*before);
                ids.push_back(boost::json::string(to_text(*before)));
                continue;
            }
            auto each = guessed(guessed(inputs, "title", title), "language", language);
            each.push_back({"files", Value(std::move(file)), {}});
            auto part =
                decide_create(group, actor_in(desk, group), {"resource", std::move(each)}, random_id<Nonce16>());
            if (!part) co_return part.error();
            counted.insert(part->record);
            ids.push_back(boost::json::string(to_text(part->record)));
            parts.push_back(std::move(*part));
            if (parts.size() % parts_a_step == 0) co_yield done;
        }
        if (const auto written = write(desk, group, parts); !written) co_return written.error();
        all.insert(all.end(), ids.begin(), ids.end());
        co_return Done{};
    };
    const auto taken = co_await take_in_runs(desk, group, intake, paths, add_run, all_of_it);
    if (!taken && all.empty()) co_return taken.error();
    if (all.empty() && erased) co_return *erased;
    if (!taken) refused.push_back(taken.error().say);
    if (taken) intake.kept();
    Json reply{{"resources", std::move(all)}};
    if (!refused.empty()) reply["refused"] = as_list(refused);  // what print.cpp turns into "partly done"
    co_return reply;
}

}  // namespace

// The options that say something about a resource, as inputs.
Result<std::vector<Input>> about(Desk& desk, const GroupId& group, const Json& args) {
    constexpr std::pair<const char*, const char*> options[] = {{"title", "title"},       {"tags", "tag"},
                                                               {"subject", "subject"},   {"grades", "grade"},
                                                               {"language", "language"}, {"licence", "licence"}};
    const auto* type = find_type("resource");
    const auto resolver = resolver_for(desk, group);
    std::vector<Input> inputs;
    for (const auto& [option, field] : options) {
        for (const auto& words : list_arg(args, option)) {
            auto input = parse_input(*type, field, words, resolver);
            if (!input) return input.error();
            inputs.push_back(std::move(*input));
        }
    }
    return inputs;
}

Steps<Json> resource_add(Desk& desk, Json args) {
    namespace fs = std::filesystem;
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) co_return found.error();
    const auto group = (*found)->id;
    if (const auto may = may_write(desk, group); !may) co_return may.error();
    const auto source = text_arg(args, "source");
    auto inputs = about(desk, group, args);
    if (!inputs) co_return inputs.error();
    if (is_link(source)) {
        inputs->push_back({"link", Value(Link{source}), {}});
        co_return co_await add_one(desk, group, guessed(std::move(*inputs), "title", source), {});
    }
    if (source.find("://") != std::string::npos) {
        co_return Error{Code::malformed, in_quotes(source) + " is no web address.",
                        "One begins with https:// or http://."};
    }
    const auto path = path_arg(args, "source");
    if (!path) co_return path.error();
    std::error_code error;
    const auto kind = fs::status(*path, error).type();
    if (kind == fs::file_type::not_found || kind == fs::file_type::none) {
        co_return own_file_error(error.value(), *path);
    }
    std::vector<std::string> paths{path->string()};
    if (kind != fs::file_type::directory) {
        // What came through the page's door has no path that says how it is called.
        auto called = text_arg(args, "name");
        const auto name = called.empty() ? *path : fs::path(called);
        auto about_it = guessed(std::move(*inputs), "title", title_of_file(name));
        about_it = guessed(std::move(about_it), "language", language_of_file(*path, name.filename().string()));
        co_return co_await add_one(desk, group, std::move(about_it), std::move(paths), std::move(called));
    }
    const bool as_one = flag_arg(args, "as-one");
    if (!as_one && args.contains("title")) {
        co_return Error{Code::malformed, "The files of a folder are called by their own names.",
                        "Leave out --title, or add --as-one to make one resource of the folder."};
    }
    auto walked = readable_files_below(*path);
    if (!walked) co_return walked.error();
    if (walked->files.empty() && !walked->left_out.empty()) co_return walked->left_out.front();
    if (walked->files.empty()) {
        co_return Error{Code::not_found, "There is no file in " + in_quotes(source) + ".", "Choose another folder."};
    }
    paths = std::move(walked->files);
    std::vector<std::string> refused;
    for (const auto& why : walked->left_out) refused.push_back(why.say);
    if (!as_one) {
        co_return co_await add_each(desk, group, std::move(*inputs), std::move(paths), std::move(refused),
                                    {"bytes", 0, walked->bytes});
    }
    const auto name = path->filename().empty() ? path->parent_path().filename() : path->filename();
    auto about_it = guessed(std::move(*inputs), "title", title_of_name(name.string()));
    auto made = co_await add_one(desk, group, std::move(about_it), std::move(paths));
    if (made && !refused.empty()) (*made)["refused"] = as_list(refused);
    co_return made;
}

}  // namespace staffroom::api
