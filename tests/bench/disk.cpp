// What an edit of a record takes of the disk, all included: log, indexes, tree and views. The floor is what must be kept
// of it at all: header, signature and sealed body.
//
//     bench_disk [COUNT]      default 20,000 edits
#include "tests/bench/report.h"
#include "tests/bench/school.h"

using namespace staffroom;
using namespace staffroom::bench;

namespace {

double bytes_used(Home& home) { return static_cast<double>(need(home.profile().store().stats()).file_bytes); }

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t edits = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 20'000;
    const Folder folder;
    const auto [colleague, group, frames] = write_diaries(folder, edits);
    double least = 0;
    for (const auto& frame : frames) {
        least += static_cast<double>(frame.commit.size());
        for (const auto& part : frame.parts) least += static_cast<double>(part->size());
    }
    const double before = bytes_used(*colleague);
    for (const auto& batch : batches_of(frames, 128 * 1024)) need(colleague->replica().ingest(group, batch));
    const double used = bytes_used(*colleague) - before;

    const auto each = static_cast<double>(edits);
    Report report;
    report.add({"disk an edit of a record, all included", used / each, "bytes", "header, signature, sealed body",
                least / each, "<= 2 x", used <= 2 * least});
    const auto stats = need(colleague->profile().store().stats());
    for (std::size_t i = 0; i < tables_count; ++i) {
        if (stats.entries[i] * 10 < edits) continue;
        std::fprintf(stderr, "%-16s %8.2f rows an edit\n", std::string(traits_of(static_cast<Table>(i)).name).c_str(),
                     static_cast<double>(stats.entries[i]) / each);
    }
    return report.finish();
}
