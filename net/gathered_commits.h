// Commits that came in several frames and are stored in one transaction, which costs about as much for eight frames as
// for one: a host gathers StoreCommits while more arrives, and stores when nothing more is here or when it is full.
//
// Rules:
//  - one batch per group, in the order in which the frames came; groups in the order of their first frame;
//  - what reads or changes a group waits for the commits that came before it (waits_for_commits), what is only said,
//    dialled or shown does not;
//  - full at `bytes_max`, whatever the groups: bounds memory, and the time for which a large group keeps the others and
//    the teacher at this computer waiting;
//  - each frame gets a report of its own. It names the declined of that frame only, for a colleague is told about what
//    they sent; what is fresh stands in the last one, so that it is passed on once;
//  - a batch that could not be stored is to be stored frame by frame (`one_by_one`), so that nobody's frame can keep
//    others' out.
#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "net/action.h"

namespace staffroom::net {

class GatheredCommits {
  public:
    static constexpr std::size_t bytes_max = 8 * limits::batch_bytes;

    struct Batch {
        struct Frame {
            std::uint64_t ticket = 0;
            std::size_t count = 0;  // of `commits`, after those of the frames before it
        };
        GroupId group;
        std::vector<CommitFrame> commits;
        std::vector<Frame> frames;
    };

    void add(StoreCommits&& action);
    bool is_full() const { return bytes_ >= bytes_max; }
    std::optional<Batch> take();

  private:
    std::deque<Batch> batches_;
    std::size_t bytes_ = 0;
};

std::vector<GatheredCommits::Batch> one_by_one(GatheredCommits::Batch batch);

struct TicketReport {
    std::uint64_t ticket = 0;
    IngestReport report;
};
// In the order of the frames. `report` is that of the whole batch.
std::vector<TicketReport> reports_of(const GatheredCommits::Batch& batch, IngestReport report);

bool waits_for_commits(const Action& action);

}  // namespace staffroom::net
