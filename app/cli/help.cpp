#include "app/cli/help.h"

#include <algorithm>

#include "app/cli/commands.h"
#include "core/text_rules.h"

namespace staffroom::cli {
namespace {

// Two columns: what to type, what it does.
using Lines = std::vector<std::pair<std::string, std::string>>;

std::string in_columns(const Lines& lines) {
    std::size_t width = 0;
    for (const auto& [left, right] : lines) width = std::max(width, columns_of(left));
    std::string text;
    for (const auto& [left, right] : lines) {
        text += "  " + left + std::string(width - columns_of(left) + 2, ' ') + right + '\n';
    }
    return text;
}

std::string value_of(const Option& option) {
    switch (option.takes) {
        case Takes::flag:
            return {};
        case Takes::number:
            return " N";
        case Takes::folder:
            return " FOLDER";
        case Takes::path:
        case Takes::file_text:
            return " FILE";
        default:
            return " WORDS";
    }
}

std::string options_of(const Command& command) {
    Lines lines;
    for (const auto& option : command.options) {
        const bool named = option.name.starts_with("--");
        lines.emplace_back(std::string(option.name) + (named ? value_of(option) : ""), std::string(option.about));
    }
    return in_columns(lines);
}

}  // namespace

std::string usage_of(const Command& command) {
    auto line = "staffroom " + std::string(command.words);
    bool optional = false;
    for (const auto& option : command.options) {
        const bool named = option.name.starts_with("--");
        if (!option.required) {
            optional |= named;
            if (!named) line += " [" + std::string(option.name) + "]";
        } else {
            line += " " + std::string(option.name) + (named ? value_of(option) : "");
        }
    }
    return line + (optional ? " [options]" : "");
}

std::string help_for_all() {
    Lines lines;
    for (const auto& command : commands()) lines.emplace_back(command.words, command.about);
    lines.emplace_back("help COMMAND", "One command with its options");
    return "Staffroom: a staff room for teachers, without the Internet.\n\n" + in_columns(lines) +
           "\nWith every command:\n" +
           in_columns({{"--home FOLDER", "the folder of your profile"},
                       {"--passphrase-file FILE", "a file that holds your passphrase"},
                       {"--json", "answer for programs, as one JSON document"}}) +
           "\nGroups, notes, resources and colleagues may be given by name, by id, or by the first 6 letters of the "
           "id.\n";
}

std::string help_for(const std::vector<std::string>& words) {
    std::string wanted;
    for (const auto& word : words) wanted += (wanted.empty() ? "" : " ") + word;
    std::string text;
    for (const auto& command : commands()) {
        if (command.words != wanted && !command.words.starts_with(wanted + " ")) continue;
        if (!text.empty()) text += '\n';
        text += usage_of(command) + "\n    " + std::string(command.about) + "\n" + options_of(command);
    }
    return text;
}

}  // namespace staffroom::cli
