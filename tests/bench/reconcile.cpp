// How much is said, and how long it takes, until two sets of a million commits know what each lacks of the other.
// Times are those of both sides together, over trees in memory; the commits themselves are not counted. On a busy
// computer the processor's time beside them tells more.
//
//     bench_reconcile [COMMITS]
#include <cstdlib>
#include <ctime>
#include <random>

#include "core/commit.h"
#include "net/reconcile.h"
#include "tests/bench/report.h"
#include "tests/flat_tree_store.h"
#include "tests/net/reconcile_pair.h"

using namespace staffroom;
using namespace staffroom::net;
using bench::now_seconds;

namespace {
constexpr int runs = 5;

// A history, ascending. Width 0: depths at random, as sets in the literature are.
std::vector<CommitKey> history(std::size_t count, std::size_t width) {
    std::mt19937_64 random(width + 1);
    std::vector<CommitKey> keys;
    keys.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        CommitId id;
        for (std::size_t at = 0; at < id.bytes.size(); at += 8) {
            const auto word = random();
            std::copy_n(reinterpret_cast<const std::uint8_t*>(&word), 8, id.bytes.begin() + static_cast<long>(at));
        }
        keys.push_back(key_of(width == 0 ? random() : 1 + i / width, id));
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

struct Found {
    std::size_t bytes = 0, messages = 0, pushes = 0;
    double seconds = 0, work = 0;  // work: of the processor
};

// The conversation until what differs is found. Nothing is handed over, so the same sets serve again.
Found find_differences(const FlatTreeStore& left, const FlatTreeStore& right) {
    Found found;
    Reconciler asks(some_topic(), Reconciler::Role::asks), answers(some_topic(), Reconciler::Role::answers);
    const double start = now_seconds();
    const auto work = std::clock();
    asks.start(left, 0);
    for (bool moved = true; moved;) {
        moved = false;
        for (auto* from : {&asks, &answers}) {
            auto& to = from == &asks ? answers : asks;
            bool spoke = false;
            while (const auto frame = from->poll()) {
                found.bytes += frame->size();
                to.receive(from == &asks ? right : left, *frame, 0);
                spoke = true;
            }
            found.messages += spoke ? 1u : 0u;
            moved |= spoke;
        }
    }
    found.seconds = now_seconds() - start;
    found.work = static_cast<double>(std::clock() - work) / CLOCKS_PER_SEC;
    for (auto* side : {&asks, &answers})
        while (side->has_pushes()) found.pushes += side->take_pushes(side == &asks ? left : right, 10'000)->size();
    return found;
}

// The peer: each side lists the short ids of all it has, and compares.
Found compare_lists(const FlatTreeStore& left, const FlatTreeStore& right) {
    Found found;
    const auto key = reconcile_key(some_topic(), 1);
    const double start = now_seconds();
    const auto work = std::clock();
    std::vector<std::uint64_t> lists[2];
    for (int side = 0; side < 2; ++side) {
        for (const auto& k : (side == 0 ? left : right).all_keys()) lists[side].push_back(siphash(key, k.view()));
        std::sort(lists[side].begin(), lists[side].end());
        found.bytes += 8 * lists[side].size();
    }
    std::vector<std::uint64_t> only;
    std::set_symmetric_difference(lists[0].begin(), lists[0].end(), lists[1].begin(), lists[1].end(),
                                  std::back_inserter(only));
    found.seconds = now_seconds() - start;
    found.work = static_cast<double>(std::clock() - work) / CLOCKS_PER_SEC;
    found.pushes = only.size();
    found.messages = 2;
    return found;
}

// How a small edit travels: header, signature, one part.
double bytes_of_a_commit() {
    Draft draft;
    draft.kind = CommitKind::content;
    draft.depth = 100'000;
    draft.parents = {random_id<CommitId>()};
    draft.auth = {random_id<CommitId>()};
    draft.wall_ms = 1'700'000'000'000;
    draft.parts = {Bytes(60)};
    const auto epoch = random_secret<SymmetricKey>();
    draft.epoch = epoch_id(draft.group, epoch);
    return static_cast<double>(compose(draft, &epoch, SigningKey(random_secret<SigningSeed>()))->frame.size());
}

class Scenarios {
  public:
    Scenarios(bench::Report& report, std::string shape, std::size_t count, std::size_t width)
        : report_(report), shape_(std::move(shape)), width_(width), all_(history(count, width)) {}

    void scattered(std::size_t differences) {
        std::vector<CommitKey> left, right;
        const auto every = differences == 0 ? all_.size() + 1 : all_.size() / differences;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            const bool differs = differences != 0 && i % every == every / 2;
            if (!differs || i / every % 2 == 0) left.push_back(all_[i]);
            if (!differs || i / every % 2 == 1) right.push_back(all_[i]);
        }
        measure(left, right);
        const auto bytes = static_cast<double>(ours_.bytes), ms = 1e3 * ours_.seconds;
        const auto peer_bytes = static_cast<double>(peer_.bytes), peer_ms = 1e3 * peer_.seconds;
        const auto each = static_cast<double>(std::max<std::size_t>(differences, 1));
        const auto name = shape_ + ", " + std::to_string(differences) + " scattered: ";
        const char* lists = "all short ids listed";
        if (differences == 0) {
            report_.add({shape_ + ", equal: bytes", bytes, "B", lists, peer_bytes, "<= 100 B", bytes <= 100});
            report_.add({shape_ + ", equal: time", ms, "ms", lists, peer_ms, "<= 0.1 ms", ms <= 0.1});
        } else if (differences == 10) {
            report_.add({name + "bytes", bytes, "B", lists, peer_bytes, "<= 8 KB", bytes <= 8192});
            report_.add({name + "time", ms, "ms", lists, peer_ms, "<= 1 ms", ms <= 1});
        } else if (differences == 1'000) {
            report_.add({name + "bytes", bytes, "B", lists, peer_bytes, "<= 0.45 MB", bytes <= 450'000});
            report_.add({name + "time", ms, "ms", lists, peer_ms, "<= 30 ms", ms <= 30});
        } else {
            report_.add(
                {name + "bytes each", bytes / each, "B", lists, peer_bytes / each, "<= 120 B", bytes / each <= 120});
            report_.add({name + "time", ms, "ms", lists, peer_ms, "<= 500 ms", ms <= 500});
        }
        if (differences >= 1'000)
            report_.add({name + "processor", 1e3 * ours_.work, "ms", lists, 1e3 * peer_.work, "", true});
        check(differences);
    }

    // The newest commits are missing on the side that asks, or on the other.
    void newest_missing(std::size_t missing, bool asks) {
        const std::vector<CommitKey> old(all_.begin(), all_.end() - static_cast<std::ptrdiff_t>(missing));
        measure(asks ? old : all_, asks ? all_ : old);
        const auto floor = bytes_of_a_commit() * static_cast<double>(missing);
        const auto bytes = static_cast<double>(ours_.bytes);
        report_.add(
            {shape_ + ", last " + std::to_string(missing) + " missing " + (asks ? "(asking side)" : "(answering side)"),
             bytes, "B", "the commits themselves", floor, "<= 0.1 %", bytes <= 0.001 * floor});
        check(missing);
    }
    // Both worked apart from the same start.
    void both_newest(std::size_t different) {
        auto other = all_;
        const auto more = history(different, std::max<std::size_t>(width_, 1));
        const auto depth = depth_of(all_[all_.size() - different]);
        for (std::size_t i = 0; i < different; ++i)
            other[all_.size() - different + i] = key_of(
                width_ == 0 ? depth_of(all_[all_.size() - different + i]) : depth + depth_of(more[i]), id_of(more[i]));
        std::sort(other.begin(), other.end());
        measure(all_, other);
        const auto floor = bytes_of_a_commit() * static_cast<double>(2 * different);
        const auto bytes = static_cast<double>(ours_.bytes);
        report_.add({shape_ + ", " + std::to_string(different) + " different on each side", bytes, "B",
                     "the commits themselves", floor, "<= 1.6 %", bytes <= 0.016 * floor});
        check(2 * different);
    }

  private:
    void measure(const std::vector<CommitKey>& left_keys, const std::vector<CommitKey>& right_keys) {
        FlatTreeStore left, right;
        if (!left.add(left_keys) || !right.add(right_keys)) std::abort();
        std::vector<double> ours, peers, work, peer_work;
        for (int run = 0; run < runs; ++run) {
            ours_ = find_differences(left, right);
            ours.push_back(ours_.seconds);
            work.push_back(ours_.work);
            if (run < 2) peer_ = compare_lists(left, right);
            peers.push_back(peer_.seconds);
            peer_work.push_back(peer_.work);
        }
        ours_.seconds = bench::median(ours);
        peer_.seconds = bench::median(peers);
        ours_.work = bench::median(work);
        peer_.work = bench::median(peer_work);
    }
    void check(std::size_t differences) const {
        if (ours_.pushes == differences && peer_.pushes == differences) return;
        std::fprintf(stderr, "wrong: %zu pushed, %zu listed of %zu\n", ours_.pushes, peer_.pushes, differences);
        std::exit(1);
    }

    bench::Report& report_;
    std::string shape_;
    std::size_t width_;
    std::vector<CommitKey> all_;
    Found ours_, peer_;
};

}  // namespace

int main(int count, char** arguments) {
    init_crypto();
    const std::size_t commits = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
    bench::Report report;
    const std::pair<const char*, std::size_t> shapes[] = {
        {"one a depth", 1}, {"four a depth", 4}, {"random depths", 0}};
    for (const auto& [name, width] : shapes) {
        Scenarios scenarios(report, name, commits, width);
        for (const std::size_t differences : {0, 10, 1'000, 100'000})
            if (differences <= commits / 10) scenarios.scattered(differences);
        // At random depths the newest are nowhere in particular.
        if (width == 0) continue;
        scenarios.newest_missing(commits / 100, true);
        scenarios.newest_missing(commits / 100, false);
        scenarios.both_newest(commits / 100);
    }
    return report.finish();
}
