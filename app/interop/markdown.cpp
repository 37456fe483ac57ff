#include "app/interop/markdown.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "app/api/intake.h"
#include "app/api/records.h"
#include "app/api/save.h"
#include "app/api/text_version.h"
#include "app/file_guess.h"
#include "app/folder_walk.h"
#include "app/home.h"
#include "app/safe_file.h"

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
        give(desk, found, text->version());
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

// A note of its own, or changes to the one that it was made from. In one go: it is a page of words.
Result<Imported> import_page(Desk& desk, const GroupId& group, const fs::path& path) {
    auto page = page_of(clean_text(words_of_file(path)));
    if (!is_utf8(page.words)) {
        return {Code::malformed, in_quotes(path.filename().string()) + " is not text.",
                "Save it as UTF-8 and import again."};
    }
    const auto found = find_record(desk.home.replica(), text_arg(page.fields, "id"), {"note"});
    if (found && found->group == group) {
        std::optional<std::vector<OpRef>> base;
        if (const auto version = maybe_text_arg(page.fields, "version")) base = version_from(*version);
        const auto put = at_once(put_words(desk, *found, "body", page.words, base));
        if (!put && put.code() == Code::not_found) {
            return {Code::not_found,
                    in_quotes(path.filename().string()) + " was made from words that are not on this computer yet.",
                    "Sync with the colleague who exported it, then import it again."};
        }
        if (!put) return put.error();
        return Imported{0, put->changed ? 1u : 0u, 0};
    }
    const auto title = maybe_text_arg(page.fields, "title").value_or(title_of_file(path));
    NewRecord wanted{"note", {{"title", Value(title), {}}}};
    if (!page.words.empty()) wanted.inputs.push_back({"body", Value(page.words), {}});
    for (const auto& tag : list_arg(page.fields, "tag")) wanted.inputs.push_back({"tag", Value(tag), {}});
    const auto made = make(desk, group, std::move(wanted));
    if (!made) return made.error();
    return Imported{1, 0, 0};
}

std::vector<FileRef> files_in(const RecordState& state) {
    std::vector<FileRef> files;
    for (const auto& cell : state.cells) {
        for (const auto& entry : cell.values) {
            if (const auto* file = entry.value.get<FileRef>()) files.push_back(*file);
        }
    }
    return files;
}

}  // namespace

Steps<Exported> export_markdown(Desk& desk, GroupId group, fs::path folder) {
    Exported written;
    auto notes = SafeFolder::open(folder / "notes");
    if (!notes) co_return notes.error();
    std::vector<RecordId> records;
    std::set<std::pair<std::string, std::vector<ChunkRef>>> files_met;
    Progress done{"bytes", 0, 0};
    desk.home.replica().each_record(group, [&](RecordState&& state) {
        if (!state.exists || !state.birth || state.is_retired()) return true;
        records.push_back(state.id);
        for (const auto& file : files_in(state)) {
            if (files_met.insert({file.name, file.manifest}).second) done.total += file.size;
        }
        return true;
    });
    files_met.clear();
    std::optional<SafeFolder> files;
    for (const auto& id : records) {
        auto state = desk.home.replica().record(group, id);
        if (!state || !state->exists || !state->birth) continue;  // erased meanwhile
        const auto type = state->birth->type;
        const FoundRecord found{group, std::move(*state)};
        if (type == "note") {
            if (auto kept = export_record(*notes, desk, found, true); !kept) co_return kept.error();
            ++written.notes;
            co_yield done;
            continue;
        }
        auto folder_of_type = SafeFolder::open(folder / "records" / type);
        if (!folder_of_type) co_return folder_of_type.error();
        if (auto kept = export_record(*folder_of_type, desk, found, false); !kept) co_return kept.error();
        ++written.records;
        co_yield done;
        for (const auto& file : files_in(found.state)) {
            if (!files_met.insert({file.name, file.manifest}).second) continue;
            if (!files) {
                auto opened = SafeFolder::open(folder / "files");
                if (!opened) co_return opened.error();
                files = std::move(*opened);
            }
            const auto saved = co_await save(desk, *files, file, done);
            if (!saved) co_return saved.error();
            if (saved->here) {
                ++written.files;
            } else {
                written.missing.push_back(boost::json::string(file.name));
            }
            done.done += file.size;
        }
    }
    co_return written;
}

Steps<Imported> import_markdown(Desk& desk, GroupId group, fs::path folder) {
    Imported read;
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        co_return Error{Code::not_found, "There is no folder " + in_quotes(folder.string()) + ".", "Check the path."};
    }
    // The library's own export of records is for reading; notes and loose files come back.
    const auto root = fs::is_directory(folder / "notes", error) ? folder / "notes" : folder;
    const auto paths = files_below(root);
    if (!paths) co_return paths.error();
    Progress done{"bytes", 0, bytes_of(*paths)};
    for (const auto& name : *paths) {
        const fs::path path(name);
        std::vector<std::string> one{name};
        const auto bytes = bytes_of(one);
        if (path.extension() != ".md") {
            Intakes::Intake intake(desk.home.intakes());
            auto file = co_await take_in(desk, group, intake, std::move(one), done);
            if (!file) co_return file.error();
            const auto made =
                make(desk, group,
                     {"resource",
                      {{"title", Value(title_of_file(path)), {}}, {"files", Value(std::move(file->front())), {}}}});
            if (!made) co_return made.error();
            intake.kept();
            ++read.files;
        } else {
            const auto imported = import_page(desk, group, path);
            if (!imported) co_return imported.error();
            read.notes += imported->notes;
            read.changed += imported->changed;
        }
        done.done += bytes;
        co_yield done;
    }
    co_return read;
}

}  // namespace staffroom::api
