#include "app/cli/daemon.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "app/api/args.h"
#include "app/cli/print.h"
#include "app/local_door.h"
#include "app/log.h"
#include "app/node.h"

namespace staffroom::cli {
namespace {

Node* running = nullptr;  // for the signal handler, which has nothing else to go by

void on_signal(int) {
    if (running != nullptr) running->interrupt();
}

// Asks over the local door are {"verb", "args"}; what is not is answered as any refusal.
void submit(Node& node, const std::string& body, LocalDoor::Answer answer) {
    boost::system::error_code wrong;
    const auto value = boost::json::parse(body, wrong);
    const auto* object = wrong ? nullptr : value.if_object();
    const auto* verb = object ? object->if_contains("verb") : nullptr;
    const auto* args = object ? object->if_contains("args") : nullptr;
    if (verb == nullptr || !verb->is_string() || (args != nullptr && !args->is_object())) {
        answer(document_of(Error{Code::malformed, "This request makes no sense.", ""}));
        return;
    }
    node.submit({std::string(verb->get_string()), args ? args->get_object() : api::Json{},
                 [answer = std::move(answer)](api::Reply reply) { answer(document_of(reply)); }});
}

Result<> open_network(Node& node, const Parsed& parsed) {
    NetworkOptions options;
    options.discovery = !api::flag_arg(parsed.args, "no-discovery");
    for (const auto& typed : api::list_arg(parsed.args, "peers")) {
        const auto address = net::address_from_text(typed);
        if (!address) return {Code::malformed, "“" + typed + "” is no address.", "Write it like 192.168.1.7:47710."};
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

// Runs until stopped; `ready` gets the first answer.
void serve(const Parsed& parsed, const std::optional<std::string>& passphrase,
           const std::function<void(const api::Reply&)>& ready) {
    auto home = Home::open(parsed.home, passphrase);
    if (!home) return ready(home.error());
    open_log((*home)->folder());
    Node node(**home);
    if (const auto opened = open_network(node, parsed); !opened) return ready(opened.error());
    auto door = LocalDoor::open(door_of(parsed.home), [&](const std::string& body, LocalDoor::Answer answer) {
        submit(node, body, std::move(answer));
    });
    if (!door) return ready(door.error());
    running = &node;
    std::signal(SIGTERM, on_signal);
    std::signal(SIGINT, on_signal);
    ready(api::Json{{"port", node.ports().members}, {"lobby_port", node.ports().lobby}});
    node.run();
    running = nullptr;
    node.forget_requests();  // their answers hold connections of the door
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

api::Reply start(const Parsed& parsed, const std::optional<std::string>& passphrase) {
    prctl(PR_SET_DUMPABLE, 0);  // a core dump would hold the keys
    if (const auto reply = ask_daemon(door_of(parsed.home), R"({"verb":"status"})")) {
        return Error{Code::busy, "Staffroom is running already.", "See how it does with: staffroom status"};
    }
    if (api::flag_arg(parsed.args, "foreground")) {
        std::optional<api::Reply> first;
        serve(parsed, passphrase, [&](const api::Reply& reply) {
            first = reply;
            if (reply) print("start", reply, parsed.json);
        });
        if (first && !*first) return *first;
        return Error{Code::busy, "", ""};  // printed already; see run.cpp
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
