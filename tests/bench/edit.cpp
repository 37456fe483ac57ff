// From an edit asked for here to the same edit durable and readable in a colleague's replica: two nodes on loopback,
// each with its own thread, profile and doors. Beside it the two transactions alone, which nobody can leave out.
//
//     bench_edit [COUNT]      default 300 edits
#include <atomic>
#include <boost/json.hpp>
#include <thread>

#include "app/node.h"
#include "tests/bench/report.h"
#include "tests/bench/school.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

constexpr double patience_seconds = 20;

void wait_until(const std::function<bool()>& done) {
    const double start = now_seconds();
    while (!done()) {
        if (now_seconds() - start > patience_seconds) stop({Code::busy, "The colleague did not get it in time.", ""});
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
}

double percentile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t edits = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 300;
    const Folder folder;
    auto here = new_home(folder / "here", "Amina");
    auto there = new_home(folder / "there", "Birk");
    const auto group = found_school(*here, {there->identity().card});
    enter(*there, *here, group);

    Node writer(*here), reader(*there);
    NetworkOptions options;
    options.discovery = false;
    need(writer.open(options));
    const auto own = net::address_from_text("127.0.0.1:" + std::to_string(writer.ports().members));
    options.peers = {*own};
    need(reader.open(options));
    // Looked at by this thread; the replica itself belongs to the reader's.
    std::atomic<std::uint64_t> received = 0;
    std::atomic<double> when = 0;
    std::thread writing([&] { writer.run(); });
    std::thread reading([&] {
        reader.run([&] {
            if (const auto now = reader.received(); now != received) {
                when = now_seconds();
                received = now;
            }
            return false;
        });
    });
    const auto write = [&](std::size_t number) {
        writer.submit({"record new",
                       {{"group", to_text(group)}, {"type", "task"}, {"fields", {"title=" + std::to_string(number)}}},
                       [](api::Reply reply) {
                           if (!reply) stop(reply.error());
                       }});
    };
    std::vector<double> ms;
    for (std::size_t i = 0; i <= edits; ++i) {
        const auto before = received.load();
        const double start = now_seconds();
        write(i);
        wait_until([&] { return received != before; });
        if (i != 0) ms.push_back(1e3 * (when - start));             // the first waits for the link
        std::this_thread::sleep_for(std::chrono::milliseconds(3));  // both idle again
    }
    writer.interrupt();
    reader.interrupt();
    writing.join();
    reading.join();

    std::vector<double> alone;
    for (std::size_t i = 0; i < edits; ++i) {
        const double start = now_seconds();
        for (auto* home : {here.get(), there.get()}) {
            need(home->profile().store().write([&](WriteTxn& txn) -> Result<> {
                txn.put(Table::commits, random_id<CommitId>().view(), Bytes(500));
                return Done{};
            }));
        }
        alone.push_back(1e3 * (now_seconds() - start));
    }
    Report report;
    const double half = percentile(ms, 0.5);
    report.add({"an edit, seen by a colleague, p50", half, "ms", "two transactions", percentile(alone, 0.5),
                "<= 1.5 ms", half <= 1.5});
    report.add({"an edit, seen by a colleague, p99", percentile(ms, 0.99), "ms", "two transactions",
                percentile(alone, 0.99), "", true});
    return report.finish();
}
