// A history that a colleague's daemon lacks, end to end: compared, given, verified, judged, folded and durable there, on
// loopback. Written by 20 others. The floor does on two cores what nobody can leave out, without network and without a
// giver beside it.
//
//     bench_receive [COUNT] [RUNS]      default 20,000 commits, 3 runs
#include "tests/bench/daemons.h"
#include "tests/bench/floor.h"

using namespace staffroom;
using namespace staffroom::bench;

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t commits = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 20'000;
    const std::size_t runs = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 3;
    const Folder folder;
    auto founder = new_home(folder / "founder", "Amina");
    std::vector<PersonCard> cards;
    const auto colleagues = twenty_colleagues(cards);
    std::vector<std::unique_ptr<Home>> homes;
    const auto name = [](const char* what, std::size_t run) { return what + std::to_string(run); };
    for (std::size_t run = 0; run < runs; ++run) {
        homes.push_back(new_home(folder / name("home", run), "Birk"));
        cards.push_back(homes.back()->identity().card);
    }
    const auto group = found_school(*founder, cards);
    const auto key = founder->replica().group(group)->held.begin()->second;
    const auto frames = diary(*founder, group, colleagues, commits);
    for (auto& home : homes) enter(*home, *founder, group);
    homes.clear();
    for (std::size_t first = 0; first < frames.size(); first += floor_batch) {
        const auto last = std::min(first + floor_batch, frames.size());
        need(founder->replica().ingest(group, {frames.begin() + static_cast<std::ptrdiff_t>(first),
                                               frames.begin() + static_cast<std::ptrdiff_t>(last)}));
    }
    founder.reset();

    std::vector<double> floor, ours;
    for (std::size_t run = 0; run < runs; ++run) {
        const auto rate = [&](double seconds) { return static_cast<double>(commits) / seconds; };
        floor.push_back(rate(floor_seconds(folder / name("floor", run), frames, key)));
        ours.push_back(rate(apart([&] {
            const ColleagueDaemon there(folder / name("home", run));
            const OwnDaemon here(folder / "founder");
            const double start = now_seconds();
            there.dial(here.port());  // finding and greeting each other is counted
            const auto all = there.wait_for([&](const ColleagueDaemon::News& news) { return news.commits >= commits; });
            return all.when - start;
        })));
    }
    Report report;
    const double rate = median(ours), least = median(floor);
    report.add({"receive " + std::to_string(commits) + " commits by 20 others, between two daemons", rate, "/s",
                "verify, open, put", least, ">= 50 % of it", rate >= 0.5 * least});
    return report.finish();
}
