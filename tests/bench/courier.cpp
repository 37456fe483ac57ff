// A large file on its way by stick: carried into a folder when it has just been added, and on another day, and unloaded
// there, all on one disk. Beside it, in the same run: a plain copy of the file, made durable. On another day both are read
// from the disk; just added, what is copied is in the system's memory, and of what is carried as much as Staffroom leaves
// there. carry() reads back what it wrote and compares it, before it says that the stick may be taken out; a plain copy
// does not, so one that does is shown, too: where the disk is busy all the time, a carried byte passes it once more.
//
//     bench_courier [MEGABYTES] [RUNS]      default 512, 5 runs
#include "tests/bench/daemons.h"
#include "tests/bench/durable_copy.h"

using namespace staffroom;
using namespace staffroom::bench;

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t megabytes = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 512;
    const std::size_t runs = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 5;
    const Folder folder;
    const auto file = folder / "film.bin";
    write_durably(file, megabytes, {});
    std::vector<double> copied, remembered, verified, added_carried, carried, unloaded;
    const auto rate = [&](double seconds) { return static_cast<double>(megabytes) * 1.048576 / seconds; };
    // MB/s of a whole command, from the question to the answer.
    const auto timed = [&](const OwnDaemon& daemon, const char* way, const std::filesystem::path& stick) {
        const double start = now_seconds();
        daemon.ask(way, {{"folder", stick.string()}});
        return rate(now_seconds() - start);
    };
    for (std::size_t run = 0; run < runs; ++run) {
        const auto in_run = [&](const std::string& name) { return folder / (name + std::to_string(run)); };
        const auto here = in_run("here"), there = in_run("there"), first = in_run("first"), second = in_run("second");
        std::filesystem::create_directories(first);
        std::filesystem::create_directories(second);
        remembered.push_back(rate(write_durably(folder / "copy.bin", megabytes, file)));
        forget(file);
        const double copy_s = write_durably(folder / "copy.bin", megabytes, file);
        copied.push_back(rate(copy_s));
        verified.push_back(rate(copy_s + read_again(folder / "copy.bin")));
        const auto group = two_homes(here, there);
        {
            const OwnDaemon giver(here);
            giver.ask("resource add", {{"group", to_text(group)}, {"source", file.string()}});
            added_carried.push_back(timed(giver, "carry", first));
        }
        forget_all(here);
        carried.push_back(timed(OwnDaemon(here), "carry", second));
        unloaded.push_back(timed(OwnDaemon(there), "unload", second));
    }
    Report report;
    const auto what = std::to_string(megabytes) + " MiB ";
    const auto add = [&](const std::string& way, const std::vector<double>& rates, const std::vector<double>& copies) {
        const double ours = median(rates), floor = median(copies);
        report.add({way, ours, "MB/s", "plain copy, fsync", floor, ">= 70 % of it", ours >= 0.7 * floor});
    };
    add("carry " + what + "just added", added_carried, remembered);
    add("carry " + what + "on another day", carried, copied);
    report.add({"carry " + what + "on another day", median(carried), "MB/s", "plain copy, fsync, read back",
                median(verified), "", true});
    add("unload " + what + "from a folder", unloaded, copied);
    return report.finish();
}
