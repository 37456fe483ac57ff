#include "app/cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/help.h"
#include "app/cli/usage.h"
#include "app/cli/values.h"

namespace staffroom::cli {
namespace {

namespace fs = std::filesystem;

// Where CLI11 puts what it reads for one option. What it means is for values.h.
struct Slot {
    const Option* option = nullptr;
    CLI::Option* read = nullptr;
    std::vector<std::string> words;
    std::string word;  // of one that stands by its place: a list would take its neighbours too
    bool flag = false;
};

struct Built {
    const Command* command = nullptr;
    CLI::App* app = nullptr;
    std::vector<std::unique_ptr<Slot>> slots;
};

void add_option(Built& built, const Option& option) {
    auto slot = std::make_unique<Slot>();
    slot->option = &option;
    auto name = std::string(option.name);
    const bool positional = !name.starts_with("--");
    if (positional) name = std::string(option.key);
    const bool list = option.takes == Takes::list || option.takes == Takes::fields;
    if (option.takes == Takes::flag) {
        slot->read = built.app->add_flag(name, slot->flag);
    } else if (positional && !list) {
        slot->read = built.app->add_option(name, slot->word);
    } else {
        slot->read = built.app->add_option(name, slot->words);
        if (!positional) slot->read->expected(1)->take_all();
    }
    built.slots.push_back(std::move(slot));
}

fs::path default_home() {
    const auto folder = [](const char* variable, const char* below) -> fs::path {
        const auto* value = std::getenv(variable);
        return value != nullptr && *value != 0 ? fs::path(value) / below : fs::path();
    };
    if (auto home = folder("STAFFROOM_HOME", ""); !home.empty()) return home;
    if (auto data = folder("XDG_DATA_HOME", "staffroom"); !data.empty()) return data;
    return folder("HOME", ".local/share/staffroom");
}

// As it stands there, whatever else is wrong with what was typed.
fs::path home_in(int argc, const char* const* argv) {
    constexpr std::string_view with_value = "--home=";
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word.starts_with(with_value)) return word.substr(with_value.size());
        if (word == "--home" && i + 1 < argc) return argv[i + 1];
    }
    return default_home();
}

// The arguments as the verb reads them.
Result<api::Json> arguments(const Built& built) {
    api::Json args;
    for (const auto& slot : built.slots) {
        const auto& option = *slot->option;
        const bool given = option.takes == Takes::flag ? slot->flag : slot->read->count() > 0;
        if (!given && option.required) return missing(*built.command, option);
        const auto& words = slot->words.empty() ? std::vector{slot->word} : slot->words;
        auto value = given ? std::optional(value_of(option, words)) : value_without(option);
        if (!value) continue;
        if (!*value) return value->error();
        args[option.key] = std::move(**value);
    }
    return args;
}

// What stands for a command, without the options around it.
std::vector<std::string> words_in(int argc, const char* const* argv) {
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--home" || word == "--passphrase-file") {
            ++i;
        } else if (!word.starts_with('-')) {
            words.emplace_back(word);
        }
    }
    return words;
}

}  // namespace

std::variant<Parsed, Told> parse(int argc, const char* const* argv) {
    // CLI11 only takes apart what was typed: what is missing, superfluous or no number is told in words of our own.
    CLI::App app("", "staffroom");
    app.require_subcommand(0, 1);
    app.fallthrough();
    app.allow_extras();
    Parsed parsed;
    std::vector<std::string> home, passphrase_file;
    app.add_option("--home", home)->expected(1)->take_all();
    app.add_flag("--json", parsed.json);
    app.add_option("--passphrase-file", passphrase_file)->expected(1)->take_all();

    std::map<std::string, CLI::App*> parents;
    std::vector<std::unique_ptr<Built>> all;
    for (const auto& command : commands()) {
        auto* under = &app;
        auto word = std::string(command.words);
        if (const auto space = word.find(' '); space != std::string::npos) {
            const auto first = word.substr(0, space);
            auto& parent = parents[first];
            if (parent == nullptr) {
                parent = app.add_subcommand(first);
                parent->require_subcommand(0, 1);
                parent->fallthrough();
                parent->allow_extras();
            }
            under = parent;
            word = word.substr(space + 1);
        }
        auto built = std::make_unique<Built>();
        built->command = &command;
        built->app = under->add_subcommand(word);
        built->app->fallthrough();
        built->app->allow_extras();
        for (const auto& option : command.options) add_option(*built, option);
        all.push_back(std::move(built));
    }
    std::vector<std::string> about;
    auto* help = app.add_subcommand("help");
    help->fallthrough();
    help->add_option("COMMAND", about);

    // `--json` is looked for by hand as well: a usage error must know how to speak before parsing has ended.
    const bool wants_json =
        std::any_of(argv + 1, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
    const auto told = [&](std::string words) {
        return Told{std::move(words), std::nullopt, wants_json, home_in(argc, argv)};
    };
    const auto wrong = [&](Error error) { return Told{{}, std::move(error), wants_json, home_in(argc, argv)}; };
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::vector<std::string> words;
        for (auto* asked = &app; !asked->get_subcommands().empty();) {
            asked = asked->get_subcommands().front();
            words.push_back(asked->get_name());
        }
        const auto text = help_for(words);
        return told(words.empty() || text.empty() ? help_for_all() : text);
    } catch (const CLI::ParseError& error) {
        // Its words begin with the option, as in "--title: 1 required".
        const std::string what(error.what());
        const auto option = what.find("--");
        return wrong(wrong_value(
            option == std::string::npos ? what : what.substr(option, what.find_first_of(" :=", option) - option)));
    }
    if (help->parsed()) {
        if (about.empty()) return told(help_for_all());
        const auto text = help_for(about);
        return text.empty() ? wrong(no_such_command(about)) : told(text);
    }
    const auto built = std::find_if(all.begin(), all.end(), [](const auto& each) { return each->app->parsed(); });
    const auto strays = app.remaining(true);
    if (built == all.end()) {
        const auto option = std::find_if(strays.begin(), strays.end(),
                                         [](const auto& word) { return word.starts_with("-") && word != "-"; });
        auto words = words_in(argc, argv);
        if (words.empty() && option != strays.end()) words.push_back(*option);
        return wrong(no_such_command(words));
    }
    const auto& command = *(*built)->command;
    if (!strays.empty()) return wrong(superfluous(command, strays.front()));
    if (home.size() > 1) return wrong(given_twice("--home"));
    if (passphrase_file.size() > 1) return wrong(given_twice("--passphrase-file"));

    parsed.command = std::string(command.words);
    parsed.home = home.empty() ? default_home() : fs::path(home.front());
    if (!parsed.home.empty() || !home.empty()) {
        auto absolute = path_from_here(parsed.home.string());
        if (!absolute) return wrong(absolute.error());
        parsed.home = absolute->has_filename() ? *absolute : absolute->parent_path();
    }
    if (!passphrase_file.empty()) {
        auto absolute = path_from_here(passphrase_file.front());
        if (!absolute) return wrong(absolute.error());
        parsed.passphrase_file = std::move(*absolute);
    }
    auto args = arguments(**built);
    if (!args) return wrong(args.error());
    parsed.args = std::move(*args);
    return parsed;
}

}  // namespace staffroom::cli
