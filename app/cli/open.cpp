#include "app/cli/open.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/cli/daemon.h"
#include "app/cli/print.h"
#include "app/local_door.h"

namespace staffroom::cli {
namespace {

// Never by a shell. Its talk goes nowhere, and it outlives us.
void show_in_browser(const std::string& address) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0) return;
    for (const int stream : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    std::string program = "xdg-open", words = address;
    char* const argv[] = {program.data(), words.data(), nullptr};
    pid_t child = 0;
    (void)posix_spawnp(&child, program.c_str(), &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
}

}  // namespace

api::Reply open_page_of(const Parsed& parsed) {
    const auto answered = ask_daemon(door_of(parsed.home), R"({"verb":"open"})");
    if (!answered) return answered.error();
    auto reply = reply_of(*answered);
    if (!reply || api::trouble_in(reply) || api::flag_arg(parsed.args, "print")) return reply;
    show_in_browser(api::text_arg(*reply, "page"));
    return reply;
}

}  // namespace staffroom::cli
