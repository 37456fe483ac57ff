// From an edit accepted at one daemon (it says so when the edit is durable) to the same edit durable and visible in a
// colleague's, both idle: two processes on loopback. Beside it what nobody can leave out: one transaction there and the
// way over TCP. And the same from the moment of asking, beside one transaction more.
//
//     bench_edit [COUNT]      default 300 edits
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/bench/daemons.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

constexpr std::size_t commit_bytes = 500;

double percentile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void rest() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

// Half a round trip of so many bytes between two threads, in seconds.
class LoopbackTrip {
  public:
    LoopbackTrip() {
        const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        here_ = ::socket(AF_INET, SOCK_STREAM, 0);
        if (::bind(listener, generic, size) != 0 || ::listen(listener, 1) != 0 ||
            ::getsockname(listener, generic, &size) != 0 || ::connect(here_, generic, size) != 0)
            stop({Code::io, "There is no loopback.", ""});
        there_ = ::accept(listener, nullptr, nullptr);
        ::close(listener);
        const int yes = 1;
        for (const int end : {here_, there_}) ::setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        echo_ = std::thread([this] {
            Bytes buffer(commit_bytes);
            while (::recv(there_, buffer.data(), buffer.size(), MSG_WAITALL) == std::ssize(buffer))
                if (::send(there_, buffer.data(), buffer.size(), MSG_NOSIGNAL) < 0) return;
        });
    }
    ~LoopbackTrip() {
        ::shutdown(here_, SHUT_RDWR);
        echo_.join();
        ::close(here_);
        ::close(there_);
    }
    LoopbackTrip(const LoopbackTrip&) = delete;
    LoopbackTrip& operator=(const LoopbackTrip&) = delete;

    double seconds() {
        Bytes buffer(commit_bytes);
        const double start = now_seconds();
        if (::send(here_, buffer.data(), buffer.size(), MSG_NOSIGNAL) < 0 ||
            ::recv(here_, buffer.data(), buffer.size(), MSG_WAITALL) != std::ssize(buffer))
            stop({Code::io, "The loopback broke.", ""});
        return (now_seconds() - start) / 2;
    }

  private:
    int here_ = -1, there_ = -1;
    std::thread echo_;
};

std::unique_ptr<LmdbStore> some_store(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    LmdbOptions options;
    options.folder = folder;
    options.keys = {random_secret<SymmetricKey>(), random_secret<SymmetricKey>()};
    return need(LmdbStore::open(options));
}

void put_one(LmdbStore& store) {
    need(store.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::log, random_id<CommitId>().view(), Bytes(commit_bytes));
        return Done{};
    }));
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t edits = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 300;
    const Folder folder;
    const auto group = two_homes(folder / "here", folder / "there");
    const ColleagueDaemon there(folder / "there");
    OwnDaemon here(folder / "here");
    there.dial(here.port());

    const auto made = here.ask("record new", {{"group", to_text(group)}, {"type", "task"}, {"fields", {"title=-"}}});
    const auto record = made.at("record").as_string();
    auto before = there.wait_for([](const ColleagueDaemon::News& news) { return news.commits > 0; }).commits;
    std::this_thread::sleep_for(std::chrono::milliseconds(1'000));
    const auto floor_here = some_store(folder / "floor here"), floor_there = some_store(folder / "floor there");
    LoopbackTrip trip;
    std::vector<double> asked, passed, accepted, floor, floor_passed;
    for (std::size_t i = 0; i < edits; ++i) {
        rest();
        const double start = now_seconds();
        here.ask("record set", {{"record", record}, {"fields", {"title=Edit " + std::to_string(i)}}});
        const double said = now_seconds();
        accepted.push_back(1e3 * (said - start));
        const auto news = there.wait_for([&](const ColleagueDaemon::News& each) { return each.commits > before; });
        before = news.commits;
        asked.push_back(1e3 * (news.when - start));
        passed.push_back(1e3 * (news.when - said));

        rest();
        const double floor_start = now_seconds();
        put_one(*floor_here);
        const double half_way = now_seconds();
        put_one(*floor_there);
        const double end = now_seconds() + trip.seconds();
        floor.push_back(1e3 * (end - floor_start));
        floor_passed.push_back(1e3 * (end - half_way));
    }
    Report report;
    const auto row = [&](const char* name, std::vector<double>& ours, const char* peer, std::vector<double>& beside,
                         double share, const char* goal, double most) {
        const double figure = percentile(ours, share);
        report.add({name, figure, "ms", peer, percentile(beside, share), goal, figure <= most});
    };
    constexpr double no_goal = 1e9;
    constexpr const char *one = "one transaction, one TCP trip", *two = "two transactions, one TCP trip";
    row("an edit, from accepted here to visible at a colleague's, p50", passed, one, floor_passed, 0.5, "<= 1.5 ms",
        1.5);
    row("an edit, from accepted here to visible at a colleague's, p99", passed, one, floor_passed, 0.99, "", no_goal);
    row("an edit, from asked to visible at a colleague's, p50", asked, two, floor, 0.5, "", no_goal);
    row("an edit, from asked to accepted and durable here, p50", accepted, two, floor, 0.5, "", no_goal);
    return report.finish();
}
