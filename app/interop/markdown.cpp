#include "app/interop/markdown.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "app/api/intake.h"
#include "app/api/records.h"
#include "app/api/text_version.h"
#include "app/folder_walk.h"
#include "app/home.h"
#include "app/safe_file.h"
#include "core/text_rules.h"
#include "storage/file_copy.h"

namespace staffroom::api {
namespace {

namespace fs = std::filesystem;

// Front matter holds one JSON value a line, which every YAML reader understands too.
std::string front_matter(const Json& fields) {
    std::string text = "---\n";
    for (const auto& [key, value] : fields) text += std::string(key) + ": " + boost::json::serialize(value) + "\n";
    return text + "---\n";
}

struct Page {
    Json fields;
    std::string words;
};

// A file without front matter is all words. Line ends become U+000A. Lines in it that make no sense are passed over: people edit these files.
Page page_of(std::string text) {
    Page page;
    constexpr std::string_view fence = "---\n";
    const auto end = text.starts_with(fence) ? text.find("\n---\n", fence.size() - 1) : std::string::npos;
    if (end == std::string::npos) {
        page.words = std::move(text);
        return page;
    }
    std::size_t at = fence.size();
    while (at < end) {
        const auto line_end = std::min(text.find('\n', at), end);
        const auto line = std::string_view(text).substr(at, line_end - at);
        at = line_end + 1;
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        boost::system::error_code wrong;
        auto value = boost::json::parse(line.substr(colon + 2), wrong);
        page.fields[line.substr(0, colon)] = wrong ? boost::json::value(line.substr(colon + 2)) : std::move(value);
    }
    page.words = text.substr(end + 5);
    return page;
}

Result<> write_out(SafeFolder& folder, const std::string& name, const std::string& text) {
    auto file = folder.create(name);
    if (!file) return file.error();
    std::string_view left = text;
    while (!left.empty()) {
        const auto written = ::write(file->descriptor(), left.data(), left.size());
        if (written <= 0) return disk_error(errno, file->path());
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    return file->keep();
}

std::string name_for(const RecordState& state) {
    auto name = title_of(state);
    return (name.empty() ? to_text(state.id).substr(0, 8) : name) + ".md";
}

Result<> export_record(SafeFolder& folder, Desk& desk, const FoundRecord& found, bool note) {
    const auto view = view_in(desk, found);
    auto fields = json_of(view);
    Json head{{"id", fields["id"]}};
    if (note) {
        const auto text = desk.home.replica().text(found.group, found.state.id, "body");
        if (!text) return text.error();
        head["version"] = version_text(text->version());
    } else {
        head["type"] = view.type;
    }
    std::string words;
    for (const auto& field : view.fields) {
        if (field.merge == Merge::text) {
            words += note ? field.words : "\n## " + field.name + "\n\n" + field.words + "\n";
        } else if (const auto* value = fields["fields"].as_object().if_contains(field.name)) {
            head[field.name] = *value;
        }
    }
    return write_out(folder, name_for(found.state), front_matter(head) + words);
}

std::string words_of_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Result<Exported> export_markdown(Desk& desk, const GroupId& group, const fs::path& folder) {
    Exported done;
    auto notes = SafeFolder::open(folder / "notes");
    if (!notes) return notes.error();
    std::vector<RecordState> states;
    desk.home.replica().each_record(group, [&](RecordState&& state) {
        if (state.exists && state.birth && !state.is_retired()) states.push_back(std::move(state));
        return true;
    });
    std::set<std::pair<std::string, std::vector<ChunkRef>>> files_done;
    std::optional<SafeFolder> files;
    for (auto& state : states) {
        const auto type = state.birth->type;
        const FoundRecord found{group, std::move(state)};
        if (type == "note") {
            if (auto written = export_record(*notes, desk, found, true); !written) return written.error();
            ++done.notes;
            continue;
        }
        auto records = SafeFolder::open(folder / "records" / type);
        if (!records) return records.error();
        if (auto written = export_record(*records, desk, found, false); !written) return written.error();
        ++done.records;
        for (const auto& cell : found.state.cells) {
            for (const auto& entry : cell.values) {
                const auto* file = entry.value.get<FileRef>();
                if (file == nullptr || !files_done.insert({file->name, file->manifest}).second) continue;
                if (!files) {
                    auto opened = SafeFolder::open(folder / "files");
                    if (!opened) return opened.error();
                    files = std::move(*opened);
                }
                auto target = files->create(file->name);
                if (!target) return target.error();
                auto& profile = desk.home.profile();
                const auto copied =
                    copy_out(profile.store(), profile.chunks(), *file, target->descriptor(), target->path());
                if (!copied && copied.code() != Code::not_found) return copied.error();
                if (!copied) {
                    done.missing.push_back(boost::json::string(file->name));
                    continue;
                }
                if (auto kept = target->keep(); !kept) return kept.error();
                ++done.files;
            }
        }
    }
    return done;
}

Result<Imported> import_markdown(Desk& desk, const GroupId& group, const fs::path& folder) {
    Imported done;
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        return {Code::not_found, "There is no folder " + in_quotes(folder.string()) + ".", "Check the path."};
    }
    // The library's own export of records is for reading; notes and loose files come back.
    const auto root = fs::is_directory(folder / "notes", error) ? folder / "notes" : folder;
    const auto paths = files_below(root);
    if (!paths) return paths.error();
    for (const auto& path : *paths) {
        if (path.extension() != ".md") {
            auto file = take_in(desk, group, path.string());
            if (!file) return file.error();
            const auto made = make(
                desk, group,
                {"resource",
                 {{"title", Value(name_as_words(path.stem().string())), {}}, {"files", Value(std::move(*file)), {}}}});
            if (!made) return made.error();
            ++done.files;
            continue;
        }
        auto page = page_of(clean_text(words_of_file(path)));
        if (!is_utf8(page.words)) {
            return {Code::malformed, in_quotes(path.filename().string()) + " is not text.",
                    "Save it as UTF-8 and import again."};
        }
        const auto found = find_record(desk.home.replica(), text_arg(page.fields, "id"), {"note"});
        if (found && found->group == group) {
            const auto version = maybe_text_arg(page.fields, "version");
            const auto put =
                put_words(desk, *found, "body", page.words, version ? version_from(*version) : std::nullopt);
            if (!put && put.code() == Code::not_found) {
                return {Code::not_found,
                        in_quotes(path.filename().string()) + " was made from words that are not on this computer yet.",
                        "Sync with the colleague who exported it, then import it again."};
            }
            if (!put) return put.error();
            done.changed += *put ? 1 : 0;
            continue;
        }
        const auto title = maybe_text_arg(page.fields, "title").value_or(name_as_words(path.stem().string()));
        NewRecord wanted{"note", {{"title", Value(title), {}}}};
        if (!page.words.empty()) wanted.inputs.push_back({"body", Value(page.words), {}});
        for (const auto& tag : list_arg(page.fields, "tag")) wanted.inputs.push_back({"tag", Value(tag), {}});
        const auto made = make(desk, group, std::move(wanted));
        if (!made) return made.error();
        ++done.notes;
    }
    return done;
}

}  // namespace staffroom::api
