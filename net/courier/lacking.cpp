#include "net/courier/lacking.h"

#include <algorithm>
#include <map>

#include "core/tree.h"

namespace staffroom::net::courier {
namespace {

// Walks from the deepest commits downwards. All children of a commit stand before it, so that whether the device has it
// is known by the time it is met. Ends as soon as all that is left is below something that the device has.
class Walk {
  public:
    Walk(const CommitLog& log, const GroupId& group, CommitKind kind) : log_(log), group_(group), kind_(kind) {}

    void has(const CommitId& head) { add(head, true); }
    void meet(const CommitId& head) { add(head, false); }

    std::vector<CommitKey> lacked() {
        std::vector<CommitKey> keys;
        while (lacked_ahead_ > 0) {
            const auto last = std::prev(ahead_.end());
            const auto [key, met] = *last;
            ahead_.erase(last);
            if (!met.had) {
                --lacked_ahead_;
                keys.push_back(key);
            }
            for (const auto& parent : met.parents) add(parent, met.had);
        }
        std::reverse(keys.begin(), keys.end());
        return keys;
    }

  private:
    struct Met {
        bool had = false;
        std::vector<CommitId> parents;
    };

    void add(const CommitId& id, bool had) {
        const auto frame = log_.read(group_, id);
        const auto commit = frame ? read_commit(frame->commit) : Result<Commit>{Code::not_found, {}};
        if (!commit || commit->header.kind != kind_) return;  // the genesis, which everybody has; or one not here
        const auto [at, fresh] = ahead_.try_emplace(key_of(commit->header.depth, id), Met{had, commit->header.parents});
        if (fresh && !had) ++lacked_ahead_;
        if (!fresh && had && !at->second.had) {
            at->second.had = true;
            --lacked_ahead_;
        }
    }

    const CommitLog& log_;
    GroupId group_;
    CommitKind kind_;
    std::map<CommitKey, Met> ahead_;
    std::size_t lacked_ahead_ = 0;
};

}  // namespace

std::vector<CommitKey> all_of(const CommitLog& log, const GroupId& group, CommitKind kind) {
    constexpr std::size_t page = 4'096;
    CommitKey first, last;
    last.bytes.fill(0xFF);
    std::vector<CommitKey> keys;
    const auto tree = log.tree(group, kind);
    while (true) {
        const auto more = tree->keys(first, last, page);
        if (!more) return keys;
        const std::size_t again = !keys.empty() && !more->empty() && more->front() == keys.back() ? 1 : 0;
        keys.insert(keys.end(), more->begin() + static_cast<std::ptrdiff_t>(again), more->end());
        if (more->size() < page) return keys;
        first = keys.back();
    }
}

std::vector<CommitKey> lacking(const CommitLog& log, const GroupId& group, CommitKind kind, const Known& device) {
    const auto top = tree_top(*log.tree(group, kind));
    const auto root = top ? top->fingerprint : Hash{};
    for (const auto& have : device.haves) {
        if (have.set(kind).root == root) return {};
    }
    if (device.haves.empty()) return all_of(log, group, kind);
    if (kind == CommitKind::key) {
        auto keys = all_of(log, group, kind);
        std::erase_if(keys, [&](const CommitKey& key) {
            return std::binary_search(device.keys.begin(), device.keys.end(), id_of(key));
        });
        return keys;
    }
    Walk walk(log, group, kind);
    for (const auto& have : device.haves) {
        for (const auto& head : have.set(kind).heads) walk.has(head);
    }
    for (const auto& id : device.also) walk.has(id);
    for (const auto& head : log.heads(group, kind)) walk.meet(head);
    return walk.lacked();
}

}  // namespace staffroom::net::courier
