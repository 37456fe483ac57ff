// Asks one colleague for what is missing here: commits they announced, ancestors that something waits for, parts, keys.
//
// Rules:
//  - an announced commit is a promise: asked for up to 3 times; a colleague who breaks 1,000 promises is left (S05);
//  - an ancestor that nobody promised is asked for once in a while and held against nobody;
//  - at most 512 commits and one request for parts are outstanding. What the other side has not got is not asked of it
//    again until it says something new about the group;
//  - lacking an epoch key, the other side is asked for a `share` (E4) at most every 5 s.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "net/offers.h"
#include "net/outbox.h"
#include "net/sets.h"

namespace staffroom::net {

class Asking {
  public:
    static constexpr std::uint64_t again_ms = 3'000, keys_ms = 5'000;
    static constexpr unsigned tries_max = 3;
    static constexpr std::size_t outstanding_max = 512, broken_max = 1'000;

    Asking(const Here& here, LinkId link) : here_(here), link_(link) {}

    void hear(const Shared& shared, const Announce& announce, std::uint64_t now, Outbox& out);
    // A commit arrived, by whichever message.
    void arrived(const CommitId& id, std::uint64_t now);
    // Checked against what was asked for; the bytes are checked where they are stored.
    void hear(const Shared& shared, Parts&& parts, std::uint64_t now, Outbox& out);

    // What this device lacks of the group may have changed: asks for it. Parts once all sets are equal on both sides, keys
    // once those of members and keys are: before, what is lacking may be on its way.
    void look(const Shared& shared, const Sets& sets, std::uint64_t now, Outbox& out);
    // This device was removed, as the other side tells: asks for the control commits up to that, until they are here.
    void ask_farewell(const Shared& shared, std::uint64_t now, Outbox& out);
    // The group whose parts that ticket stored.
    std::optional<GroupId> stored(std::uint64_t ticket);
    // The other side has more of the group than before.
    void fresh(const GroupId& group) { groups_[group].absent.clear(); }

    // False when too many promises were broken.
    bool tick(const Offers& offers, std::uint64_t now, Outbox& out);
    std::uint64_t deadline() const;
    bool idle() const;

  private:
    struct Asked {
        GroupId group;
        std::uint64_t again = 0;
        unsigned tries = 0;
        bool promised = false;
    };
    struct PerGroup {
        std::vector<PartName> parts;  // outstanding
        std::uint64_t parts_again = 0;
        std::vector<PartName> given;  // the last answer, to be stored
        std::uint64_t ticket = 0;     // of that
        std::set<PartName> absent;
        std::map<EpochId, std::uint64_t> keys_again;
        std::vector<CommitId> announced;  // waiting ones, as last said
        std::vector<CommitId> farewell_heads;
        std::uint64_t farewell_again = 0;
        unsigned farewell_tries = 0;
    };

    void want(const Shared& shared, const std::vector<CommitId>& ids, bool promised, std::uint64_t now, Outbox& out);
    void ask_keys(const Shared& shared, PerGroup& group, std::uint64_t now, Outbox& out);
    void ask_parts(const Shared& shared, PerGroup& group, std::uint64_t now, Outbox& out);

    const Here& here_;
    LinkId link_;
    std::unordered_map<CommitId, Asked, IdHash> asked_;
    std::map<GroupId, PerGroup> groups_;
    std::size_t broken_ = 0;
    std::uint64_t arrived_ = 0;  // when something asked for last came
};

}  // namespace staffroom::net
