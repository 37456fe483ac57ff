// A large file on its way by stick: carried into a folder and unloaded from it, all on one disk. Beside it, in the same
// run: a plain copy of the file, made durable. All three read what they copy from the disk, as after a day of other work;
// a copy of what is still in the system's memory, and a copy that is read back, are shown beside. carry() reads back what
// it wrote and compares it, before it says that the stick may be taken out; a plain copy does not.
//
//     bench_courier [MEGABYTES] [RUNS]      default 512, 3 runs
#include "tests/bench/daemons.h"
#include "tests/bench/durable_copy.h"

using namespace staffroom;
using namespace staffroom::bench;

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t megabytes = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 512;
    const std::size_t runs = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 3;
    const Folder folder;
    const auto file = folder / "film.bin";
    write_durably(file, megabytes, {});
    std::vector<double> copied, remembered, verified, carried, unloaded;
    const auto rate = [&](double seconds) { return static_cast<double>(megabytes) * 1.048576 / seconds; };
    for (std::size_t run = 0; run < runs; ++run) {
        const auto name = std::to_string(run);
        const auto here = folder / ("here" + name), there = folder / ("there" + name),
                   stick = folder / ("stick" + name);
        std::filesystem::create_directories(stick);
        remembered.push_back(rate(write_durably(folder / "copy.bin", megabytes, file)));
        forget(file);
        const double copy_s = write_durably(folder / "copy.bin", megabytes, file);
        copied.push_back(rate(copy_s));
        verified.push_back(rate(copy_s + read_again(folder / "copy.bin")));
        const auto group = two_homes(here, there);
        {
            OwnDaemon giver(here);
            giver.ask("resource add", {{"group", to_text(group)}, {"source", file.string()}});
            const double start = now_seconds();
            giver.ask("carry", {{"folder", stick.string()}});
            carried.push_back(rate(now_seconds() - start));
        }
        OwnDaemon taker(there);
        const double start = now_seconds();
        taker.ask("unload", {{"folder", stick.string()}});
        unloaded.push_back(rate(now_seconds() - start));
    }
    Report report;
    const auto what = std::to_string(megabytes) + " MiB ";
    const double floor = median(copied);
    for (const auto& [way, rates] : {std::pair("carry " + what + "into a folder", &carried),
                                     std::pair("unload " + what + "from a folder", &unloaded)}) {
        const double ours = median(*rates);
        report.add({way, ours, "MB/s", "plain copy, fsync", floor, ">= 70 % of it", ours >= 0.7 * floor});
        report.add({way, ours, "MB/s", "plain copy from memory, fsync", median(remembered), "", true});
        report.add({way, ours, "MB/s", "plain copy, fsync, read back", median(verified), "", true});
    }
    return report.finish();
}
