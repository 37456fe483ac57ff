#include "app/api/said.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "app/api/args.h"
#include "app/page/built.h"
#include "storage/disk.h"

namespace staffroom::api {
namespace {

constexpr std::size_t catalogue_bytes_max = std::size_t{1} << 20;
constexpr const char* kept_in = "language";
constexpr std::string_view right_to_left[] = {"ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"};

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

bool is_language(std::string_view name) {
    return name.size() >= 2 && name.size() <= 3 &&
           std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
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
        if (at != best->names.end()) {
            // A value is part of the sentence: this ends.
            const auto value = of(values[static_cast<std::size_t>(at - best->names.begin())]);
            words += isolates_ ? "\u2068" + value + "\u2069" : value;
        }
        words += pieces[i + 1];
    }
    return words;
}

std::string Said::word(std::string_view name) const {
    std::string plain(name);
    std::replace(plain.begin(), plain.end(), '_', ' ');
    auto key = plain;
    std::replace(key.begin(), key.end(), '-', ' ');
    if (!key.empty() && key[0] >= 'a' && key[0] <= 'z') key[0] = static_cast<char>(key[0] - 'a' + 'A');
    const auto found = whole_.find(key);
    return found == whole_.end() ? plain : found->second;
}

// `say` beside `do`, and a notice, are the program's sentences, wherever they stand; a colleague's words have no such names.
void Said::translate(boost::json::value& value) const {
    if (auto* list = value.if_array()) {
        for (auto& each : *list) translate(each);
    } else if (auto* object = value.if_object()) {
        const bool is_told = object->contains("say") && object->contains("do");
        for (auto& [name, each] : *object) {
            const bool is_ours = name == "notice" || (is_told && (name == "say" || name == "do"));
            if (is_ours && each.is_string()) {
                each = of(std::string(each.get_string()));
            } else {
                translate(each);
            }
        }
    }
}

Reply Said::of(Reply reply) const {
    if (whole_.empty() && patterns_.empty()) return reply;
    boost::json::value whole(reply ? std::move(*reply) : with_trouble({}, trouble_of(reply.error())));
    translate(whole);
    return std::move(whole.get_object());
}

Said said_in(const std::string& language, const std::filesystem::path& home) {
    Said said;
    if (!is_language(language)) return said;
    if (std::ranges::find(right_to_left, language) != std::end(right_to_left)) said.isolate_values();
    const auto file = language + ".json";
    for (const auto* folder : {"/i18n/", "/i18n/said/"}) {
        const auto* built = language == "en" ? nullptr : page::built_file(folder + file);
        if (built) said.add(built->bytes);
    }
    if (!home.empty()) said.add(file_bytes(home / "languages" / file));
    return said;
}

std::string language_of(const std::filesystem::path& home) {
    const auto set = [](const char* name) {
        const auto* value = std::getenv(name);
        return std::string_view(value == nullptr ? "" : value);
    };
    std::string kept;
    auto value = set("STAFFROOM_LANGUAGE");
    if (value.empty()) value = kept = kept_language(home);
    for (const auto* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        if (value.empty()) value = set(name);
    }
    const auto end = std::find_if(value.begin(), value.end(), [](char c) { return c < 'a' || c > 'z'; });
    return end == value.begin() ? "en" : std::string(value.begin(), end);
}

std::string kept_language(const std::filesystem::path& home) {
    auto words = home.empty() ? std::string() : file_bytes(home / kept_in);
    while (!words.empty() && words.back() == '\n') words.pop_back();
    return is_language(words) ? words : "";
}

std::vector<std::string> known_languages(const std::filesystem::path& home) {
    std::vector<std::string> known{"en"};
    for (const auto& built : page::built_files()) {
        constexpr std::string_view folder = "/i18n/said/";
        if (built.path.starts_with(folder)) known.emplace_back(built.path.substr(folder.size(), 2));
    }
    std::error_code failed;
    for (std::filesystem::directory_iterator at(home / "languages", failed), end; !failed && at != end;
         at.increment(failed)) {
        if (at->path().extension() == ".json" && is_language(at->path().stem().string()))
            known.push_back(at->path().stem().string());
    }
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    return known;
}

Result<> keep_language(const std::filesystem::path& home, const std::string& language) {
    const auto known = known_languages(home);
    if (std::find(known.begin(), known.end(), language) == known.end()) {
        std::string all;
        for (const auto& each : known) all += (all.empty() ? "" : ", ") + each;
        return Error{Code::not_found, "Staffroom does not speak “" + language + "”.", "It speaks: " + all + "."};
    }
    return replace_file(home / kept_in, view_of(language + "\n"));
}

}  // namespace staffroom::api
