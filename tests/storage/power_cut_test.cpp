// D02: the power goes at any moment. What was written since the last sync is then on the disk in part, in any order, torn
// at sectors. Recorded from LMDB as it writes, cut afterwards as often as one likes.
#include <sys/stat.h>

#include <fstream>
#include <random>

#include "storage/disk.h"
#include "storage/pages.h"
#include "tests/disposable.h"
#include "tests/storage/false_disk.h"

using namespace staffroom;

namespace {

constexpr std::size_t sector = 512;  // a disk writes one whole or not at all

void write_at(Bytes& disk, std::size_t at, ByteView bytes) {
    if (disk.size() < at + bytes.size()) disk.resize(at + bytes.size());
    std::copy(bytes.begin(), bytes.end(), disk.begin() + std::ptrdiff_t(at));
}

// Of one write the sectors for which `reached` says so.
template <class Reached>
void write_torn(Bytes& disk, const Recording::Step& step, const Reached& reached) {
    for (std::size_t done = 0; done < step.bytes.size();) {
        const auto at = step.at + done;
        const auto size = std::min(sector - at % sector, step.bytes.size() - done);
        if (reached()) write_at(disk, at, ByteView(step.bytes).subspan(done, size));
        done += size;
    }
}

}  // namespace

TEST_CASE("D02 three thousand power cuts lose nothing acknowledged and leave every transaction whole or absent") {
    constexpr std::uint32_t script = 60;
    constexpr std::size_t cuts = 3'000;
    constexpr std::uint64_t seed = 2;
    const Disposable folder;
    const auto file = folder / "store/data.mdb";
    Bytes durable;
    std::vector<std::size_t> acknowledged_at;
    {
        const auto store = opened(folder / "store");
        durable = *read_file(file, 1 << 20);
        struct stat status {};
        REQUIRE_EQ(::stat(file.c_str(), &status), 0);
        recording = {status.st_ino, {}};
        for (std::uint32_t i = 0; i < script; ++i) {
            REQUIRE(put(*store, i).ok());
            acknowledged_at.push_back(recording.steps.size());
        }
    }
    const auto steps = std::exchange(recording, {}).steps;
    std::size_t syncs = 0;
    for (const auto& step : steps) syncs += step.bytes.empty();
    REQUIRE(syncs >= 2 * script);  // the data, then the page that makes it count

    std::mt19937_64 random(seed);
    std::vector<std::size_t> moments(cuts);
    for (auto& moment : moments) moment = random() % (steps.size() + 1);
    std::sort(moments.begin(), moments.end());
    std::size_t synced = 0;  // everything before it is in `durable`
    for (const auto moment : moments) {
        CAPTURE(moment);
        for (auto next = synced; next < moment; ++next) {
            if (!steps[next].bytes.empty()) continue;
            for (; synced < next; ++synced) write_at(durable, steps[synced].at, steps[synced].bytes);
            ++synced;
        }
        auto disk = durable;
        std::vector<std::size_t> order;
        for (auto next = synced; next < moment; ++next) order.push_back(next);
        std::shuffle(order.begin(), order.end(), random);
        const auto share = random() % 5;  // of four sectors so many have reached it
        for (const auto next : order) write_torn(disk, steps[next], [&] { return random() % 4 < share; });

        std::ofstream(file, std::ios::binary)
            .write(reinterpret_cast<const char*>(disk.data()), std::streamsize(disk.size()));
        const auto acknowledged = std::uint32_t(
            std::upper_bound(acknowledged_at.begin(), acknowledged_at.end(), moment) - acknowledged_at.begin());
        const auto survey = pages::walk(file, [](std::string_view, ByteView, ByteView) {});
        REQUIRE(survey.ok());
        REQUIRE(survey->is_sound());
        const auto store = opened(folder / "store");
        const auto entries = store->stats()->entries[std::size_t(Table::log)];
        REQUIRE((entries == acknowledged || entries == acknowledged + 1));
        REQUIRE_EQ(holds(*store, std::uint32_t(entries)), entries);
    }
}
