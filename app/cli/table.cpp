#include "app/cli/table.h"

#include <algorithm>
#include <ctime>

#include "app/cli/heads.h"
#include "app/home.h"
#include "core/text_rules.h"

namespace staffroom::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t id_letters = 10, cell_columns_max = 48;

// A colleague's clock is shown where it can be right (not before the program was made, not tomorrow), and never
// believed.
std::string date_of(std::uint64_t wall_ms, const api::Said& said) {
    if (!Home::is_plausible(wall_ms)) return said.of("date unknown");
    const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local)};
}

std::string words_of(const json::value& value, const api::Said& said);

// Of several that are called the same it is told whose each is and when it was made.
std::string words_among(const json::value& value, const json::array& all, const api::Said& said) {
    const auto words = words_of(value, said);
    const auto* object = value.if_object();
    if (object == nullptr || !object->contains("by") || !object->contains("when")) return words;
    if (const auto* with = object->if_contains("with"); with != nullptr && with->is_array()) {
        // A file that is not here: who has it.
        return words + " (" + said.word("with") + ": " + words_of(*with, said) + ")";
    }
    const auto same = [&](const json::value& other) { return words_of(other, said) == words; };
    if (std::count_if(all.begin(), all.end(), same) < 2) return words;
    return words + " (" + words_of(object->at("by"), said) + ", " + line_of("when", object->at("when"), said) + ")";
}

std::string words_of(const json::value& value, const api::Said& said) {
    if (value.is_string()) return shown_name(std::string_view(value.get_string()), 400);
    if (value.is_bool()) return said.word(value.get_bool() ? "yes" : "no");
    if (value.is_null()) return "-";
    if (value.is_array()) {
        std::string line;
        const auto& all = value.get_array();
        for (const auto& each : all) line += (line.empty() ? "" : ", ") + words_among(each, all, said);
        return line;
    }
    if (value.is_object()) {
        const auto& object = value.get_object();
        for (const auto* name : {"name", "title", "value", "id"}) {
            if (const auto* shown = object.if_contains(name)) return words_of(*shown, said);
        }
        std::string line;
        for (const auto& [key, each] : object)
            line += (line.empty() ? "" : ", ") + said.word(head_of(key)) + " " + words_of(each, said);
        return line;
    }
    return json::serialize(value);
}

// Ids of records (26 letters), of persons, devices and groups (52), and versions of a text (58) in lower-case base32.
bool is_id(const json::value& value) {
    if (!value.is_string()) return false;
    const auto& text = value.get_string();
    return (text.size() == 26 || text.size() == 52 || text.size() == 58) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

struct Column {
    std::string name;
    std::vector<std::string> cells;
    bool ids = true;  // every cell that holds anything holds an id
    std::size_t width = 0;
};

std::string cell_of(std::string_view key, const json::value& value, const api::Said& said) {
    if (is_id(value)) return std::string(value.get_string()).substr(0, id_letters);
    if (value.is_array()) {
        std::string cell;
        if (!value.get_array().empty() && !is_id(value.get_array().front())) return line_of(key, value, said);
        for (const auto& each : value.get_array()) cell += (cell.empty() ? "" : ", ") + cell_of(key, each, said);
        return cell;
    }
    return line_of(key, value, said);
}

}  // namespace

std::string line_of(std::string_view key, const json::value& value, const api::Said& said) {
    const bool date = key == "when" || key == "began" || key == "created_ms" || key == "last_met";
    if (date && value.is_number()) return date_of(value.to_number<std::uint64_t>(), said);
    if (const auto measure = measure_of(key, value)) return *measure;
    const auto words = words_of(value, said);
    if (key == "notice") return said.of(words);
    const auto ours = value.is_string() ? word_of(key, words) : std::nullopt;
    return ours ? said.word(*ours) : words;
}

std::string table_of(const json::array& rows, const api::Said& said) {
    std::vector<Column> columns;
    for (std::size_t at = 0; at < rows.size(); ++at) {
        for (const auto& [key, value] : rows[at].get_object()) {
            const std::string name(key);
            auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
            if (column == columns.end()) column = columns.insert(columns.end(), Column{name, {}, true, 0});
            column->cells.resize(at);
            // A path is of use only whole, and so is a sentence.
            const bool is_whole = key == "path" || key == "folder" || key == "notice";
            const auto most = is_whole ? std::string::npos : cell_columns_max;
            column->cells.push_back(shown_name(cell_of(key, value, said), most));
            const bool ids =
                value.is_array() && !value.get_array().empty() ? is_id(value.get_array()[0]) : is_id(value);
            if (!column->cells.back().empty()) column->ids &= ids;
        }
    }
    std::erase_if(columns, [](const Column& column) {
        return column.name == "root" ||
               std::all_of(column.cells.begin(), column.cells.end(), [](const auto& cell) { return cell.empty(); });
    });
    std::stable_partition(columns.begin(), columns.end(), [](const Column& column) { return !column.ids; });
    for (auto& column : columns) {
        column.cells.resize(rows.size());
        column.cells.insert(column.cells.begin(), said.word(head_of(column.name)));
        for (const auto& cell : column.cells) column.width = std::max(column.width, columns_of(cell));
    }
    std::string text;
    for (std::size_t at = 0; at <= rows.size(); ++at) {
        std::string line;
        for (const auto& column : columns) {
            line += column.cells[at] + std::string(column.width - columns_of(column.cells[at]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

}  // namespace staffroom::cli
