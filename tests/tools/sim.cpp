// sim SEED COUNT [options]: runs COUNT simulated worlds, from SEED on. A world that breaks a promise is printed with
// its seed, which runs it again: `sim SEED 1 --talk`. Exit 1 when one broke.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/world/world.h"

using namespace staffroom::world;

namespace {

int usage() {
    std::fputs(
        "sim SEED COUNT [options]\n"
        "  --talk             say each step (standard error)\n"
        "  --lmdb DIR         real disks, in DIR\n"
        "  --steps N          steps of each world before the faults stop (50)\n"
        "  --devices MIN MAX  computers in a world (3 6)\n"
        "  --jobs N           processes (as many as the machine has cores)\n"
        "  --no-FAULT         one of: frames, partitions, crashes, clones, removals, liar, stranger,\n"
        "                     backups, lost, withheld, boxes\n",
        stderr);
    return 2;
}

bool* fault_of(const std::string& option, WorldOptions& options) {
    const std::pair<const char*, bool*> faults[] = {
        {"frames", &options.frames},     {"partitions", &options.partitions}, {"crashes", &options.crashes},
        {"clones", &options.clones},     {"removals", &options.removals},     {"liar", &options.liar},
        {"stranger", &options.stranger}, {"backups", &options.backups},       {"lost", &options.lost},
        {"withheld", &options.withheld}, {"boxes", &options.boxes},
    };
    for (const auto& [name, fault] : faults) {
        if (option == std::string("--no-") + name) return fault;
    }
    return nullptr;
}

struct Totals {
    std::uint64_t worlds = 0, broken = 0;
    WorldFigures figures;
};

Totals run_worlds(std::uint64_t first, std::uint64_t end, std::uint64_t stride, const WorldOptions& options) {
    Totals totals;
    for (auto seed = first; seed < end; seed += stride) {
        auto own = options;
        if (own.folder) *own.folder /= std::to_string(seed);
        {
            World world(seed, own);
            const auto broken = world.run();
            ++totals.worlds;
            totals.figures.add(world.figures());
            if (broken) {
                ++totals.broken;
                std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), broken->c_str());
                std::fflush(stdout);
            }
        }
        if (own.folder) std::filesystem::remove_all(*own.folder);
    }
    return totals;
}

// A process each: the randomness that a world replaces belongs to its process. `lost` when one ended too early.
Totals run_in_processes(std::uint64_t first, std::uint64_t count, unsigned jobs, const WorldOptions& options,
                        bool& lost) {
    std::vector<int> pipes;
    for (unsigned job = 0; job < jobs; ++job) {
        int ends[2];
        if (pipe(ends) != 0) std::abort();
        std::fflush(stdout);
        if (fork() == 0) {
            const auto totals = run_worlds(first + job, first + count, jobs, options);
            const bool told = write(ends[1], &totals, sizeof totals) == sizeof totals;
            std::fflush(stdout);
            _exit(told ? 0 : 1);
        }
        close(ends[1]);
        pipes.push_back(ends[0]);
    }
    Totals all;
    for (const auto end : pipes) {
        Totals totals;
        if (read(end, &totals, sizeof totals) != sizeof totals) lost = true;
        all.worlds += totals.worlds;
        all.broken += totals.broken;
        all.figures.add(totals.figures);
        close(end);
    }
    while (wait(nullptr) > 0) {
    }
    return all;
}

// Whether each happened.
bool print_happenings(const Happenings& happened) {
    bool each = true;
    for (std::size_t i = 0; i < happening_names.size(); ++i) {
        const auto count = happened.of(static_cast<Happening>(i));
        each = each && count > 0;
        std::printf("%10llu %s\n", static_cast<unsigned long long>(count), happening_names[i].data());
    }
    return each;
}

// In so many every fault must have happened.
constexpr std::uint64_t enough_worlds = 1'000;

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return usage();
    const auto first = std::strtoull(argv[1], nullptr, 10), count = std::strtoull(argv[2], nullptr, 10);
    WorldOptions options;
    bool with_all_faults = true;
    unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
    const auto number = [&](int at) {
        return static_cast<unsigned>(std::strtoul(at < argc ? argv[at] : "", nullptr, 10));
    };
    for (int i = 3; i < argc; ++i) {
        const std::string option = argv[i];
        if (option == "--talk") {
            options.talk = true;
        } else if (option == "--lmdb" && i + 1 < argc) {
            options.folder = argv[++i];
            with_all_faults = false;  // these disks are neither copied nor put back
        } else if (option == "--steps") {
            options.steps = number(++i);
        } else if (option == "--jobs") {
            jobs = std::max(1u, number(++i));
        } else if (option == "--devices") {
            options.devices_min = std::max(2u, number(++i));
            options.devices_max = std::max(options.devices_min, number(++i));
        } else if (auto* fault = fault_of(option, options)) {
            *fault = false;
            with_all_faults = false;
        } else {
            return usage();
        }
    }
    if (count < jobs) jobs = static_cast<unsigned>(std::max<unsigned long long>(1, count));

    bool lost = false;
    const auto all =
        jobs == 1 ? run_worlds(first, first + count, 1, options) : run_in_processes(first, count, jobs, options, lost);
    std::printf("%llu worlds, %llu broken: %llu commits, %llu frames, %.1f MB, %.1f simulated hours\n",
                static_cast<unsigned long long>(all.worlds), static_cast<unsigned long long>(all.broken),
                static_cast<unsigned long long>(all.figures.commits),
                static_cast<unsigned long long>(all.figures.frames), static_cast<double>(all.figures.bytes) / 1e6,
                static_cast<double>(all.figures.simulated_ms) / 3.6e6);
    const bool is_tame = !print_happenings(all.figures.happened) && with_all_faults && count >= enough_worlds;
    if (is_tame) std::puts("a fault that never happens proves nothing");
    if (lost) std::puts("a process ended before its worlds did: run its seeds one by one");
    return all.broken > 0 || lost || is_tame ? 1 : 0;
}
