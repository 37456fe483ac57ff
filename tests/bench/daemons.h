// Two computers on loopback: one is this process, asked like a daemon at its door; the colleague's is a process of its
// own, which says when something has arrived there and is durable.
#pragma once

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <future>
#include <thread>

#include "app/node.h"
#include "tests/bench/report.h"
#include "tests/bench/school.h"

namespace staffroom::bench {

inline NetworkOptions loopback() {
    NetworkOptions options;
    options.discovery = false;
    return options;
}

// Of all threads of that process so far.
inline double processor_seconds(pid_t process) {
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Runs `step` in a process of its own: a second pair of daemons could not fork off the first one's threads.
template <class Step>
auto apart(const Step& step) {
    decltype(step()) result;
    int ends[2];
    if (pipe(ends) != 0) stop({Code::io, "The system gives no more descriptors.", ""});
    const auto child = fork();
    if (child == 0) {
        result = step();
        _exit(::write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
    }
    ::close(ends[1]);
    const bool came = ::read(ends[0], &result, sizeof result) == sizeof result;
    ::close(ends[0]);
    waitpid(child, nullptr, 0);
    if (!came) stop({Code::io, "A run failed.", ""});
    return result;
}

class ColleagueDaemon {
  public:
    // After the transaction that brought it. Clocks are the same in both processes.
    struct News {
        double when = 0;            // seconds
        std::uint64_t commits = 0;  // received since it started
        std::uint64_t chunks = 0;   // here
        bool lacks_chunks = false;
        bool operator==(const News&) const = default;
    };

    // Forks, so it comes before this process opens a home or a node.
    explicit ColleagueDaemon(const std::filesystem::path& home) {
        if (pipe(orders_) != 0 || pipe(news_) != 0) stop({Code::io, "The system gives no more descriptors.", ""});
        child_ = fork();
        if (child_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a benchmark that is cut short leaves no daemon behind
            ::close(orders_[1]);
            ::close(news_[0]);
            live(home);
            _exit(0);
        }
        ::close(orders_[0]);
        ::close(news_[1]);
    }
    ~ColleagueDaemon() {
        ::kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
        ::close(orders_[1]);
        ::close(news_[0]);
    }
    ColleagueDaemon(const ColleagueDaemon&) = delete;
    ColleagueDaemon& operator=(const ColleagueDaemon&) = delete;

    pid_t process() const { return child_; }
    void dial(std::uint16_t port) const {
        if (::write(orders_[1], &port, sizeof port) != sizeof port) gone();
    }
    // The next news that `is_it`.
    template <class Condition>
    News wait_for(const Condition& is_it, int patience_ms = 120'000) const {
        while (true) {
            pollfd waited{news_[0], POLLIN, 0};
            News news;
            if (::poll(&waited, 1, patience_ms) != 1 || ::read(news_[0], &news, sizeof news) != sizeof news) gone();
            if (is_it(news)) return news;
        }
    }

  private:
    [[noreturn]] static void gone() { stop({Code::busy, "The colleague's daemon did not get it in time.", ""}); }

    void live(const std::filesystem::path& folder) const {
        const auto home = need(Home::open(folder, std::nullopt));
        std::uint16_t port = 0;
        if (::read(orders_[0], &port, sizeof port) != sizeof port) return;
        Node node(*home);
        auto options = loopback();
        options.peers = {*net::address_from_text("127.0.0.1:" + std::to_string(port))};
        need(node.open(options));
        News told;
        node.run([&] {
            // What is wanted changes with these two only, and is dear to ask.
            News now{told.when, node.received(), 0, told.lacks_chunks};
            need(home->profile().store().read(
                [&](ReadTxn& txn) -> Result<> { return now.chunks = txn.count(Table::chunks), Done{}; }));
            if (now == told) return false;
            now.lacks_chunks = !home->replica().chunks().wanted(1).empty();
            now.when = now_seconds();
            told = now;
            return ::write(news_[1], &now, sizeof now) != sizeof now;
        });
    }

    pid_t child_ = -1;
    int orders_[2]{}, news_[2]{};
};

class OwnDaemon {
  public:
    explicit OwnDaemon(const std::filesystem::path& folder)
        : home_(need(Home::open(folder, std::nullopt))), node_(std::make_unique<Node>(*home_)) {
        need(node_->open(loopback()));
        port_ = node_->ports().members;
        thread_ = std::thread([this] { node_->run(); });
    }
    ~OwnDaemon() {
        node_->interrupt();
        thread_.join();
    }
    OwnDaemon(const OwnDaemon&) = delete;
    OwnDaemon& operator=(const OwnDaemon&) = delete;

    std::uint16_t port() const { return port_; }
    // Returns once it is answered: what was changed is durable here.
    api::Json ask(const std::string& verb, api::Json args) const {
        std::promise<api::Reply> answered;
        node_->submit({verb, std::move(args), [&](api::Reply reply) { answered.set_value(std::move(reply)); }});
        return need(answered.get_future().get());
    }

  private:
    std::unique_ptr<Home> home_;
    std::unique_ptr<Node> node_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

// The two homes, made and closed again, in one school.
inline GroupId two_homes(const std::filesystem::path& here, const std::filesystem::path& there) {
    auto founder = new_home(here, "Amina");
    auto colleague = new_home(there, "Birk");
    const auto group = found_school(*founder, {colleague->identity().card});
    enter(*colleague, *founder, group);
    return group;
}

}  // namespace staffroom::bench
