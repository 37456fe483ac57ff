// What nobody can leave out who takes a colleague's commits: verify, open, put (each commit as the one
// row that we keep of it), on two cores, without network.
#pragma once

#include <thread>

#include "tests/bench/report.h"
#include "tests/bench/school.h"

namespace staffroom::bench {

inline constexpr std::size_t floor_batch = 4'096;  // commits a transaction

inline double floor_seconds(const std::filesystem::path& folder, const std::vector<CommitFrame>& frames,
                            const SymmetricKey& key) {
    std::filesystem::create_directories(folder);
    LmdbOptions options;
    options.folder = folder;
    options.keys = {random_secret<SymmetricKey>(), random_secret<SymmetricKey>()};
    const auto store = need(LmdbStore::open(options));
    const double start = now_seconds();
    for (std::size_t first = 0; first < frames.size(); first += floor_batch) {
        const auto last = std::min(first + floor_batch, frames.size());
        std::vector<std::optional<Commit>> good(last - first);
        const auto half = [&](std::size_t from) {
            for (auto i = from; i < good.size(); i += 2) {
                auto commit = read_commit(frames[first + i].commit);
                if (commit && has_signature(*commit) && open_part(commit->header, 0, *frames[first + i].parts[0], key))
                    good[i] = std::move(*commit);
            }
        };
        std::thread other(half, 1);
        half(0);
        other.join();
        need(store->write([&](WriteTxn& txn) -> Result<> {
            for (std::size_t i = 0; i < good.size(); ++i) {
                if (!good[i]) return {Code::malformed, "A commit of our own is bad."};
                const auto place = key_of(good[i]->header.depth, good[i]->id);
                txn.put(Table::log, keys::in_set(1, CommitKind::content, place.view()),
                        commit_log::row_of(*good[i], frames[first + i].parts));
            }
            return Done{};
        }));
    }
    return now_seconds() - start;
}

}  // namespace staffroom::bench
