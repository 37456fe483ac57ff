#include "app/search/documents.h"

#include <algorithm>

namespace staffroom::search {
namespace {

void add_line(std::string& words, std::string_view line) {
    if (line.empty()) return;
    if (!words.empty()) words += '\n';
    words += line;
}

// Ids, positions, numbers and yes or no are nothing that anybody would look for.
std::string words_in(const Value& value) {
    if (const auto* words = value.get<std::string>()) return *words;
    if (const auto* link = value.get<Link>()) return link->url;
    if (const auto* file = value.get<FileRef>()) return file->name;
    return {};
}

}  // namespace

std::optional<Described> describe(const RecordState& state, const TextOf& text_of) {
    if (state.is_retired()) return std::nullopt;
    const auto view = view_of(state, text_of);
    if (!view) return std::nullopt;
    Described described;
    described.about.type = view->type;
    described.title = title_of(state);
    for (const auto& field : view->fields) {
        add_line(described.words, field.words);
        for (const auto* values : {&field.values, &field.also}) {
            for (const auto& each : *values) {
                const auto words = words_in(each.value);
                if (words != described.title) add_line(described.words, words);
                const auto* file = each.value.get<FileRef>();
                if (file != nullptr && !file->manifest.empty()) described.files.push_back(*file);
                if (field.name == "tag") described.about.tags.push_back(words);
                if (field.name == "grade" || field.name == "grades") described.about.grades.push_back(words);
                if (field.name == "language") described.about.language = words;
            }
        }
    }
    std::sort(described.files.begin(), described.files.end());
    described.files.erase(std::unique(described.files.begin(), described.files.end()), described.files.end());
    return described;
}

}  // namespace staffroom::search
