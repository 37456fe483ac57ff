// What is still to come, small files first, and which large files are begun when the disk has no room for all of them.
#include "storage/wanted_chunks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "storage/page_memory.h"
#include "tests/memory_kv.h"

using namespace staffroom;

namespace {

constexpr std::uint64_t mib = limits::chunk_bytes;
constexpr std::uint64_t sealed = mib + seal_overhead, whole_on_disk = sealed + memory_page_bytes;

struct Wants {
    void write(const std::function<void(WriteTxn&)>& step) {
        REQUIRE(store.write([&](WriteTxn& txn) -> Result<> { return step(txn), Done{}; }).ok());
    }
    // A file of so many whole chunks, all of which are missing.
    std::vector<ChunkId> wants_file(std::size_t count, keys::GroupNumber group = 1) {
        std::vector<ChunkId> ids;
        write([&](WriteTxn& txn) {
            for (std::size_t i = 0; i < count; ++i) {
                ids.push_back(random_id<ChunkId>());
                wanted_chunks::add(txn, group, ids.back(), count * mib, mib);
            }
        });
        return ids;
    }
    wanted_chunks::Fit fit_into(std::uint64_t room) {
        wanted_chunks::Fit fit;
        write([&](WriteTxn& txn) { fit = wanted_chunks::fit_into(txn, room); });
        return fit;
    }
    std::size_t count(const wanted_chunks::Fit& fit) {
        std::size_t count = 0;
        write([&](WriteTxn& txn) { count = wanted_chunks::first(txn, 1'000, fit).size(); });
        return count;
    }
    std::optional<bool> fits(const ChunkId& chunk, const wanted_chunks::Fit& fit) {
        std::optional<bool> fits;
        write([&](WriteTxn& txn) { fits = wanted_chunks::fits(txn, chunk, fit); });
        return fits;
    }

    MemoryStore store;
};

}  // namespace

TEST_CASE("D05 a film that would not fit as a whole is not begun, and a smaller one and worksheets come all the same") {
    Wants wants;
    const auto film = wants.wants_file(10), clip = wants.wants_file(3), sheet = wants.wants_file(1);
    const auto short_of = wants.fit_into(13 * whole_on_disk - 1);
    CHECK(short_of.fitting == std::set<std::uint64_t>{3 * mib});
    CHECK(short_of.too_large == std::set<std::uint64_t>{10 * mib});
    CHECK_EQ(short_of.lacking, 10 * sealed);
    CHECK_EQ(short_of.on_disk, 13 * whole_on_disk);
    CHECK_EQ(wants.count(short_of), 4);
    CHECK(wants.fits(film[0], short_of) == false);
    CHECK(wants.fits(clip[0], short_of) == true);
    CHECK(wants.fits(sheet[0], short_of) == true);
    CHECK(wants.fits(random_id<ChunkId>(), short_of) == true);

    const auto enough = wants.fit_into(13 * whole_on_disk);
    CHECK(enough.too_large.empty());
    CHECK_EQ(enough.lacking, 0);
    CHECK_EQ(wants.count(enough), 14);

    const auto none = wants.fit_into(0);
    CHECK_EQ(none.lacking, 13 * sealed);
    CHECK_EQ(wants.count(none), 1);
}

TEST_CASE("a film that was begun goes on: what is here of it takes no more room") {
    Wants wants;
    const auto film = wants.wants_file(10);
    std::uint64_t room = 10 * whole_on_disk;
    for (const auto& chunk : film) {
        CHECK(wants.fits(chunk, wants.fit_into(room)) == true);
        wants.write([&](WriteTxn& txn) { wanted_chunks::remove(txn, chunk); });
        room -= whole_on_disk;
    }
    CHECK_EQ(wants.count({}), 0);
}

TEST_CASE("a film that two groups share takes its room once, and what is wanted since was not judged") {
    Wants wants;
    const auto film = wants.wants_file(4);
    wants.write([&](WriteTxn& txn) {
        for (const auto& chunk : film) wanted_chunks::add(txn, 2, chunk, 4 * mib, mib);
    });
    const auto fit = wants.fit_into(4 * whole_on_disk);
    CHECK(fit.too_large.empty());
    CHECK_EQ(wants.count(fit), 4);
    const auto later = wants.wants_file(5);
    CHECK_FALSE(wants.fits(later[0], fit).has_value());
}

TEST_CASE("sizes and groups up to the largest numbers are passed over as well") {
    Wants wants;
    constexpr auto last = ~keys::GroupNumber{0};
    const auto film = random_id<ChunkId>(), sheet = random_id<ChunkId>();
    wants.write([&](WriteTxn& txn) {
        wanted_chunks::add(txn, last, film, ~std::uint64_t{0}, mib);
        wanted_chunks::add(txn, last, sheet, 0, 0);
    });
    CHECK(wants.fit_into(0).too_large == std::set<std::uint64_t>{~std::uint64_t{0}});
    CHECK_EQ(wants.count(wants.fit_into(0)), 1);
    CHECK_EQ(wants.count({}), 2);
}

TEST_CASE("wanted chunks beside a naive twin") {
    struct Known {
        std::uint64_t file_size;
        std::uint32_t size;  // sealed
    };
    Wants wants;
    std::mt19937_64 dice(11);
    const auto random_below = [&](std::uint64_t bound) { return dice() % bound; };
    std::map<keys::GroupNumber, std::map<ChunkId, Known>> twin;
    std::vector<ChunkId> ids;
    for (int i = 0; i < 60; ++i) ids.push_back(random_id<ChunkId>());
    for (int round = 0; round < 400; ++round) {
        const auto group = static_cast<keys::GroupNumber>(random_below(3) * 0x7fff'ffff);
        const auto& id = ids[random_below(ids.size())];
        wants.write([&](WriteTxn& txn) {
            if (random_below(4) == 0) {
                wanted_chunks::remove(txn, id, group);
                twin[group].erase(id);
            } else if (random_below(20) == 0) {
                wanted_chunks::remove_all_of(txn, group);
                twin[group].clear();
            } else if (random_below(10) == 0) {
                wanted_chunks::remove(txn, id);
                for (auto& [each, known] : twin) known.erase(id);
            } else {
                const auto file_size = random_below(6) * mib / 2, size = random_below(mib);
                wanted_chunks::add(txn, group, id, file_size, size);
                twin[group].try_emplace(id, Known{file_size, static_cast<std::uint32_t>(size + seal_overhead)});
            }
        });
        const auto room = random_below(40 * mib);
        const auto most = random_below(80);
        std::map<std::uint64_t, std::uint64_t> lacking;  // of the large files
        for (const auto& [number, known] : twin) {
            std::map<std::uint64_t, std::uint64_t> of_group;
            for (const auto& [chunk, each] : known) of_group[each.file_size] += each.size + memory_page_bytes;
            for (const auto& [size, bytes] : of_group) {
                if (size > mib) lacking[size] = std::max(lacking[size], bytes);
            }
        }
        std::set<std::uint64_t> too_large;
        for (auto left = room; const auto& [size, bytes] : lacking) {
            if (bytes > left) {
                too_large.insert(size);
            } else {
                left -= bytes;
            }
        }
        // Of each group the first `most`; of all those the first.
        std::vector<std::tuple<std::uint64_t, keys::GroupNumber, ChunkId>> order;
        for (const auto& [number, known] : twin) {
            std::vector<std::tuple<std::uint64_t, keys::GroupNumber, ChunkId>> of_group;
            for (const auto& [chunk, each] : known) {
                if (!too_large.contains(each.file_size)) of_group.emplace_back(each.file_size, number, chunk);
            }
            std::sort(of_group.begin(), of_group.end());
            of_group.resize(std::min<std::size_t>(of_group.size(), most));
            order.insert(order.end(), of_group.begin(), of_group.end());
        }
        std::sort(order.begin(), order.end());
        std::vector<ChunkId> expected;
        for (const auto& [size, number, chunk] : order) {
            if (expected.size() < most && std::find(expected.begin(), expected.end(), chunk) == expected.end())
                expected.push_back(chunk);
        }
        wants.write([&](WriteTxn& txn) {
            const auto fit = wanted_chunks::fit_into(txn, room);
            REQUIRE(fit.too_large == too_large);
            std::vector<ChunkId> found;
            for (const auto& each : wanted_chunks::first(txn, most, fit)) {
                REQUIRE_EQ(each.size, twin[each.group].at(each.id).size);
                found.push_back(each.id);
            }
            REQUIRE(found == expected);
            for (const auto& chunk : ids) {
                bool wanted = false, some_fit = false;
                for (const auto& [number, known] : twin) {
                    const auto at = known.find(chunk);
                    if (at == known.end()) continue;
                    wanted = true;
                    some_fit = some_fit || !too_large.contains(at->second.file_size);
                }
                REQUIRE(wanted_chunks::fits(txn, chunk, fit) == (!wanted || some_fit));
            }
            for (const auto& [number, known] : twin)
                REQUIRE_EQ(wanted_chunks::totals(txn, number).chunks, known.size());
        });
    }
}
