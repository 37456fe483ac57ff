#include "app/cli/parse.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/help.h"

namespace staffroom::cli {
namespace {

namespace fs = std::filesystem;

// Where CLI11 puts what it reads for one option.
struct Slot {
    const Option* option = nullptr;
    CLI::Option* read = nullptr;
    std::string text;
    std::vector<std::string> list;
    std::uint64_t number = 0;
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
    const std::string about(option.about);
    switch (option.takes) {
        case Takes::list:
            slot->read = built.app->add_option(name, slot->list, about);
            break;
        case Takes::number:
            slot->read = built.app->add_option(name, slot->number, about);
            break;
        case Takes::flag:
            slot->read = built.app->add_flag(name, slot->flag, about);
            break;
        default:
            slot->read = built.app->add_option(name, slot->text, about);
    }
    if (option.takes == Takes::list && !positional) slot->read->expected(1)->take_all();
    if (positional) slot->read->type_name(std::string(option.name));
    slot->read->required(option.required);
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

std::optional<std::string> words_of_file(const std::string& name) {
    if (name == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    std::ifstream file(name, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

// The arguments as the verb reads them, or what is wrong with them.
std::optional<std::string> fill(const Built& built, api::Json& args) {
    for (const auto& slot : built.slots) {
        if (slot->read->count() == 0) continue;
        const auto key = slot->option->key;
        switch (slot->option->takes) {
            case Takes::text:
                args[key] = slot->text;
                break;
            case Takes::list: {
                boost::json::array list;
                for (const auto& each : slot->list) list.push_back(boost::json::string(each));
                args[key] = std::move(list);
                break;
            }
            case Takes::number:
                args[key] = slot->number;
                break;
            case Takes::flag:
                args[key] = slot->flag;
                break;
            case Takes::path:
                args[key] = fs::absolute(slot->text).lexically_normal().string();
                break;
            case Takes::source: {
                const bool address = slot->text.find("://") != std::string::npos;
                args[key] = address ? slot->text : fs::absolute(slot->text).lexically_normal().string();
                break;
            }
            case Takes::file_text: {
                auto words = words_of_file(slot->text);
                if (!words) return "The file “" + slot->text + "” cannot be read.";
                args[key] = std::move(*words);
                break;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::variant<Parsed, Told> parse(int argc, const char* const* argv) {
    CLI::App app("Staffroom: a staff room for teachers, without the Internet.", "staffroom");
    app.require_subcommand(1);
    app.fallthrough();
    Parsed parsed;
    std::string home, passphrase_file;
    app.add_option("--home", home, "the folder of your profile");
    app.add_flag("--json", parsed.json, "answer for programs, as one JSON document");
    app.add_option("--passphrase-file", passphrase_file, "a file that holds your passphrase");

    std::map<std::string, CLI::App*> parents;
    std::vector<std::unique_ptr<Built>> all;
    for (const auto& command : commands()) {
        auto* under = &app;
        auto word = std::string(command.words);
        if (const auto space = word.find(' '); space != std::string::npos) {
            const auto first = word.substr(0, space);
            auto& parent = parents[first];
            if (parent == nullptr) {
                parent = app.add_subcommand(first, "See: staffroom " + first + " --help");
                parent->require_subcommand(1);
                parent->fallthrough();
            }
            under = parent;
            word = word.substr(space + 1);
        }
        auto built = std::make_unique<Built>();
        built->command = &command;
        built->app = under->add_subcommand(word, std::string(command.about));
        built->app->fallthrough();
        for (const auto& option : command.options) add_option(*built, option);
        all.push_back(std::move(built));
    }
    std::vector<std::string> about;
    auto* help = app.add_subcommand("help", "What can be asked of Staffroom");
    help->add_option("COMMAND", about);

    // `--json` is looked for by hand as well: a usage error must know how to speak before parsing has ended.
    const bool wants_json =
        std::any_of(argv + 1, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::vector<std::string> words;
        for (auto* asked = &app; !asked->get_subcommands().empty();) {
            asked = asked->get_subcommands().front();
            words.push_back(asked->get_name());
        }
        const auto text = help_for(words);
        return Told{words.empty() || text.empty() ? help_for_all() : text, 0, false};
    } catch (const CLI::ParseError& error) {
        return Told{error.what(), 2, wants_json};
    }
    if (help->parsed()) {
        if (about.empty()) return Told{help_for_all(), 0, false};
        const auto text = help_for(about);
        if (text.empty()) return Told{"There is no such command.", 2, wants_json};
        return Told{text, 0, false};
    }
    parsed.home = home.empty() ? default_home() : fs::path(home);
    if (!parsed.home.empty()) parsed.home = fs::absolute(parsed.home);
    if (!passphrase_file.empty()) parsed.passphrase_file = passphrase_file;
    for (const auto& built : all) {
        if (!built->app->parsed()) continue;
        parsed.command = std::string(built->command->words);
        if (const auto wrong = fill(*built, parsed.args)) return Told{*wrong, 2, wants_json};
    }
    return parsed;
}

}  // namespace staffroom::cli
