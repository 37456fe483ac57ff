// Takes the commits that one colleague gives: has them stored, and says so once they are.
//
// Rules:
//  - "taken" is said only after the transaction has returned, and again when the frame comes again;
//  - a frame that comes twice is stored once, and counts once for the reconciliation that promised it;
//  - only a shared group's commits are stored (S08), and of a kind that this colleague may bring: control from whoever
//    holds the group's key, anything from a current device. Others are declined by name;
//  - of the commits that this colleague's device wrote itself, 200 a second are stored (net/author_rates.h), those that
//    are here already not counted. More are declined by name, and come again later;
//  - at most 8 frames wait for the disk; more are not taken, so they come again.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "net/author_rates.h"
#include "net/offers.h"
#include "net/outbox.h"

namespace staffroom::net {

class Taking {
  public:
    struct Settled {
        GroupId group;
        CommitKind set = CommitKind::control;
        std::uint64_t promised = 0;
    };

    Taking(const Here& here, LinkId link, const DeviceId& from, AuthorRates& rates)
        : here_(here), link_(link), from_(from), rates_(rates) {}

    // The ids in the frame, in its order; nothing when it breaks the protocol.
    std::optional<std::vector<CommitId>> hear(const Shared& shared, CommitsFrame&& frame, std::uint64_t now,
                                              Outbox& out);
    // Nothing when the ticket is not of this link. A failed store is as if the frame had been lost.
    std::optional<Settled> stored(std::uint64_t ticket, const Result<IngestReport>& report, Outbox& out);

    std::uint64_t taken_count() const { return taken_; }
    // Commits declined for their rate.
    std::uint64_t too_fast_count() const { return too_fast_; }

  private:
    struct Pending {
        std::uint64_t number = 0;
        Settled settled;
        std::vector<DeclinedId> declined;
        std::size_t commits = 0;
    };
    static constexpr std::size_t remembered_count = 64;

    bool is_too_fast(const Shared& shared, const Commit& commit, std::uint64_t now);
    void finish(std::uint64_t number, std::vector<DeclinedId> declined, Outbox& out);

    const Here& here_;
    LinkId link_;
    DeviceId from_;
    AuthorRates& rates_;
    std::map<std::uint64_t, Pending> pending_;                   // by ticket
    std::map<std::uint64_t, std::vector<DeclinedId>> taken_by_;  // by number, those that may come again
    std::uint64_t forgotten_ = 0;                                // numbers up to here are long taken
    std::uint64_t taken_ = 0, too_fast_ = 0;
};

}  // namespace staffroom::net
