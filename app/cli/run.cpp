#include "app/cli/run.h"

#include <termios.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <thread>

#include "app/api/args.h"
#include "app/backup.h"
#include "app/cli/completion.h"
#include "app/cli/daemon.h"
#include "app/cli/editor.h"
#include "app/cli/parse.h"
#include "app/cli/print.h"
#include "app/local_door.h"
#include "app/node.h"
#include "app/repair.h"
#include "app/version.h"
#include "storage/disk.h"

namespace staffroom::cli {
namespace {

constexpr int no_daemon = 3, interrupted = 130;

std::string first_line(std::istream& in) {
    std::string line;
    std::getline(in, line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

// From the file, or asked on a terminal without showing what is typed. Nothing: there is neither.
std::optional<std::string> passphrase_from(const std::optional<std::filesystem::path>& named, const char* prompt) {
    if (named) {
        std::ifstream file(*named);
        if (!file) return std::nullopt;
        return first_line(file);
    }
    if (isatty(STDIN_FILENO) == 0) return std::nullopt;
    termios before{};
    tcgetattr(STDIN_FILENO, &before);
    auto silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::cerr << prompt << std::flush;
    auto passphrase = first_line(std::cin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << '\n';
    return passphrase;
}

std::optional<std::string> read_passphrase(const Parsed& parsed) {
    return passphrase_from(parsed.passphrase_file, "Passphrase: ");
}

Result<std::optional<std::string>> passphrase_for(const Parsed& parsed) {
    const ProfileLayout layout(parsed.home);
    const auto needed = has_profile(parsed.home) ? needs_passphrase(layout.keys) : Result<bool>(false);
    if (!needed) return needed.error();
    if (!*needed) return std::optional<std::string>();
    auto passphrase = read_passphrase(parsed);
    if (!passphrase) {
        return Error{Code::refused, "This profile is locked with a passphrase.", "Give it: --passphrase-file FILE"};
    }
    return passphrase;
}

Node* at_work = nullptr;  // for the signal handler

api::Reply run_here(const Parsed& parsed, Home& home) {
    std::optional<api::Reply> reply;
    Node node(home);
    at_work = &node;
    std::signal(SIGINT, [](int) { at_work->interrupt(); });
    std::signal(SIGTERM, [](int) { at_work->interrupt(); });
    node.submit({parsed.command, parsed.args, [&](api::Reply answered) { reply = std::move(answered); }});
    node.run([&] { return reply.has_value(); });
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    at_work = nullptr;
    if (!reply) std::exit(interrupted);
    return *reply;
}

api::Reply init(const Parsed& parsed) {
    std::optional<std::string> passphrase;
    if (parsed.passphrase_file) {
        passphrase = read_passphrase(parsed);
        if (!passphrase || passphrase->empty()) {
            return Error{Code::not_found, "The passphrase's file cannot be read, or is empty.", "Check the path."};
        }
    }
    const auto home = Home::create(
        parsed.home, {api::text_arg(parsed.args, "name"), api::text_arg(parsed.args, "school")}, passphrase);
    if (!home) return home.error();
    return api::Json{{"person", to_text((*home)->identity().person())},
                     {"device", to_text((*home)->identity().device())}};
}

api::Reply restore(const Parsed& parsed) {
    const auto files = restore_backup(api::text_arg(parsed.args, "file"), parsed.home);
    if (!files) return files.error();
    return api::Json{{"good", *files}, {"bad", 0}};
}

// What holds the keys is replaced whole: a running daemon has them already and goes on.
api::Reply change_passphrase_here(const Parsed& parsed) {
    if (!has_profile(parsed.home)) {
        return Error{Code::not_found, "Nobody uses Staffroom in this folder yet.",
                     "Begin with: staffroom init --name NAME"};
    }
    const auto now = passphrase_for(parsed);
    if (!now) return now.error();
    const auto file = api::maybe_text_arg(parsed.args, "new-passphrase-file");
    const auto wanted =
        passphrase_from(file ? std::optional<std::filesystem::path>(*file) : std::nullopt, "New passphrase: ");
    if (!wanted || wanted->empty()) {
        return Error{Code::refused, "The new passphrase is missing.", "Give it: --new-passphrase-file FILE"};
    }
    if (!file && passphrase_from(std::nullopt, "Once more: ") != wanted) {
        return Error{Code::refused, "You typed two different passphrases.", "Nothing was changed. Try again."};
    }
    const auto changed = change_passphrase(ProfileLayout(parsed.home).keys,
                                           *now ? std::optional<std::string_view>(**now) : std::nullopt, *wanted);
    return changed ? api::Reply(api::Json{}) : api::Reply(changed.error());
}

// Without a daemon: it holds the profile, and makes anew what is derived while it runs.
api::Reply repair_here(const Parsed& parsed) {
    const auto passphrase = passphrase_for(parsed);
    if (!passphrase) return passphrase.error();
    const auto done = repair(parsed.home, *passphrase);
    if (!done) return done.error();
    const auto& mended = done->mended;
    api::Json reply{{"rebuilt", done->groups_rebuilt},         {"erased", mended.values_erased},
                    {"commits_wanted", mended.commits_lost},   {"commits_waiting", mended.commits_waiting},
                    {"parts_wanted", mended.parts_lost},       {"chunks_wanted", mended.chunks_lost},
                    {"chunks_adopted", mended.chunks_adopted}, {"secrets_lost", mended.secrets_lost}};
    if (done->salvaged) {
        reply["saved"] = done->salvaged->saved + done->salvaged->found_again;
        reply["kept"] = done->salvaged->kept.string();
    }
    return reply;
}

// The daemon if one runs, else this program itself. Two at once take turns.
api::Reply ask(const Parsed& parsed) {
    using namespace std::chrono_literals;
    const auto body = boost::json::serialize(api::Json{{"verb", parsed.command}, {"args", parsed.args}});
    const auto patience = std::chrono::steady_clock::now() + 15s;
    while (true) {
        const auto answered = ask_daemon(door_of(parsed.home), body);
        if (answered) return reply_of(*answered);
        if (answered.code() != Code::not_found) return answered.error();
        if (parsed.command == "repair") return repair_here(parsed);
        const auto passphrase = passphrase_for(parsed);
        if (!passphrase) return passphrase.error();
        const auto home = Home::open(parsed.home, *passphrase);
        if (home) return run_here(parsed, **home);
        if (home.code() != Code::busy || std::chrono::steady_clock::now() > patience) return home.error();
        std::this_thread::sleep_for(20ms);
    }
}

int not_running(const Parsed& parsed) {
    print(parsed.command, Error{Code::not_found, "Staffroom is not running here.", "Start it with: staffroom start"},
          parsed.json);
    return no_daemon;
}

int unlock(const Parsed& parsed) {
    if (!ask_daemon(door_of(parsed.home), R"({"verb":"status"})")) return not_running(parsed);
    const auto passphrase = read_passphrase(parsed);
    if (!passphrase) {
        return print("unlock", Error{Code::refused, "The passphrase is missing.", "Give it: --passphrase-file FILE"},
                     parsed.json);
    }
    // Over the local door, which only this user may open: never in an argument.
    const auto answered =
        ask_daemon(door_of(parsed.home),
                   boost::json::serialize(api::Json{{"verb", "unlock"}, {"args", {{"passphrase", *passphrase}}}}));
    return answered ? print("unlock", reply_of(*answered), parsed.json) : not_running(parsed);
}

int run_command(const Parsed& parsed) {
    const auto done = [&](const api::Reply& reply) { return print(parsed.command, reply, parsed.json); };
    if (parsed.command == "version") return done(api::Json{{"version", version}});
    if (parsed.command == "completion") return print_completion(api::text_arg(parsed.args, "shell"));
    if (parsed.home.empty()) {
        return done(Error{Code::malformed, "There is no home folder to keep your profile in.", "Give one: --home DIR"});
    }
    if (parsed.command == "init") return done(init(parsed));
    if (parsed.command == "restore") return done(restore(parsed));
    if (parsed.command == "passphrase change") return done(change_passphrase_here(parsed));
    if (parsed.command == "start") {
        const auto passphrase = passphrase_for(parsed);
        if (!passphrase && passphrase.code() != Code::refused) return done(passphrase.error());
        const auto reply = start(parsed, passphrase ? *passphrase : std::nullopt);
        return reply ? done(*reply) : 0;
    }
    if (parsed.command == "stop") {
        const auto answered = ask_daemon(door_of(parsed.home), R"({"verb":"stop"})");
        if (!answered) return not_running(parsed);
        wait_until_closed(parsed.home);
        return done(reply_of(*answered));
    }
    if (parsed.command == "unlock") return unlock(parsed);
    if (parsed.command == "note edit" && !parsed.args.contains("text")) {
        return edit_note(parsed, [&](const Parsed& request) { return ask(request); });
    }
    return done(ask(parsed));
}

}  // namespace

int run(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    explain_bus_errors();
    init_crypto();
    const auto parsed = parse(argc, argv);
    if (const auto* told = std::get_if<Told>(&parsed)) {
        if (told->exit_code == 0) {
            std::cout << told->words;
        } else if (told->json) {
            std::cout << document_of(Error{Code::malformed, told->words, "See: staffroom help"}) << '\n';
        } else {
            std::cerr << told->words << "\nSee: staffroom help\n";
        }
        return told->exit_code;
    }
    return run_command(std::get<Parsed>(parsed));
}

}  // namespace staffroom::cli
