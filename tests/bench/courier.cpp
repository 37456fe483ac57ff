// A large file on its way by stick: carried into a folder on another day than it was added, and unloaded there. Beside it, in
// the same run: a plain copy of the file into the same place, made durable; both are read from the disk.
//
// A stick is read back, each byte of it, before carry() says that it may be taken out; a plain copy is not, so one that is
// read back is shown, too. A folder on the disk that the replica is on is read back from the system's memory
// (net/courier/COURIER.md). So STICK, a folder on another file system, shows the one, and without it the other is shown.
//
// What was just added is shown beside a copy out of the system's memory, to which Staffroom leaves no film: it is read
// from the disk while it is written there, so on one disk about half of such a copy is to be expected.
//
//     bench_courier [MEGABYTES] [RUNS] [STICK]      default 512, 5 runs, a folder on the same disk
#include "tests/bench/daemons.h"
#include "tests/bench/durable_copy.h"

using namespace staffroom;
using namespace staffroom::bench;

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t megabytes = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 512;
    const std::size_t runs = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 5;
    const Folder folder;
    const auto stick = count > 3 ? std::filesystem::path(arguments[3]) : folder / "stick";
    std::filesystem::create_directories(stick);
    const auto file = folder / "film.bin";
    write_durably(file, megabytes, {});
    std::vector<double> copied, remembered, verified, added_carried, carried, unloaded;
    const auto rate = [&](double seconds) { return static_cast<double>(megabytes) * 1.048576 / seconds; };
    // MB/s of a whole command, from the question to the answer.
    const auto timed = [&](const OwnDaemon& daemon, const char* way) {
        ::sync();  // what was removed before
        const double start = now_seconds();
        daemon.ask(way, {{"folder", stick.string()}});
        return rate(now_seconds() - start);
    };
    for (std::size_t run = 0; run < runs; ++run) {
        const auto here = folder / ("here" + std::to_string(run)), there = folder / ("there" + std::to_string(run));
        const auto copy = stick / "copy.bin";
        // A virtual machine has to be given the memory for a copy first: that would count against the peer.
        write_durably(copy, megabytes, file);
        remembered.push_back(rate(write_durably(copy, megabytes, file)));
        forget(file);
        const double copy_s = write_durably(copy, megabytes, file);
        copied.push_back(rate(copy_s));
        verified.push_back(rate(copy_s + read_again(copy)));
        std::filesystem::remove(copy);
        const auto group = two_homes(here, there);
        {
            const OwnDaemon giver(here);
            giver.ask("resource add", {{"group", to_text(group)}, {"source", file.string()}});
            added_carried.push_back(timed(giver, "carry"));
        }
        std::filesystem::remove_all(stick / "staffroom");
        forget_all(here);
        carried.push_back(timed(OwnDaemon(here), "carry"));
        forget_all(stick);
        unloaded.push_back(timed(OwnDaemon(there), "unload"));
        std::filesystem::remove_all(stick / "staffroom");
        for (const auto& over : {here, there}) empty(over);
    }
    Report report;
    const auto what = std::to_string(megabytes) + " MiB";
    const auto add = [&](const std::string& way, const std::vector<double>& rates) {
        const double ours = median(rates), floor = median(copied);
        report.add({way, ours, "MB/s", "plain copy, fsync", floor, ">= 70 % of it", ours >= 0.7 * floor});
    };
    add("carry " + what, carried);
    add("unload " + what, unloaded);
    report.add({"carry " + what, median(carried), "MB/s", "the same, read back", median(verified), "", true});
    report.add({"carry " + what + " just added", median(added_carried), "MB/s", "plain copy out of memory, fsync",
                median(remembered), "", true});
    return report.finish();
}
