#include "app/api/said.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "app/api/args.h"
#include "app/page/built.h"

namespace staffroom::api {
namespace {

constexpr std::size_t catalogue_bytes_max = std::size_t{1} << 20;

// What a text consists of, its places being {a}, {b}, …: one piece more than there are places.
void split(std::string_view text, std::vector<std::string>& pieces, std::vector<std::string>& names) {
    pieces.emplace_back();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '{' && at + 2 < text.size() && text[at + 1] >= 'a' && text[at + 1] <= 'z' &&
            text[at + 2] == '}') {
            names.emplace_back(1, text[at + 1]);
            pieces.emplace_back();
            at += 2;
        } else {
            pieces.back() += text[at];
        }
    }
}

// The values around which the pieces make the sentence, none of them empty; each as short as can be but the last.
std::optional<std::vector<std::string>> values_in(std::string_view sentence, const std::vector<std::string>& pieces) {
    if (!sentence.starts_with(pieces.front()) || !sentence.ends_with(pieces.back())) return std::nullopt;
    if (sentence.size() < pieces.front().size() + pieces.back().size()) return std::nullopt;
    const auto end = sentence.size() - pieces.back().size();
    std::vector<std::string> values;
    auto from = pieces.front().size();
    for (std::size_t next = 1; next < pieces.size(); ++next) {
        const bool is_last = next + 1 == pieces.size();
        const auto to = is_last ? end : sentence.find(pieces[next], from + 1);
        if (to == std::string_view::npos || to <= from || to > end) return std::nullopt;
        values.emplace_back(sentence.substr(from, to - from));
        from = to + pieces[next].size();
    }
    return values;
}

std::string file_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes(catalogue_bytes_max, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

}  // namespace

void Said::add(std::string_view catalogue) {
    const auto object = object_in(catalogue);
    if (!object) return;
    for (const auto& [name, value] : *object) {
        const auto key = std::string(name);
        if (!value.is_string()) continue;
        Pattern pattern;
        split(key, pattern.pieces, pattern.names);
        pattern.translation = std::string(value.get_string());
        if (pattern.names.empty()) {
            whole_[key] = pattern.translation;
            continue;
        }
        for (const auto& piece : pattern.pieces) pattern.letters += piece.size();
        patterns_[key] = std::move(pattern);
    }
}

std::string Said::of(const std::string& sentence) const {
    if (const auto found = whole_.find(sentence); found != whole_.end()) return found->second;
    const Pattern* best = nullptr;
    std::vector<std::string> values;
    for (const auto& [key, pattern] : patterns_) {
        if (best != nullptr && pattern.letters <= best->letters) continue;
        auto fits = values_in(sentence, pattern.pieces);
        if (!fits) continue;
        best = &pattern;
        values = std::move(*fits);
    }
    if (best == nullptr) return sentence;
    std::vector<std::string> pieces, places;
    split(best->translation, pieces, places);
    auto words = pieces.front();
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto at = std::find(best->names.begin(), best->names.end(), places[i]);
        // A value is part of the sentence: this ends.
        if (at != best->names.end()) words += of(values[static_cast<std::size_t>(at - best->names.begin())]);
        words += pieces[i + 1];
    }
    return words;
}

Reply Said::of(Reply reply) const {
    auto trouble = trouble_in(reply);
    if (!trouble || (whole_.empty() && patterns_.empty())) return reply;
    trouble->say = of(trouble->say);
    trouble->advice = of(trouble->advice);
    return with_trouble(reply ? std::move(*reply) : Json{}, *trouble);
}

Said said_in(const std::string& language, const std::filesystem::path& home) {
    Said said;
    const bool is_name = language.size() >= 2 && language.size() <= 3 &&
                         std::all_of(language.begin(), language.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (!is_name) return said;
    const auto file = language + ".json";
    if (const auto* built = page::built_file("/i18n/said/" + file)) said.add(built->bytes);
    if (!home.empty()) said.add(file_bytes(home / "languages" / file));
    return said;
}

std::string system_language() {
    for (const auto* name : {"STAFFROOM_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}) {
        const auto* set = std::getenv(name);
        if (set == nullptr || *set == '\0') continue;
        const std::string_view value = set;
        const auto letters = std::find_if(value.begin(), value.end(), [](char c) { return c < 'a' || c > 'z'; });
        return std::string(value.begin(), letters);
    }
    return "en";
}

}  // namespace staffroom::api
