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
#include <mutex>
#include <thread>

#include "app/api/args.h"
#include "app/cli/print.h"
#include "app/local_door.h"
#include "app/log.h"
#include "app/node.h"

namespace staffroom::cli {
namespace {

std::atomic<Node*> running = nullptr;  // for the signal handler, which has nothing else to go by

std::atomic<bool> ended = false;

void on_signal(int) {
    ended = true;
    if (Node* node = running) node->interrupt();
}

struct Asked {
    std::string verb;
    api::Json args;
    LocalDoor::Answer answer;
};

// What comes through the local door is {"verb", "args"}; what is not is refused like anything else.
std::optional<Asked> read_asked(const std::string& body, LocalDoor::Answer answer) {
    boost::system::error_code wrong;
    const auto value = boost::json::parse(body, wrong);
    const auto* object = wrong ? nullptr : value.if_object();
    const auto* verb = object ? object->if_contains("verb") : nullptr;
    const auto* args = object ? object->if_contains("args") : nullptr;
    if (verb == nullptr || !verb->is_string() || (args != nullptr && !args->is_object())) {
        answer(document_of(Error{Code::malformed, "This request makes no sense.", ""}));
        return std::nullopt;
    }
    return Asked{std::string(verb->get_string()), args ? args->get_object() : api::Json{}, std::move(answer)};
}

// Hands requests to the node, or keeps them for the gate while there is none.
class Desk {
  public:
    void take(const std::string& body, LocalDoor::Answer answer) {
        auto asked = read_asked(body, std::move(answer));
        if (!asked) return;
        const std::lock_guard lock(mutex_);
        if (node_ == nullptr) return gate_.put(std::move(*asked));
        node_->submit({std::move(asked->verb), std::move(asked->args),
                       [answer = std::move(asked->answer)](api::Reply reply) { answer(document_of(reply)); }});
    }
    void give_to(Node* node) {
        const std::lock_guard lock(mutex_);
        node_ = node;
    }
    Inbox<Asked>& gate() { return gate_; }

  private:
    std::mutex mutex_;
    Node* node_ = nullptr;
    Inbox<Asked> gate_;
};

// The profile is locked: until the passphrase comes. Nothing: stopped before.
std::unique_ptr<Home> wait_for_passphrase(const Parsed& parsed, Desk& desk) {
    while (!ended) {
        pollfd waited{desk.gate().descriptor(), POLLIN, 0};
        (void)::poll(&waited, 1, 1'000);
        while (auto asked = desk.gate().take()) {
            api::Reply reply = Error{Code::refused, "This profile is locked.", "Unlock it with: staffroom unlock"};
            if (asked->verb == "status") reply = api::Json{{"locked", true}};
            if (asked->verb == "stop") {
                ended = true;
                reply = api::Json{};
            }
            std::unique_ptr<Home> home;
            if (asked->verb == "unlock") {
                auto opened = Home::open(parsed.home, api::text_arg(asked->args, "passphrase"));
                if (opened) home = std::move(*opened);
                reply = home ? api::Reply(api::Json{{"locked", false}}) : api::Reply(opened.error());
            }
            asked->answer(document_of(reply));
            if (home) return home;
        }
    }
    return nullptr;
}

Result<> open_network(Node& node, const Parsed& parsed) {
    NetworkOptions options;
    options.discovery = !api::flag_arg(parsed.args, "no-discovery");
    for (const auto& typed : api::list_arg(parsed.args, "peers")) {
        const auto address = net::address_from_text(typed);
        if (!address)
            return {Code::malformed, in_quotes(typed) + " is no address.", "Write it like 192.168.1.7:47710."};
        options.peers.push_back(*address);
    }
    const auto port = api::number_arg(parsed.args, "port", net::members_port_default);
    options.port = static_cast<std::uint16_t>(port);
    auto opened = node.open(options);
    if (!opened && opened.code() == Code::busy && !parsed.args.contains("port")) {
        options.port = 0;  // the usual port is taken: colleagues learn the other one from the beacon
        opened = node.open(options);
    }
    return opened;
}

// Runs until stopped; `ready` gets the first answer, once.
void serve(const Parsed& parsed, const std::optional<std::string>& passphrase,
           const std::function<void(const api::Reply&)>& ready) {
    std::signal(SIGTERM, on_signal);
    std::signal(SIGINT, on_signal);
    const auto needed =
        has_profile(parsed.home) ? needs_passphrase(ProfileLayout(parsed.home).keys) : Result<bool>(false);
    const bool locked = needed && *needed && !passphrase;
    std::unique_ptr<Home> home;
    if (!locked) {
        auto opened = Home::open(parsed.home, passphrase);
        if (!opened) return ready(opened.error());
        home = std::move(*opened);
    }
    Desk desk;
    auto door = LocalDoor::open(door_of(parsed.home), [&](const std::string& body, LocalDoor::Answer answer) {
        desk.take(body, std::move(answer));
    });
    if (!door) return ready(door.error());
    if (locked) {
        ready(api::Json{{"locked", true}});
        home = wait_for_passphrase(parsed, desk);
        if (!home) return;
    }
    open_log(home->folder());
    Node node(*home);
    const auto opened = open_network(node, parsed);
    if (!locked)
        ready(opened ? api::Reply(api::Json{{"port", node.ports().members}, {"lobby_port", node.ports().lobby}})
                     : api::Reply(opened.error()));
    if (!opened) return log_line("The network could not be opened.");
    running = &node;
    desk.give_to(&node);
    if (!ended) node.run();
    desk.give_to(nullptr);
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
    if (const auto reply = ask_daemon(door_of(parsed.home), R"({"verb":"status"})")) {
        return Error{Code::busy, "Staffroom is already running.", "See how it does with: staffroom status"};
    }
    if (api::flag_arg(parsed.args, "foreground")) {
        std::optional<api::Reply> failed;
        serve(parsed, passphrase, [&](const api::Reply& reply) {
            if (!reply) failed = reply;
            if (reply) print("start", reply, parsed.json);
        });
        return failed;
    }
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return Error{Code::io, "The system gives no more descriptors.", "Close other programs."};
    const auto child = fork();
    if (child < 0) return Error{Code::io, "The system starts no more programs.", "Close other programs."};
    if (child == 0) {
        setsid();
        ::close(ends[0]);
        const int nothing = ::open("/dev/null", O_RDWR);
        for (const int stream : {0, 1, 2}) dup2(nothing, stream);
        if (nothing > 2) ::close(nothing);
        serve(parsed, passphrase, [&](const api::Reply& reply) {
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
        return Error{Code::io, "Staffroom could not start.", "See the file log in your profile's folder."};
    return reply_of(document);
}

}  // namespace staffroom::cli
