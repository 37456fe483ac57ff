#include "app/cli/ask.h"

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "app/api/args.h"
#include "app/cli/daemon.h"
#include "app/cli/passphrase.h"
#include "app/cli/print.h"
#include "app/cli/progress_bar.h"
#include "app/cli/repair.h"
#include "app/local_door.h"
#include "app/node.h"

namespace staffroom::cli {
namespace {

Node* at_work = nullptr;  // for the signal handler

api::Reply run_here(const Parsed& parsed, Home& home, ProgressBar& bar) {
    std::optional<api::Reply> reply;
    Node node(home);
    at_work = &node;
    const auto on_signal = [](int) { at_work->interrupt(); };
    const auto before_int = std::signal(SIGINT, on_signal), before_term = std::signal(SIGTERM, on_signal);
    node.submit({parsed.command, parsed.args, [&](api::Reply answered) { reply = std::move(answered); }});
    node.run([&] {
        for (const auto& each : node.underway()) bar.show(each.progress, each.ms);
        return reply.has_value();
    });
    std::signal(SIGINT, before_int);
    std::signal(SIGTERM, before_term);
    at_work = nullptr;
    if (!reply) return api::with_trouble({}, interrupted());
    return *reply;
}

// What the daemon says of the request with this id.
void show_progress(const std::filesystem::path& home, const std::string& id, ProgressBar& bar) {
    const auto answered = ask_daemon(door_of(home), R"({"verb":"underway"})");
    const auto reply = answered ? reply_of(*answered) : api::Reply(api::Json{});
    const auto* all = reply ? reply->if_contains("underway") : nullptr;
    if (all == nullptr || !all->is_array()) return;
    for (const auto& each : all->get_array()) {
        if (!each.is_object() || api::text_arg(each.get_object(), "id") != id) continue;
        const auto& fields = each.get_object();
        const auto number = [&](const char* name) {
            const auto* value = fields.if_contains(name);
            return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
        };
        const auto unit = api::text_arg(fields, "unit");
        bar.show({unit.c_str(), number("done"), number("total")}, number("ms"));
    }
}

bool is_locked(const std::filesystem::path& home) {
    const auto answered = ask_daemon(door_of(home), R"({"verb":"status"})");
    const auto status = answered ? reply_of(*answered) : api::Reply(api::Json{});
    const auto* locked = status ? status->if_contains("locked") : nullptr;
    return locked != nullptr && locked->is_bool() && locked->get_bool();
}

}  // namespace

api::Reply unlock(const Parsed& parsed) {
    const auto passphrase = read_passphrase(parsed.passphrase_file, "Passphrase: ");
    if (!passphrase) return passphrase.error();
    // Over the local door, which only this user may open: never in an argument.
    const auto answered =
        ask_daemon(door_of(parsed.home),
                   boost::json::serialize(api::Json{{"verb", "unlock"}, {"args", {{"passphrase", *passphrase}}}}));
    return answered ? reply_of(*answered) : api::Reply(answered.error());
}

api::Reply ask(const Parsed& parsed) {
    using namespace std::chrono_literals;
    const auto id = to_base32(random_id<Nonce16>().view());
    const auto body = boost::json::serialize(api::Json{{"verb", parsed.command}, {"args", parsed.args}, {"id", id}});
    if (body.size() > request_bytes_max) {
        return Error{Code::too_large, "This is more than fits: 8 MiB of words at a time.",
                     "Shorten it, or add it as a file: staffroom resource add"};
    }
    // Who gives a passphrase means it to be used, also where the daemon waits for one.
    const bool reads = parsed.command != "status" && parsed.command != "lock";
    if (parsed.passphrase_file && reads && is_locked(parsed.home)) {
        if (const auto unlocked = unlock(parsed); api::trouble_in(unlocked)) return unlocked;
    }
    const auto patience = std::chrono::steady_clock::now() + 15s;
    std::optional<std::optional<std::string>> passphrase;
    ProgressBar bar(parsed.command);
    const std::function<void()> waiting = [&] { show_progress(parsed.home, id, bar); };
    while (true) {
        const auto answered = ask_daemon(door_of(parsed.home), body, bar.draws() ? waiting : std::function<void()>());
        if (answered) return reply_of(*answered);
        if (answered.code() != Code::not_found) return answered.error();
        if (!passphrase) {
            auto given = passphrase_for(parsed);
            if (!given) return given.error();
            passphrase = std::move(*given);
        }
        if (parsed.command == "repair") return repair_here(parsed, *passphrase);
        const auto home = Home::open(parsed.home, *passphrase);
        if (home) return run_here(parsed, **home, bar);
        if (home.code() != Code::busy || std::chrono::steady_clock::now() > patience) return home.error();
        std::this_thread::sleep_for(20ms);
    }
}

}  // namespace staffroom::cli
