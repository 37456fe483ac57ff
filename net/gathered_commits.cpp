#include "net/gathered_commits.h"

#include <algorithm>
#include <iterator>

namespace staffroom::net {

void GatheredCommits::add(StoreCommits&& action) {
    auto at =
        std::find_if(batches_.begin(), batches_.end(), [&](const Batch& batch) { return batch.group == action.group; });
    if (at == batches_.end()) at = batches_.insert(batches_.end(), Batch{action.group, {}, {}});
    at->frames.push_back({action.ticket, action.commits.size()});
    for (auto& commit : action.commits) {
        bytes_ += commit.size();
        at->commits.push_back(std::move(commit));
    }
}

std::optional<GatheredCommits::Batch> GatheredCommits::take() {
    if (batches_.empty()) return std::nullopt;
    auto batch = std::move(batches_.front());
    batches_.pop_front();
    for (const auto& commit : batch.commits) bytes_ -= commit.size();
    return batch;
}

std::vector<GatheredCommits::Batch> one_by_one(GatheredCommits::Batch batch) {
    std::vector<GatheredCommits::Batch> all;
    auto next = std::make_move_iterator(batch.commits.begin());
    for (const auto& frame : batch.frames) {
        const auto end = next + static_cast<std::ptrdiff_t>(frame.count);
        all.push_back({batch.group, {next, end}, {frame}});
        next = end;
    }
    return all;
}

std::vector<TicketReport> reports_of(const GatheredCommits::Batch& batch, IngestReport report) {
    std::vector<TicketReport> reports;
    auto next = batch.commits.begin();
    for (const auto& frame : batch.frames) {
        reports.push_back({frame.ticket, {}});
        const auto end = next + static_cast<std::ptrdiff_t>(frame.count);
        for (; next != end && !report.declined.empty(); ++next) {
            const auto commit = read_commit(next->commit);
            if (!commit) continue;
            const auto declined = std::find_if(report.declined.begin(), report.declined.end(),
                                               [&](const DeclinedCommit& each) { return each.id == commit->id; });
            if (declined != report.declined.end()) reports.back().report.declined.push_back(*declined);
        }
        next = end;
    }
    if (reports.empty()) return reports;
    auto declined = std::move(reports.back().report.declined);
    reports.back().report = std::move(report);
    reports.back().report.declined = std::move(declined);
    return reports;
}

bool waits_for_commits(const Action& action) {
    return std::holds_alternative<StoreParts>(action) || std::holds_alternative<StoreHave>(action) ||
           std::holds_alternative<ShareKeys>(action) || std::holds_alternative<Claimed>(action) ||
           std::holds_alternative<Joined>(action);
}

}  // namespace staffroom::net
