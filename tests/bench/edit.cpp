// From an edit asked for at one daemon to the same edit durable and visible in a colleague's, both idle: two processes
// on loopback. Beside it what nobody can leave out: one transaction here, one there, and the way over TCP between.
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
    std::vector<double> ours, accepted, floor;
    for (std::size_t i = 0; i < edits; ++i) {
        rest();
        const double start = now_seconds();
        here.ask("record set", {{"record", record}, {"fields", {"title=Edit " + std::to_string(i)}}});
        accepted.push_back(1e3 * (now_seconds() - start));
        const auto news = there.wait_for([&](const ColleagueDaemon::News& each) { return each.commits > before; });
        before = news.commits;
        ours.push_back(1e3 * (news.when - start));

        rest();
        const double floor_start = now_seconds();
        for (auto* store : {floor_here.get(), floor_there.get()}) {
            need(store->write([&](WriteTxn& txn) -> Result<> {
                txn.put(Table::log, random_id<CommitId>().view(), Bytes(commit_bytes));
                return Done{};
            }));
        }
        floor.push_back(1e3 * (now_seconds() - floor_start + trip.seconds()));
    }
    Report report;
    constexpr const char* peer = "two transactions, one TCP trip";
    const double half = percentile(ours, 0.5);
    report.add(
        {"an edit, visible at a colleague's, p50", half, "ms", peer, percentile(floor, 0.5), "<= 1.5 ms", half <= 1.5});
    report.add({"an edit, visible at a colleague's, p99", percentile(ours, 0.99), "ms", peer, percentile(floor, 0.99),
                "", true});
    report.add({"an edit, accepted and durable here, p50", percentile(accepted, 0.5), "ms", peer,
                percentile(floor, 0.5), "", true});
    return report.finish();
}
