// Starting with a full group, and what it takes of memory. Beside it a start with an empty one: what nobody can leave
// out. The store is written by this process and opened by children of their own, so that nothing of the writing is left
// in their memory.
//
//     bench_start [COUNT] [RUNS] [GIB]      default 20,000 commits, 5 runs, no more than the commits take; with GIB (D18)
//                                           the store is filled up to that size with small chunks first
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/bench/report.h"
#include "tests/bench/school.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

// Private memory, in MB: pages of files (the map, the program) belong to the system's cache.
double private_megabytes() {
    std::ifstream statm("/proc/self/statm");
    double size = 0, resident = 0, shared = 0;
    statm >> size >> resident >> shared;
    return (resident - shared) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}
double resident_megabytes() {
    std::ifstream statm("/proc/self/statm");
    double size = 0, resident = 0;
    statm >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

struct Started {
    double seconds = 0, own_megabytes = 0, resident_megabytes = 0;
};

Started start(const char* program, const std::filesystem::path& folder) {
    int ends[2];
    if (pipe(ends) != 0) stop({Code::io, "The system gives no more descriptors.", ""});
    const auto child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(program, program, "--open", folder.c_str(), static_cast<char*>(nullptr));
        _exit(1);
    }
    ::close(ends[1]);
    Started started;
    if (::read(ends[0], &started, sizeof started) != static_cast<ssize_t>(sizeof started))
        stop({Code::io, "A start did not succeed.", ""});
    ::close(ends[0]);
    waitpid(child, nullptr, 0);
    return started;
}

int open_and_tell(const std::filesystem::path& folder) {
    const double from = now_seconds();
    const auto home = need(Home::open(folder, std::nullopt));
    const Started started{now_seconds() - from, private_megabytes(), resident_megabytes()};
    return ::write(STDOUT_FILENO, &started, sizeof started) == static_cast<ssize_t>(sizeof started) ? 0 : 1;
}

void fill_with_chunks(Home& home, std::uint64_t bytes) {
    constexpr std::size_t chunk_bytes = 15'000;
    auto& store = home.profile().store();
    while (need(store.stats()).file_bytes < bytes) {
        need(store.write([&](WriteTxn& txn) -> Result<> {
            Chunks::Staged staged;
            for (int i = 0; i < 2'000; ++i) {
                Bytes chunk(chunk_bytes);
                append_be64(chunk, txn.count(Table::chunks) + static_cast<std::size_t>(i));
                staged.small.push_back({random_id<ChunkId>(), std::move(chunk)});
            }
            return Chunks::enter(txn, staged), Done{};
        }));
    }
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    if (count == 3 && std::string_view(arguments[1]) == "--open") return open_and_tell(arguments[2]);
    const std::size_t commits = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 20'000;
    const std::size_t runs = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 5;
    const std::uint64_t gibibytes = count > 3 ? std::strtoul(arguments[3], nullptr, 10) : 0;
    const Folder folder;
    const auto filled = folder / "colleague", empty = folder / "nobody";
    (void)new_home(empty, "Nobody");
    {
        const auto [colleague, group, frames] = write_diaries(folder, commits);
        for (const auto& batch : batches_of(frames, 1 << 20)) need(colleague->replica().ingest(group, batch));
        fill_with_chunks(*colleague, gibibytes << 30);
    }
    std::vector<double> seconds, floor_seconds, megabytes, floor_megabytes, resident;
    for (std::size_t run = 0; run < runs; ++run) {
        const auto least = start(arguments[0], empty), ours = start(arguments[0], filled);
        floor_seconds.push_back(least.seconds);
        floor_megabytes.push_back(least.own_megabytes);
        seconds.push_back(ours.seconds);
        megabytes.push_back(ours.own_megabytes);
        resident.push_back(ours.resident_megabytes);
    }
    Report report;
    const auto number = std::to_string(commits);
    const double allowed = commits > 100'000 ? 2 : 0.5;
    report.add({"start with " + number + " commits", median(seconds), "s", "with none", median(floor_seconds),
                commits > 100'000 ? "<= 2 s" : "<= 0.5 s", median(seconds) <= allowed});
    report.add({"memory of its own once opened, " + number + " commits", median(megabytes), "MB", "with none",
                median(floor_megabytes), "<= 60 MB", median(megabytes) <= 60});
    if (gibibytes != 0) {
        const auto size = std::to_string(gibibytes) + " GiB";
        report.add({"start with a store of " + size, median(seconds), "s", "with none", median(floor_seconds), "<= 3 s",
                    median(seconds) <= 3});
        report.add({"resident memory, a store of " + size, median(resident), "MB", "with none", median(floor_megabytes),
                    "<= 200 MB", median(resident) <= 200});
    }
    return report.finish();
}
