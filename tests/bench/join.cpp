// A newcomer comes into a group with a long history by an invitation, between two daemons on loopback: from "join" until
// the first useful screen (the group, its people and a page of what is in it), and until all of it is here, beside the
// floor: what nobody can leave out of taking that history, on two cores, without network and without a giver beside it.
//
//     bench_join [COUNT] [RUNS]      default 100,000 commits, 3 runs
#include "tests/bench/daemons.h"
#include "tests/bench/floor.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

struct Times {
    double screen = 0, all = 0;  // seconds
};

constexpr std::size_t page_rows = 50;
// To count all records takes the daemon a while: seldom, so as not to measure that.
constexpr std::chrono::milliseconds screen_ms{20}, end_ms{500};

// Asks again as the page does, until `is_it`.
template <class Condition>
void look(OwnDaemon& daemon, std::chrono::milliseconds every, const std::string& verb, const api::Json& args,
          const Condition& is_it) {
    while (!is_it(daemon.ask(verb, args))) std::this_thread::sleep_for(every);
}

Times join(const std::filesystem::path& home, const std::string& invitation, std::uint16_t port, std::size_t people,
           std::uint64_t records) {
    OwnDaemon here(home);
    Times times;
    const double start = now_seconds();
    api::Json how{{"invite", invitation}, {"peers", {"127.0.0.1:" + std::to_string(port)}}};
    const auto group = here.ask("join", std::move(how)).at("group");
    look(here, screen_ms, "members", {{"group", group}},
         [&](const api::Json& reply) { return reply.at("members").as_array().size() >= people; });
    look(here, screen_ms, "record list", {{"group", group}, {"full", true}},
         [&](const api::Json& reply) { return reply.at("records").as_array().size() >= page_rows; });
    times.screen = now_seconds() - start;
    look(here, end_ms, "group show", {{"group", group}},
         [&](const api::Json& reply) { return reply.at("group").at("records").to_number<std::uint64_t>() >= records; });
    times.all = now_seconds() - start;
    return times;
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t commits = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 100'000;
    const std::size_t runs = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 3;
    const Folder folder;
    auto founder = new_home(folder / "founder", "Amina");
    std::vector<PersonCard> cards;
    const auto colleagues = twenty_colleagues(cards);
    const auto group = found_school(*founder, cards);
    const auto key = founder->replica().group(group)->held.begin()->second;
    const auto frames = diary(*founder, group, colleagues, commits);
    for (const auto& batch : batches_of(frames, std::size_t{4} << 20)) need(founder->replica().ingest(group, batch));
    // Each is made with the first of ten commits: the last of them is among the last 200 of all.
    std::uint64_t records = 0;
    founder->replica().each_record(group, [&](RecordState&&) { return ++records, true; });
    founder.reset();

    std::vector<double> floor, screens, rates;
    for (std::size_t run = 0; run < runs; ++run) {
        const auto name = [&](const char* what) { return what + std::to_string(run); };
        floor.push_back(static_cast<double>(commits) / floor_seconds(folder / name("floor"), frames, key));
        new_home(folder / name("newcomer"), "Birk").reset();
        const auto times = apart([&] {
            int ends[2];
            if (pipe(ends) != 0) stop({Code::io, "The system gives no more descriptors.", ""});
            // The giver is the child, and ends with this process.
            if (fork() == 0) {
                ::prctl(PR_SET_PDEATHSIG, SIGKILL);
                OwnDaemon giver(folder / "founder");
                const auto reply = giver.ask("invite", {{"group", to_text(group)}});
                const auto told =
                    std::to_string(giver.port()) + " " + std::string(reply.at("invite").as_string()) + "\n";
                if (::write(ends[1], told.data(), told.size()) < 0) _exit(1);
                ::pause();
            }
            std::FILE* from = ::fdopen(ends[0], "r");
            char invitation[1024];
            unsigned port = 0;
            if (std::fscanf(from, "%u %1023s", &port, invitation) != 2) stop({Code::io, "There is no invitation.", ""});
            return join(folder / name("newcomer"), invitation, static_cast<std::uint16_t>(port), cards.size() + 2,
                        records);
        });
        screens.push_back(times.screen);
        rates.push_back(static_cast<double>(commits) / times.all);
    }
    Report report;
    const auto words = " by invitation into " + std::to_string(commits) + " commits";
    const double screen = median(screens), rate = median(rates), least = median(floor);
    report.add({"first useful screen" + words, screen, "s", "all of it here", static_cast<double>(commits) / rate,
                "<= 3 s", screen <= 3});
    report.add({"complete" + words, rate, "/s", "verify, open, put", least, ">= 50 % of it", rate >= 0.5 * least});
    return report.finish();
}
