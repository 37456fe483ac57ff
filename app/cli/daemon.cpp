#include "app/cli/daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "app/api/args.h"
#include "app/cli/print.h"
#include "app/cli/reception.h"
#include "app/local_door.h"
#include "app/log.h"
#include "app/node.h"
#include "app/page/built.h"
#include "app/page/door.h"
#include "app/second_computer.h"

namespace staffroom::cli {
namespace {

std::atomic<Node*> running = nullptr;  // for the signal handler, which has nothing else to go by

std::atomic<bool> ended = false;

constexpr std::uint64_t lock_after_minutes = 15;  // a lesson is longer than a walk to the printer

void on_signal(int) {
    ended = true;
    if (Node* node = running) node->interrupt();
}

Error already_running() {
    return {Code::busy, "Staffroom is already running.", "See how it does with: staffroom status"};
}

// The profile is locked: until the passphrase comes. Nothing: stopped before.
std::unique_ptr<Home> wait_for_passphrase(OwnerLock& owner, Reception& reception) {
    while (!ended) {
        pollfd waited{reception.gate().descriptor(), POLLIN, 0};
        (void)::poll(&waited, 1, 1'000);
        while (auto asked = reception.gate().take()) {
            api::Reply reply = profile_locked();
            if (asked->verb == "status" || asked->verb == "lock") reply = api::Json{{"locked", true}};
            if (asked->verb == "stop") {
                ended = true;
                reply = api::Json{};
            }
            std::unique_ptr<Home> home;
            if (asked->verb == "unlock") {
                auto opened = Home::open(owner, api::text_arg(asked->args, "passphrase"));
                if (opened) home = std::move(*opened);
                reply = home ? api::Reply(api::Json{{"locked", false}}) : api::Reply(opened.error());
                const bool may_open_later = home || opened.code() == Code::refused || opened.code() == Code::busy;
                if (!may_open_later) ended = true;
            }
            asked->answer(document_of(reply));
            if (home) return home;
        }
    }
    return nullptr;
}

Result<> open_network(Node& node, NetworkOptions options, bool port_chosen) {
    auto opened = node.open(options);
    if (!opened && opened.code() == Code::busy && !port_chosen) {
        options.port = 0;  // the usual port is taken: colleagues learn the other one from the beacon
        opened = node.open(options);
    }
    return opened;
}

// Commands that run without a daemon hold the profile for a moment; another daemon holds it for good.
Result<OwnerLock> take_when_free(const std::filesystem::path& home) {
    using namespace std::chrono_literals;
    const auto patience = std::chrono::steady_clock::now() + 15s;
    while (true) {
        auto owner = OwnerLock::take(home, {});
        if (owner || owner.code() != Code::busy || ended || std::chrono::steady_clock::now() > patience) return owner;
        if (ask_daemon(door_of(home), R"({"verb":"status"})")) return already_running();
        std::this_thread::sleep_for(20ms);
    }
}

struct Closing {
    Reception& reception;
    ~Closing() { reception.close(); }
};

// Null where this program was built without a page, or no port is to be had.
std::unique_ptr<page::Door> open_page(const Parsed& parsed, Reception& reception) {
    if (page::built_files().empty()) return nullptr;
    const auto port = *api::bounded_arg(parsed.args, "page-port", 0, api::bounds::page_port);
    page::Door::Behind behind;
    behind.api = [&](const std::string& body, LocalDoor::Answer answer) { reception.take(body, std::move(answer)); };
    behind.folder = parsed.home;
    behind.upload = [&](const page::Uploaded& file, LocalDoor::Answer answer) {
        reception.take_upload(file, std::move(answer));
    };
    behind.piece = [&](const page::FileAsked& asked, std::uint64_t offset, std::size_t most,
                       page::Door::GivePiece give) { reception.give_piece(asked, offset, most, std::move(give)); };
    behind.place = [&](const api::TabPlace& place) { reception.take_place(place); };
    auto door = page::Door::open(static_cast<std::uint16_t>(port), std::move(behind));
    if (!door) return nullptr;
    reception.show_page([page = door->get()] { return page->address(); });
    return std::move(*door);
}

// Runs until stopped; `ready` gets the first answer, once.
void serve(const Parsed& parsed, const NetworkOptions& options, std::uint64_t idle_ms,
           const std::optional<std::string>& passphrase, const std::function<void(const api::Reply&)>& ready) {
    std::signal(SIGTERM, on_signal);
    std::signal(SIGINT, on_signal);
    // Before the door: whoever has no right to the profile must not take the door of the one who has.
    auto owner = take_when_free(parsed.home);
    if (!owner) return ready(owner.error());
    const auto needed = needs_passphrase(ProfileLayout(parsed.home).keys);
    const bool locked = needed && *needed && !passphrase;
    std::unique_ptr<Home> home;
    if (!locked) {
        auto opened = Home::open(*owner, passphrase);
        if (!opened) return ready(opened.error());
        home = std::move(*opened);
    }
    Reception reception(parsed.home);
    auto door = LocalDoor::open(door_of(parsed.home), [&](const std::string& body, LocalDoor::Answer answer) {
        reception.take(body, std::move(answer));
    });
    if (!door) return ready(door.error());
    const auto page = open_page(parsed, reception);
    const Closing closing{reception};
    const auto with_page = [&](api::Json reply) -> api::Reply {
        if (page) reply["page"] = page->address();
        return reply;
    };
    if (locked) {
        if (page) page->tell(R"({"kind":"locked","locked":true})");
        ready(with_page({{"locked", true}}));
        home = wait_for_passphrase(*owner, reception);
        if (!home) return;
    }
    open_log(home->folder());
    Node node(*home);
    const auto opened = open_network(node, options, parsed.args.contains("port"));
    api::Json begun{{"port", node.ports().members}, {"lobby_port", node.ports().lobby}};
    if (const auto asks = question_about_copy(*home))
        begun["asks"] = api::Json{{"say", asks->say}, {"do", asks->advice}};
    if (!locked) ready(opened ? with_page(std::move(begun)) : api::Reply(opened.error()));
    if (!opened) return log_line("The network could not be opened.");
    if (page) node.tell_events_to([&](std::string event) { page->tell(reception.translated(std::move(event))); });
    node.lock_after(idle_ms);
    running = &node;
    reception.give_to(&node);
    if (!ended) node.run();
    reception.give_to(nullptr);
    running = nullptr;
    node.refuse_requests();  // their answers hold connections of the door
}

}  // namespace

std::filesystem::path door_of(const std::filesystem::path& home) { return home / "door"; }

void wait_until_closed(const std::filesystem::path& home) {
    using namespace std::chrono_literals;
    const auto patience = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < patience) {
        const auto lock = OwnerLock::take(home, {});
        if (lock || lock.code() != Code::busy) return;
        std::this_thread::sleep_for(10ms);
    }
}

std::optional<api::Reply> start(const Parsed& parsed, const std::optional<std::string>& passphrase) {
    prctl(PR_SET_DUMPABLE, 0);  // a core dump would hold the keys
    const auto options = api::network_options(parsed.args, net::members_port_default);
    if (!options) return options.error();
    const auto page_port = api::bounded_arg(parsed.args, "page-port", 0, api::bounds::page_port);
    if (!page_port) return page_port.error();
    const auto idle = api::bounded_arg(parsed.args, "lock-after", lock_after_minutes, api::bounds::idle_minutes);
    if (!idle) return idle.error();
    const auto idle_seconds =
        api::bounded_arg(parsed.args, "lock-after-seconds", *idle * 60, api::bounds::idle_seconds);
    if (!idle_seconds) return idle_seconds.error();
    const auto idle_ms = *idle_seconds * 1000;
    if (!has_profile(parsed.home)) {
        return Error{Code::not_found, "Nobody uses Staffroom in this folder yet.",
                     "Begin with: staffroom init --name NAME"};
    }
    if (ask_daemon(door_of(parsed.home), R"({"verb":"status"})")) return already_running();
    if (api::flag_arg(parsed.args, "foreground")) {
        std::optional<api::Reply> failed;
        serve(parsed, *options, idle_ms, passphrase, [&](const api::Reply& reply) {
            if (!reply) failed = reply;
            if (reply) print("start", reply, parsed.json);
        });
        return failed;
    }
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return Error{Code::busy, "The system gives no more descriptors.", "Close other programs."};
    const auto child = fork();
    if (child < 0) return Error{Code::busy, "The system starts no more programs.", "Close other programs."};
    if (child == 0) {
        setsid();
        ::close(ends[0]);
        const int nothing = ::open("/dev/null", O_RDWR);
        for (const int stream : {0, 1, 2}) dup2(nothing, stream);
        if (nothing > 2) ::close(nothing);
        serve(parsed, *options, idle_ms, passphrase, [&](const api::Reply& reply) {
            const auto document = document_of(reply);
            (void)!::write(ends[1], document.data(), document.size());
            ::close(ends[1]);
        });
        std::_Exit(0);
    }
    ::close(ends[1]);
    std::string document;
    char buffer[4096];
    for (ssize_t count; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        document.append(buffer, static_cast<std::size_t>(count));
    ::close(ends[0]);
    if (document.empty())
        return Error{Code::refused, "Staffroom could not start.", "See the file log in your profile's folder."};
    return reply_of(document);
}

}  // namespace staffroom::cli
