// Tells one colleague what this device has, and passes on what others said they have.
//
// Rules:
//  - a have is the acknowledgement: it is read from committed state, so it never runs ahead of the disk;
//  - a change is told 200 ms after the first of its kind, so a burst is one message; what is here no more, at once; and
//    all again each 20 s, which makes up for a lost one;
//  - the newest have per (device, run) is passed on as it was signed, to whoever was not told it; above 50 of them in a
//    group only one's own, or a hall would speak of nothing else;
//  - one is kept only for a device that is current in the group, and only if its counter rose and its signature holds.
#pragma once

#include <map>
#include <utility>

#include "net/offers.h"
#include "net/outbox.h"

namespace staffroom::net {

class Telling {
  public:
    static constexpr std::uint64_t gather_ms = 200, again_ms = 20'000;
    static constexpr std::size_t crowd_count = 50;

    Telling(const Here& here, LinkId link, Greeted greeted) : here_(here), link_(link), greeted_(std::move(greeted)) {}

    // Something here changed, or a have of somebody else arrived.
    void changed(const GroupId& group, std::uint64_t now);
    // Less is here than before: told at once, before somebody relies on it.
    void lost(const GroupId& group, std::uint64_t now) { groups_[group].due = now; }
    void hear(const Shared& shared, const Haves& haves, Outbox& out);

    // The other device's own newest have of the group, if it told one.
    const Have* theirs(const GroupId& group) const;

    void tick(const Offers& offers, std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const;

  private:
    using Author = std::pair<DeviceId, RunId>;
    struct PerGroup {
        std::uint64_t due = never_ms;
        std::map<Author, std::uint64_t> known;  // counter that the other side has
        std::optional<Have> theirs;
    };
    void tell(const Shared& shared, PerGroup& group, Outbox& out);

    const Here& here_;
    LinkId link_;
    Greeted greeted_;
    std::map<GroupId, PerGroup> groups_;
};

}  // namespace staffroom::net
