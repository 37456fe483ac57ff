// Starting with a full group, what it takes of memory, and what an edit takes of disk.
//
//     bench_start [COUNT] [RUNS]      default 20,000 commits, 5 runs
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/bench/report.h"
#include "tests/bench/school.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

double resident_megabytes() {
    std::ifstream statm("/proc/self/statm");
    double size = 0, resident = 0, shared = 0;
    statm >> size >> resident >> shared;
    // Pages of files (the map, the program) belong to the system's cache.
    return (resident - shared) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

struct Started {
    double seconds = 0, megabytes = 0;
};

// In a process of its own: what filling the group left in memory is not there.
Started start(const std::filesystem::path& folder) {
    int ends[2];
    if (pipe(ends) != 0) stop({Code::io, "The system gives no more descriptors.", ""});
    const auto child = fork();
    if (child == 0) {
        Started started;
        const double begun = resident_megabytes(), from = now_seconds();
        {
            const auto home = need(Home::open(folder, std::nullopt));
            started = {now_seconds() - from, resident_megabytes() - begun};
        }
        (void)!::write(ends[1], &started, sizeof started);
        _exit(0);
    }
    ::close(ends[1]);
    Started started;
    if (::read(ends[0], &started, sizeof started) != static_cast<ssize_t>(sizeof started))
        stop({Code::io, "A start did not succeed.", ""});
    ::close(ends[0]);
    waitpid(child, nullptr, 0);
    return started;
}

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t commits = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 20'000;
    const std::size_t runs = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 5;
    const Folder folder;
    const auto filled = folder / "colleague", empty = folder / "founder";
    double on_disk = 0, least = 0;
    {
        auto founder = new_home(empty, "Amina");
        auto colleague = new_home(filled, "Birk");
        std::vector<Colleague> colleagues;
        for (int i = 0; i < 20; ++i) colleagues.emplace_back("Colleague " + std::to_string(i));
        std::vector<PersonCard> cards{colleague->identity().card};
        for (const auto& each : colleagues) cards.push_back(each.card);
        const auto group = found_school(*founder, cards);
        enter(*colleague, *founder, group);
        const auto before = disk_bytes(filled);
        const auto frames = diary(*founder, group, colleagues, commits);
        for (const auto& frame : frames) {
            least += static_cast<double>(frame.commit.size());
            for (const auto& part : frame.parts) least += static_cast<double>(part->size());
        }
        for (const auto& batch : batches_of(frames, 1 << 20)) need(colleague->replica().ingest(group, batch));
        on_disk = static_cast<double>(disk_bytes(filled) - before);
    }
    std::vector<double> full_seconds, empty_seconds, full_megabytes;
    for (std::size_t run = 0; run < runs; ++run) {
        empty_seconds.push_back(start(empty).seconds);
        const auto started = start(filled);
        full_seconds.push_back(started.seconds);
        full_megabytes.push_back(started.megabytes);
    }
    Report report;
    const auto number = std::to_string(commits);
    const double seconds = median(full_seconds), megabytes = median(full_megabytes);
    report.add({"start with " + number + " commits", seconds, "s", "with none", median(empty_seconds), "<= 0.5 s",
                seconds <= 0.5});
    report.add(
        {"memory that " + number + " commits take once opened", megabytes, "MB", "", 0, "<= 60 MB", megabytes <= 60});
    const double each = on_disk / static_cast<double>(commits), needed = least / static_cast<double>(commits);
    report.add({"disk a record edit, all included", each, "bytes", "header, signature, sealed body", needed, "<= 2 x",
                each <= 2 * needed});
    return report.finish();
}
