// bench_members: what the membership rules and a new key cost. One JSON line a row; processor time in milliseconds, the
// median of five runs. No peer does the same, so the goals are absolute.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>

#include "core/members/rekey.h"
#include "tests/members_story.h"

using namespace staffroom;
using namespace staffroom::story;

namespace {

double now_ms() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void row(const char* name, double goal_ms, const std::function<double()>& measure) {
    std::vector<double> runs;
    for (int i = 0; i < 5; ++i) runs.push_back(measure());
    std::sort(runs.begin(), runs.end());
    const double ours = runs[2];
    std::printf(
        "{\"row\":\"%s\",\"ours\":%.4f,\"unit\":\"ms\",\"peer\":null,\"peer_value\":null,\"ratio\":null,\"goal\":%.1f,"
        "\"met\":%s}\n",
        name, ours, goal_ms, ours <= goal_ms ? "true" : "false");
}

// Six organisers who add, appoint, cut and decide about 500 people, in `branches` branches that merge now and then.
std::vector<ControlFact> history(std::size_t count, std::size_t branches) {
    std::mt19937_64 dice(1);
    const auto person = [&](std::size_t among) { return "p" + std::to_string(dice() % among); };
    const Names kinds = {"appoint", "add", "add", "add", "add", "remove", "demote", "hide"};
    std::vector<std::pair<Name, std::uint64_t>> tips(branches, {"g", 0});
    std::vector<ControlFact> facts;
    for (std::size_t i = 0; i < count; ++i) {
        model::Line line;
        line.id = "c" + std::to_string(100'000 + i);
        line.by = person(6);
        line.who = person(500);
        line.kind = kinds[dice() % kinds.size()];
        line.role = "member";
        auto& tip = tips[dice() % branches];
        const auto& other = tips[dice() % branches];
        line.parents = {tip.first};
        auto depth = tip.second + 1;
        if (other.first != tip.first && dice() % 4 == 0) {
            line.parents.push_back(other.first);
            depth = std::max(depth, other.second + 1);
        }
        tip = {line.id, depth};
        facts.push_back(fact_of(line, depth));
    }
    return facts;
}

Rules rules_of(const std::vector<ControlFact>& facts) {
    Rules rules(id_named<CommitId>("g"), ids_named<PersonId>({"p0", "p1", "p2", "p3", "p4", "p5"}));
    for (const auto& fact : facts) rules.add(fact);
    return rules;
}

}  // namespace

int main() {
    init_crypto();
    constexpr std::size_t count = 10'000;
    for (const std::size_t branches : {std::size_t{1}, std::size_t{8}}) {
        const auto facts = history(count, branches);
        auto rules = rules_of(facts);
        const auto text = std::to_string(branches) + (branches == 1 ? " branch" : " branches");
        row(("10,000 control commits afresh, " + text).c_str(), 200, [&] {
            const auto start = now_ms();
            rules.evaluate();
            return now_ms() - start;
        });
        row(("one control commit more (mean of 10,000), " + text).c_str(), 2, [&] {
            const auto start = now_ms();
            rules_of(facts);
            return (now_ms() - start) / count;
        });
    }
    DeviceRecord record;
    record.box = new_box_pair().key;
    std::vector<DeviceRecord> devices(500, record);
    for (auto& device : devices) device.device = random_id<DeviceId>();
    row("a new key for 500 devices", 200, [&] {
        const auto start = now_ms();
        make_rekey(random_id<GroupId>(), devices, {});
        return now_ms() - start;
    });
    return 0;
}
