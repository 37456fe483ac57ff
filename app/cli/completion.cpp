#include "app/cli/completion.h"

#include <map>
#include <set>

#include "app/cli/commands.h"

namespace staffroom::cli {
namespace {

constexpr std::string_view everywhere[] = {"--home", "--json", "--passphrase-file", "--help"};

// First words, and for each what may follow: second words, or options.
std::map<std::string, std::set<std::string>> words_after() {
    std::map<std::string, std::set<std::string>> after;
    for (const auto& command : commands()) {
        const std::string words(command.words);
        const auto space = words.find(' ');
        after[""].insert(words.substr(0, space));
        if (space != std::string::npos) after[words.substr(0, space)].insert(words.substr(space + 1));
        after[words].insert(std::begin(everywhere), std::end(everywhere));
        for (const auto& option : command.options) {
            if (option.name.starts_with("--")) after[words].insert(std::string(option.name));
        }
    }
    after[""].insert("help");
    return after;
}

std::string joined(const std::set<std::string>& words) {
    std::string line;
    for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
    return line;
}

// Two words are looked for before one, so that `note new --` offers the options of `note new`. Where nothing fits, bash
// offers files.
std::string for_bash() {
    std::string script =
        "_staffroom() {\n    local words=\"\" one=\"\" two=\"\" word at=0\n    COMPREPLY=()\n"
        "    for ((at = 1; at < COMP_CWORD; at++)); do\n        word=${COMP_WORDS[at]}\n"
        "        case \"$word\" in\n            --home|--passphrase-file) ((at++)) ;;\n            -*) ;;\n"
        "            *) if [ -z \"$one\" ]; then one=$word; elif [ -z \"$two\" ]; then two=\"$one $word\"; fi ;;\n"
        "        esac\n    done\n    for word in \"$two\" \"$one\"; do\n        case \"$word\" in\n";
    std::string first;
    for (const auto& [key, words] : words_after()) {
        if (key.empty()) {
            first = joined(words);
            continue;
        }
        script += "            \"" + key + "\") words=\"" + joined(words) + "\"; break ;;\n";
    }
    return script + "        esac\n    done\n    [ -n \"$one\" ] || words=\"" + first +
           " --home --json --passphrase-file --help\"\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
           "complete -o default -F _staffroom staffroom\n";
}

// In single quotes, as fish reads them.
std::string single_quoted(std::string_view words) {
    std::string text = "'";
    for (const char c : words) text += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return text + "'";
}

std::string for_fish(const api::Said& said) {
    const auto explained = [&](std::string_view words) { return " -d " + single_quoted(said.of(std::string(words))); };
    std::string script = "complete -c staffroom -l home -r" + explained("the folder of your profile") +
                         "\ncomplete -c staffroom -l json" + explained("answer for programs, as one JSON document") +
                         "\ncomplete -c staffroom -l passphrase-file -r" +
                         explained("a file that holds your passphrase") + "\n";
    std::set<std::string> firsts;
    for (const auto& command : commands()) {
        const std::string words(command.words);
        const auto space = words.find(' ');
        const auto first = words.substr(0, space);
        auto seen = "__fish_seen_subcommand_from " + first;
        if (firsts.insert(first).second) {
            script += "complete -c staffroom -n __fish_use_subcommand -a " + first +
                      (space == std::string::npos ? explained(command.about) : "") + "\n";
        }
        if (space != std::string::npos) {
            const auto second = words.substr(space + 1);
            script +=
                "complete -c staffroom -n " + single_quoted(seen) + " -a " + second + explained(command.about) + "\n";
            seen += "; and __fish_seen_subcommand_from " + second;
        }
        for (const auto& option : command.options) {
            if (!option.name.starts_with("--")) continue;
            script += "complete -c staffroom -n " + single_quoted(seen) + " -l " + std::string(option.name.substr(2)) +
                      (option.takes == Takes::flag ? "" : " -r") + explained(option.about) + "\n";
        }
    }
    return script;
}

}  // namespace

Result<std::string> completion_for(const std::string& shell, const api::Said& said) {
    if (shell == "bash") return for_bash();
    if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + for_bash();
    if (shell == "fish") return for_fish(said);
    return {Code::malformed, "There is no completion for " + in_quotes(shell) + ".", "Choose bash, zsh or fish."};
}

}  // namespace staffroom::cli
