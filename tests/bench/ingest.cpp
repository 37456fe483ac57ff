// What a colleague's commits cost to take: verified, judged, folded, durable. Written by 20 others, in batches as a
// daemon gathers them from a colleague who has many to give. The floor does on two cores what nobody can leave out: verify, open, put, each commit as
// the one row that we keep of it. Processor time is printed beside, for busy computers.
//
//     bench_ingest [COUNT] [RUNS]      default 20,000 commits, 3 runs
#include <ctime>

#include "net/gathered_commits.h"
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
    for (std::size_t i = 0; i < runs; ++i) {
        homes.push_back(new_home(folder / ("home" + std::to_string(i)), "Birk"));
        cards.push_back(homes.back()->identity().card);
    }
    const auto group = found_school(*founder, cards);
    const auto key = founder->replica().group(group)->held.begin()->second;
    const auto frames = diary(*founder, group, colleagues, commits);
    const auto batches = batches_of(frames, net::GatheredCommits::bytes_max);

    std::vector<double> floor, ours, floor_work, ours_work;
    const auto work = [&](std::clock_t start) {
        return 1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / static_cast<double>(commits);
    };
    for (std::size_t run = 0; run < runs; ++run) {
        auto begun = std::clock();
        floor.push_back(static_cast<double>(commits) /
                        floor_seconds(folder / ("floor" + std::to_string(run)), frames, key));
        floor_work.push_back(work(begun));
        auto& replica = homes[run]->replica();
        enter(*homes[run], *founder, group);
        begun = std::clock();
        const double start = now_seconds();
        for (const auto& batch : batches) {
            const auto ingested = need(replica.ingest(group, batch));
            if (ingested.report.fresh.size() != batch.size())
                stop({Code::malformed, "Some commits were not taken.", ""});
        }
        ours.push_back(static_cast<double>(commits) / (now_seconds() - start));
        ours_work.push_back(work(begun));
    }
    Report report;
    const double rate = median(ours), least = median(floor);
    report.add({"ingest " + std::to_string(commits) + " commits by 20 others", rate, "/s", "verify, open, put", least,
                ">= 50 % of it", rate >= 0.5 * least});
    report.add(
        {"the same, processor", median(ours_work), "us", "verify, open, put, processor", median(floor_work), "", true});
    return report.finish();
}
