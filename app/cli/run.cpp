#include "app/cli/run.h"

#include <poll.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <iostream>

#include "app/api/args.h"
#include "app/api/verbs.h"
#include "app/cli/ask.h"
#include "app/cli/completion.h"
#include "app/cli/daemon.h"
#include "app/cli/editor.h"
#include "app/cli/open.h"
#include "app/cli/parse.h"
#include "app/cli/passphrase.h"
#include "app/cli/print.h"
#include "app/cli/profile.h"
#include "app/cli/progress_bar.h"
#include "app/cli/sheet.h"
#include "app/local_door.h"
#include "app/search/reading.h"
#include "app/version.h"
#include "core/crypto.h"
#include "storage/disk.h"

namespace staffroom::cli {
namespace {

constexpr int no_daemon = 3;

// Written by the signal handler, which may not make it.
std::string last_words;

void on_interrupt(int) {
    show_typing();
    clear_progress();
    (void)!::write(STDOUT_FILENO, last_words.data(), last_words.size());
    ::_exit(130);
}

int not_running(const Parsed& parsed) {
    print(parsed.command, Error{Code::not_found, "Staffroom is not running here.", "Start it with: staffroom start"},
          parsed.json, parsed.home);
    return no_daemon;
}

bool is_running(const Parsed& parsed) { return ask_daemon(door_of(parsed.home), R"({"verb":"status"})").ok(); }

// The editor knows nothing of troubles beside a reply.
api::Reply ask_plainly(const Parsed& parsed) {
    auto reply = ask(parsed);
    const auto trouble = api::trouble_in(reply);
    return reply && trouble ? api::Reply(Error{Code::busy, trouble->say, trouble->advice}) : reply;
}

int run_command(const Parsed& parsed) {
    const auto done = [&](const api::Reply& reply) { return print(parsed.command, reply, parsed.json, parsed.home); };
    const auto& verb = parsed.command;
    if (verb == "version") return done(api::Json{{"version", version}});
    if (verb == "completion") {
        const auto said = api::said_in(api::language_of(parsed.home), parsed.home);
        const auto script = completion_for(api::text_arg(parsed.args, "shell"), said);
        return done(script ? api::Reply(api::Json{{"completion", *script}}) : api::Reply(script.error()));
    }
    if (parsed.home.empty()) {
        return done(Error{Code::malformed, "There is no home folder to keep your profile in.", "Give one: --home DIR"});
    }
    if (verb == "init") return done(init(parsed));
    if (verb == "device link" || verb == "recovery help") {
        if (const auto refused = prepare_new_computer(parsed)) return done(*refused);
    }
    if (verb == "restore") return done(restore(parsed));
    if (verb == "passphrase change") return done(change_passphrase_here(parsed));
    if (verb == "start") {
        const auto passphrase = passphrase_for(parsed);
        // Without one it starts locked; one that was given must be readable.
        if (!passphrase && (passphrase.code() != Code::refused || parsed.passphrase_file)) {
            return done(passphrase.error());
        }
        const auto reply = start(parsed, passphrase ? *passphrase : std::nullopt);
        return reply ? done(*reply) : 0;
    }
    if (verb == "stop") {
        const auto answered = ask_daemon(door_of(parsed.home), R"({"verb":"stop"})");
        if (!answered) return not_running(parsed);
        wait_until_closed(parsed.home);
        return done(reply_of(*answered));
    }
    if (verb == "lock") return is_running(parsed) ? done(ask(parsed)) : not_running(parsed);
    if (verb == "open") return is_running(parsed) ? done(open_page_of(parsed)) : not_running(parsed);
    if (verb == "unlock") return is_running(parsed) ? done(unlock(parsed)) : not_running(parsed);
    if (verb == "note edit" && !parsed.args.contains("text")) return edit_note(parsed, ask_plainly);
    if (verb == "recovery sheet") return done(sheet_in_file(ask(parsed), api::maybe_text_arg(parsed.args, "to")));
    // What was found lives in the running program.
    if (verb.starts_with("compare ") && !is_running(parsed)) return not_running(parsed);
    if (verb == "device second" && !parsed.args.contains("name")) {
        auto named = parsed;
        named.args["name"] = computer_name();
        return done(ask(named));
    }
    return done(ask(parsed));
}

// A reader that has gone away (`| head`) wanted no more, and hears nothing of it.
bool is_reader_gone() {
    pollfd out{STDOUT_FILENO, POLLOUT, 0};
    return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int ended(int code) {
    std::cout.flush();
    if (std::cout.good()) return code;
    if (!is_reader_gone()) {
        std::cerr << "The answer could not be written to where it was to go.\n"
                     "Check the disk or the program that takes it, then try again.\n";
    }
    return code == 0 ? 1 : code;
}

int run_words(int argc, char** argv) {
    const auto parsed = parse(argc, argv);
    if (const auto* told = std::get_if<Told>(&parsed)) {
        return told->wrong ? print("", *told->wrong, told->json, told->home)
                           : print("help", api::Json{{"help", told->help}}, told->json, told->home);
    }
    const auto& it = std::get<Parsed>(parsed);
    last_words = it.json ? document_of(api::with_trouble({}, interrupted())) + "\n" : "";
    std::signal(SIGINT, on_interrupt);
    const auto code = api::guarded([&]() -> api::Reply { return api::Json{{"code", run_command(it)}}; });
    if (api::trouble_in(code)) return print(it.command, code, it.json, it.home);
    return static_cast<int>(code->at("code").as_int64());
}

}  // namespace

int run(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    if (argc == 3 && std::string_view(argv[1]) == search::read_document_command) {
        return search::read_document(argv[2]);
    }
    explain_bus_errors();
    init_crypto();
    return ended(run_words(argc, argv));
}

}  // namespace staffroom::cli
