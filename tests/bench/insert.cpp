// What a commit costs to enter: in the table of keys alone (the floor), and in table and tree, on LMDB with the values
// sealed, in transactions of 10,000, until they are durable. How much of that is processor time is printed beside.
//
//     bench_insert [FOLDER]      a new folder in it is used and removed; default: the system's temporary folder
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>

#include "core/crypto.h"
#include "core/tree.h"
#include "storage/lmdb.h"
#include "storage/tree_rows.h"
#include "tests/bench/report.h"

using namespace staffroom;
using bench::now_seconds;

namespace {
constexpr std::size_t batch_size = 10'000;
constexpr std::size_t base_size = 300'000;
constexpr std::size_t batches_count = 9;
constexpr std::size_t width = 2;  // commits at a depth
constexpr keys::GroupNumber group = 1;

using Batch = std::vector<CommitKey>;

CommitKey some_key(std::mt19937_64& random, std::uint64_t depth) {
    CommitId id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
    return key_of(depth, id);
}

// Appended: each batch lies after all before it. Merging: it is spread over the last 20,000 depths.
std::vector<Batch> batches(bool appended) {
    std::mt19937_64 random(appended ? 1 : 2);
    std::vector<Batch> all(batches_count);
    std::uint64_t depth = base_size / width;
    for (auto& batch : all) {
        for (std::size_t i = 0; i < batch_size; ++i)
            batch.push_back(some_key(random, appended ? depth + 1 + i / width : depth - random() % 20'000));
        std::sort(batch.begin(), batch.end());
        depth += batch_size / width;
    }
    return all;
}

class Profile {
  public:
    explicit Profile(const std::filesystem::path& parent) : folder_(parent / ("insert-" + name())) {
        std::filesystem::create_directories(folder_);
        LmdbOptions options;
        options.folder = folder_;
        options.keys = {random_secret<SymmetricKey>(), random_secret<SymmetricKey>()};
        auto store = LmdbStore::open(options);
        if (!store) fail(store.error());
        store_ = std::move(*store);
    }
    ~Profile() {
        store_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Profile(const Profile&) = delete;
    Profile& operator=(const Profile&) = delete;

    struct Cost {
        double work = 0, durable = 0;  // seconds
    };
    // One transaction.
    Cost insert(const Batch& batch, bool with_tree) {
        const double start = now_seconds();
        const auto work = std::clock();
        const auto done = store_->write([&](WriteTxn& txn) -> Result<> {
            for (const auto& key : batch) txn.put(Table::log, keys::in_set(group, CommitKind::content, key.view()), {});
            if (!with_tree) return Done{};
            TreeRows rows(txn, group, CommitKind::content);
            return grow_tree(rows, batch);
        });
        if (!done) fail(done.error());
        return {static_cast<double>(std::clock() - work) / CLOCKS_PER_SEC, now_seconds() - start};
    }
    double rebuild() {
        const double start = now_seconds();
        const auto done = store_->write([&](WriteTxn& txn) -> Result<> {
            TreeRows rows(txn, group, CommitKind::content);
            return rebuild_tree(rows);
        });
        if (!done) fail(done.error());
        return now_seconds() - start;
    }

  private:
    static std::string name() { return to_hex(random_id<Nonce16>().view()); }
    static void fail(const Error& error) {
        std::fprintf(stderr, "%s %s\n", error.say.c_str(), error.advice.c_str());
        std::exit(1);
    }
    std::filesystem::path folder_;
    std::unique_ptr<LmdbStore> store_;
};

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::filesystem::path parent = count > 1 ? arguments[1] : std::filesystem::temp_directory_path();
    std::mt19937_64 random(3);
    Batch base;
    for (std::size_t i = 0; i < base_size; ++i) base.push_back(some_key(random, 1 + i / width));
    std::sort(base.begin(), base.end());

    bench::Report report;
    for (const bool appended : {true, false}) {
        Profile table(parent), both(parent);
        table.insert(base, false);
        both.insert(base, true);
        std::vector<double> floor, ours, floor_work, ours_work;
        for (const auto& batch : batches(appended)) {
            const auto alone = table.insert(batch, false), tree = both.insert(batch, true);
            constexpr double us = 1e6 / static_cast<double>(batch_size);
            floor.push_back(us * alone.durable);
            ours.push_back(us * tree.durable);
            floor_work.push_back(us * alone.work);
            ours_work.push_back(us * tree.work);
        }
        const double us = bench::median(ours), goal = appended ? 1 : 3;
        const std::string name =
            std::string("insert into table and tree, ") + (appended ? "appended" : "merging near the tip");
        report.add({name, us, "us", "table alone", bench::median(floor), appended ? "<= 1 us" : "<= 3 us", us <= goal});
        report.add({name + ", processor", bench::median(ours_work), "us", "table alone, processor",
                    bench::median(floor_work), "", true});
        if (appended) {
            const double each = 1e6 * both.rebuild() / static_cast<double>(base_size + batches_count * batch_size);
            report.add({"rebuild the tree, a commit", each, "us", "table alone", bench::median(floor), "", true});
        }
    }
    return report.finish();
}
