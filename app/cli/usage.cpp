#include "app/cli/usage.h"

#include <algorithm>
#include <numeric>

#include "app/cli/help.h"
#include "core/text_rules.h"

namespace staffroom::cli {
namespace {

// How many letters must be put in, taken out or changed (Levenshtein 1965). Words are short.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const auto changed = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
        }
    }
    return row.back();
}

// Of the choices the nearest that a slip of the fingers explains: a third of the letters at the most.
template <class Choices, class Name>
std::string nearest(const std::string& typed, const Choices& choices, const Name& name_of) {
    std::string best;
    auto least = std::max<std::size_t>((typed.size() + 1) / 3, 1) + 1;
    for (const auto& choice : choices) {
        const std::string name(name_of(choice));
        if (const auto far = distance(typed, name); far < least) {
            least = far;
            best = name;
        }
    }
    return best;
}

std::string quoted(const std::string& word) { return in_quotes(shown_name(word, 80)); }

std::string first_word(std::string_view words) { return std::string(words.substr(0, words.find(' '))); }

std::string second_words(const std::string& first) {
    std::string list;
    for (const auto& command : commands()) {
        if (!command.words.starts_with(first + " ")) continue;
        list += (list.empty() ? "" : ", ") + std::string(command.words.substr(first.size() + 1));
    }
    return list;
}

}  // namespace

Error no_such_command(const std::vector<std::string>& words) {
    if (words.empty()) return {Code::malformed, "Say what Staffroom is to do.", "See: staffroom help"};
    const auto& first = words.front();
    const auto seconds = second_words(first);
    const auto typed = words.size() > 1 && !seconds.empty() ? first + " " + words[1] : first;
    const auto said = seconds.empty() || words.size() > 1 ? "There is no command " + quoted(typed) + "."
                                                          : quoted(first) + " needs another word, to say what to do.";
    const auto whole = [](const Command& command) { return command.words; };
    auto near = words.size() > 1 ? nearest(first + " " + words[1], commands(), whole) : std::string();
    if (near.empty()) near = nearest(typed, commands(), whole);
    if (near.empty() && seconds.empty()) {
        near = nearest(first, commands(), [](const Command& command) { return first_word(command.words); });
    }
    if (!near.empty()) return {Code::malformed, said, "Did you mean: staffroom " + near};
    if (!seconds.empty()) return {Code::malformed, said, "Give one of: " + seconds + "."};
    return {Code::malformed, said, "See: staffroom help"};
}

Error superfluous(const Command& command, const std::string& word) {
    const std::string words(command.words);
    const auto help = "See: staffroom help " + words;
    if (!word.starts_with('-') || word == "-") {
        return {Code::malformed, quoted(word) + " is one word too many for: staffroom " + words + ".",
                "Put words that belong together in quotation marks. " + help};
    }
    const auto name = word.substr(0, word.find('='));
    const auto near = nearest(name, command.options, [](const Option& option) { return option.name; });
    return {Code::malformed, in_quotes(words) + " has no option " + quoted(name) + ".",
            near.empty() ? help : "Did you mean: " + near};
}

Error missing(const Command& command, const Option& option) {
    return {Code::malformed, quoted(std::string(option.name)) + " is missing: " + std::string(option.about) + ".",
            "Type: " + usage_of(command)};
}

Error given_twice(std::string_view option) {
    return {Code::malformed, quoted(std::string(option)) + " is given twice.", "Give it once."};
}

Error wrong_value(const std::string& option) {
    return {Code::malformed, quoted(option) + " stands alone, without a value that it understands.",
            "Write the value after it, as in: --title \"Friday\""};
}

}  // namespace staffroom::cli
