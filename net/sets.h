// Which sets are compared with one colleague, and when.
//
// Rules:
//  - the dialler asks, the other answers (net/reconcile.h);
//  - control, then key, then content of a group, each once the one before is equal; small groups first; at most 4
//    conversations at a time, so that a group of a million commits does not hold up the others;
//  - an equal set is compared again after 30 s (about 100 bytes), and at once when the other side's have shows another
//    root while nothing is under way. One that stays different, because something was declined or keeps changing, is
//    compared ever more slowly, up to 30 s.
#pragma once

#include <map>
#include <memory>

#include "net/giving.h"
#include "net/offers.h"
#include "net/reconcile.h"

namespace staffroom::net {

class Sets {
  public:
    static constexpr std::uint64_t again_ms = 30'000, soon_ms = 300;
    static constexpr std::size_t talking_max = 4;
    static constexpr std::size_t queued_max = 1'024;  // commits found missing there that wait to be given, of one set

    Sets(const Here& here, LinkId link, bool dialled, Greeted greeted)
        : here_(here), link_(link), dialled_(dialled), greeted_(std::move(greeted)) {}

    // Each gives the reason when the link must be closed.
    using Verdict = std::optional<Parting>;
    Verdict hear(const Shared& shared, const ReconcileFrame& frame, std::uint64_t now, Giving& giving, Outbox& out);
    // So many promised commits of a set were dealt with.
    Verdict settled(const Shared& shared, CommitKind set, std::uint64_t promised, std::uint64_t now, Giving& giving,
                    Outbox& out);
    Verdict tick(const Offers& offers, std::uint64_t now, Giving& giving, Outbox& out);
    std::uint64_t deadline() const;

    // The sets of the group may differ: they are compared soon.
    void suspect(const GroupId& group, std::uint64_t now);
    // The other side's have: whether a root there is not the one here.
    bool differs(const Have& theirs) const;
    // All sets that both may show were equal when they were last compared.
    bool equal(const Shared& shared) const;
    // The same of members and keys.
    bool equal_but_for_content(const Shared& shared) const;

  private:
    struct Set {
        Set(const ReconcileTopic& topic, Reconciler::Role role) : talk(topic, role) {}
        Reconciler talk;
        std::uint64_t due = 0;
        std::uint64_t pause_ms = soon_ms;
        bool ended = true;     // what the conversation came to has been seen to
        bool resting = false;  // not for both at the moment: somebody was removed, or is not known yet
    };
    using Name = std::pair<GroupId, CommitKind>;

    bool equal(const Shared& shared, CommitKind kind) const;
    Set& set_of(const GroupId& group, CommitKind kind);
    Verdict after(const Shared& shared, CommitKind kind, Set& set, const TreeStore& tree, std::uint64_t now,
                  Giving& giving, Outbox& out);
    Verdict start_due(const Offers& offers, std::uint64_t now, Giving& giving, Outbox& out);
    // Small groups first.
    const std::vector<GroupId>& in_order(const Offers& offers);

    const Here& here_;
    LinkId link_;
    bool dialled_;
    Greeted greeted_;
    std::map<Name, Set> sets_;
    std::uint64_t next_ = 0;  // when a set is due
    std::vector<GroupId> order_;
    std::uint64_t order_version_ = 0;  // of the offers
};

}  // namespace staffroom::net
