// Whether a control commit knew of a content commit: it is in the past of what that one had seen (core/members/rules.h).
// What is not here yet counts as known to nobody. The past of each control commit that is asked for is walked once.
#pragma once

#include <map>
#include <unordered_set>

#include "storage/commit_log.h"

namespace staffroom {

class SeenPasts {
  public:
    SeenPasts(ReadTxn& txn, const keys::LocalGroup& group) : txn_(txn), group_(group) {}

    bool is_known_to(const CommitId& control, const CommitId& content) {
        const auto [found, fresh] = pasts_.try_emplace(control);
        if (fresh) walk(control, found->second);
        return found->second.contains(content);
    }
    // More has come.
    void forget() { pasts_.clear(); }

  private:
    using Ids = std::unordered_set<CommitId, IdHash>;

    void walk(const CommitId& control, Ids& past) {
        const auto kept = commit_log::read(txn_, group_, control);
        std::vector<CommitId> open;
        if (kept) open = kept->commit.header.seen;
        while (!open.empty()) {
            const auto next = open.back();
            open.pop_back();
            if (past.contains(next)) continue;
            const auto seen = commit_log::read(txn_, group_, next);
            if (!seen || seen->commit.header.kind != CommitKind::content) continue;
            past.insert(next);
            const auto& parents = seen->commit.header.parents;
            open.insert(open.end(), parents.begin(), parents.end());
        }
    }

    ReadTxn& txn_;
    keys::LocalGroup group_;
    std::map<CommitId, Ids> pasts_;
};

}  // namespace staffroom
