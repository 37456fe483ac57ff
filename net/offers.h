// Which groups both sides are in, found without naming any.
//
// A side offers a tag for each of its groups: BLAKE2b-128 keyed with the group's tag key, over who speaks and both
// nonces. Only who holds the group key can compute the other's tag, so nobody learns of a group they are not in; the
// speaker is part of it, so that nobody can echo a tag. Within the session the group is then named by the dialler's
// tag.
//
// What each gives of a group follows from the other's standing there and changes while they talk: a device that became
// known gets all, one that is removed is told so. Offers are said again each second until heard.
#pragma once

#include <vector>

#include "net/greeting.h"
#include "net/outbox.h"

namespace staffroom::net {

struct Shared {
    GroupId group;
    Tag name;  // in this session
    Serves mine = Serves::control;
    Serves theirs = Serves::control;

    // Whether sets of this kind are reconciled and given.
    bool gives(CommitKind kind) const { return mine == Serves::all || (mine == Serves::control && kind == control); }
    bool gets(CommitKind kind) const {
        return theirs == Serves::all || (theirs != Serves::farewell && kind == control);
    }
    bool both(CommitKind kind) const { return gives(kind) && gets(kind); }

  private:
    static constexpr auto control = CommitKind::control;
};

class Offers {
  public:
    static constexpr std::uint64_t again_ms = 1'000;

    Offers(const Here& here, LinkId link, bool dialled, const Greeted& greeted);

    // Looks at the log again; says the offers when they changed.
    void refresh(std::uint64_t now, Outbox& out);
    void hear(const Groups& groups, std::uint64_t now, Outbox& out);

    const std::vector<Shared>& shared() const { return shared_; }
    const Shared* find(const Tag& name) const;
    const Shared* find(const GroupId& group) const;
    // Whether both sides have heard each other's newest offers, as far as this side knows.
    bool settled() const { return theirs_serial_ > 0 && acknowledged_ == serial_; }
    // Rises when shared() changes.
    std::uint64_t version() const { return version_; }

    void tick(std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const { return acknowledged_ == serial_ ? never_ms : next_; }

  private:
    struct Known {
        GroupId group;
        Tag mine, theirs;
        Serves serves = Serves::control;
    };
    void match();
    void say(std::uint64_t now, Outbox& out);

    const Here& here_;
    LinkId link_;
    bool dialled_;
    Greeted greeted_;
    std::vector<Known> known_;
    std::vector<GroupOffer> mine_, theirs_;  // ascending
    std::vector<Shared> shared_;
    std::uint64_t serial_ = 0, acknowledged_ = 0, theirs_serial_ = 0, version_ = 0;
    std::uint64_t next_ = 0;
};

}  // namespace staffroom::net
