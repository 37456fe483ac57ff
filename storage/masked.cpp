#include "storage/masked.h"

#include "storage/commit_log.h"
#include "storage/seen_pasts.h"

namespace staffroom {

std::vector<MaskedContent> masked_content(ReadTxn& txn, const Group& group) {
    std::vector<MaskedContent> masked;
    if (!group.may_mask) return masked;
    SeenPasts pasts(txn, group.local());
    commit_log::each(txn, group.number, CommitKind::content, [&](const CommitKey& key) {
        const auto kept = commit_log::read(txn, group.local(), commit_log::Place{CommitKind::content, key});
        if (!kept) return true;
        const auto id = kept->commit.id;
        const auto& header = kept->commit.header;
        const auto author = group.members.author_of(header.author, header.auth);
        // Commits that only join heads show nothing.
        if (!author || header.parts.empty()) return true;
        const auto known_to = [&](const CommitId& control) { return pasts.is_known_to(control, id); };
        const auto verdict = group.members.judge(kept->commit, *author, known_to).verdict;
        if (verdict == Verdict::set_aside || verdict == Verdict::hidden) {
            masked.push_back({id, *author, header.wall_ms, verdict == Verdict::hidden});
        }
        return true;
    });
    return masked;
}

}  // namespace staffroom
