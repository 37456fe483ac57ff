#include "app/cli/completion.h"

#include <iostream>
#include <map>
#include <set>

#include "app/cli/commands.h"

namespace staffroom::cli {
namespace {

// First words, and for each what may follow: second words, or options.
std::map<std::string, std::set<std::string>> words_after() {
    std::map<std::string, std::set<std::string>> after;
    for (const auto& command : commands()) {
        const std::string words(command.words);
        const auto space = words.find(' ');
        after[""].insert(words.substr(0, space));
        if (space != std::string::npos) after[words.substr(0, space)].insert(words.substr(space + 1));
        for (const auto& option : command.options) {
            if (option.name.starts_with("--")) after[words].insert(std::string(option.name));
        }
    }
    return after;
}

std::string joined(const std::set<std::string>& words) {
    std::string line;
    for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
    return line;
}

void print_bash() {
    std::cout << "_staffroom() {\n    local key=\"\"\n    [ \"$COMP_CWORD\" -gt 1 ] && key=\"${COMP_WORDS[1]}\"\n"
                 "    [ \"$COMP_CWORD\" -gt 2 ] && key=\"${COMP_WORDS[1]} ${COMP_WORDS[2]}\"\n    case \"$key\" in\n";
    for (const auto& [key, words] : words_after()) {
        std::cout << "    \"" << key << "\"" << (key.find(' ') == std::string::npos && !key.empty() ? "*" : "")
                  << ") COMPREPLY=($(compgen -W \"" << joined(words) << "\" -- \"${COMP_WORDS[COMP_CWORD]}\")) ;;\n";
    }
    std::cout << "    esac\n}\ncomplete -o default -F _staffroom staffroom\n";
}

void print_fish() {
    for (const auto& command : commands()) {
        const std::string words(command.words);
        const auto space = words.find(' ');
        const auto first = words.substr(0, space);
        std::cout << "complete -c staffroom -n __fish_use_subcommand -a " << first << '\n';
        if (space == std::string::npos) continue;
        std::cout << "complete -c staffroom -n '__fish_seen_subcommand_from " << first << "' -a "
                  << words.substr(space + 1) << " -d '" << command.about << "'\n";
    }
}

}  // namespace

int print_completion(const std::string& shell) {
    if (shell == "bash") {
        print_bash();
    } else if (shell == "zsh") {
        std::cout << "autoload -U +X bashcompinit && bashcompinit\n";
        print_bash();
    } else if (shell == "fish") {
        print_fish();
    } else {
        std::cerr << "There are completions for bash, zsh and fish.\n";
        return 2;
    }
    return 0;
}

}  // namespace staffroom::cli
