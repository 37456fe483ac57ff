// Which epoch keys a group has, whom they were given to, and with which one to write next (membership.md E1 to E5).
//
// Built from the group's key commits, in any order; the answers depend on the set only. It holds no keys: callers bring
// those they have. Making and opening boxes is in core/members/rekey.h.
//
// Rules:
//  - An epoch is begun by its least rekey commit by (depth, id); that one's author and `auth` decide whether the epoch
//    may be written with. Other commits of the same epoch only add boxes and wrapped keys, so nobody can make an old
//    epoch, which a removed person knows, look new.
//  - E3 Write with an epoch whose rekey knows every effective removal, leave and revocation (and, where newcomers read
//    from when they join, every arrival), was written by somebody who still may write, and whose key is here; the
//    deepest, then the smallest id. None: begin one. What is valid never depends on the epoch.
//  - E4 Whoever writes first with an epoch also shares its key with current devices that it left out. A device that
//    cannot open what it was given says which commits it tried, and counts as left out until another box comes: so a
//    bad box, or a flood of them, locks nobody out.
//  - E5 Where newcomers read all, a rekey wraps every key its author holds that cannot be reached from another; where
//    they read from when they join, earlier keys are neither wrapped nor shared with those who were not in.
//
// Cost: add() linear in the op's boxes (times log of those there); choose() epochs x removals; memory 32 bytes a box,
// and the box itself only for this device.
#pragma once

#include <map>
#include <set>
#include <variant>
#include <vector>

#include "core/members/membership.h"

namespace staffroom {

using EpochKeys = std::map<EpochId, SymmetricKey>;

using KeyOp = std::variant<RekeyOp, ShareOp, CannotOpenOp, PairOp>;
// `parts` are all parts of a key commit. Ops that cannot be read are not among them.
std::vector<KeyOp> read_key_ops(const std::vector<Bytes>& parts);

struct KeyFact {
    CommitId id;
    std::uint64_t depth = 0;
    DeviceId device;
    PersonId author;  // whom Membership::author_of() says
    std::vector<CommitId> auth;
    std::vector<KeyOp> ops;
};

// What a device owes its group when what it knows of members has changed (E2).
enum class KeyDuty : std::uint8_t {
    none,
    now,           // an organiser begins an epoch at once
    when_writing,  // others with what they next write: most often somebody else has begun one by then
};

class Epochs {
  public:
    // `me` = this device.
    Epochs(const GroupId& group, const DeviceId& me) : group_(group), me_(me) {}

    // Needs: id new.
    void add(const KeyFact& fact);
    bool has(const EpochId& epoch) const { return epochs_.count(epoch) != 0; }

    // Nothing when a new epoch has to be begun.
    std::optional<EpochId> choose(const Membership& membership, const EpochKeys& held) const;
    // After a leave, and after removals made elsewhere have come in. A group in which nobody ever wrote owes nothing.
    KeyDuty duty(const Membership& membership, const EpochKeys& held) const;
    // Current devices that are entitled to this epoch and have no box, or have said that none opens. Ascending.
    std::vector<DeviceRecord> left_out(const EpochId& epoch, const Membership& membership) const;
    // Of the epochs that a device says it lacks, those to share with it now: it is entitled, and every box it has got
    // it has tried.
    std::vector<EpochId> owed(const DeviceId& device, const std::vector<EpochId>& asked, const Membership& membership,
                              const EpochKeys& held) const;
    // Of those held, the ones a new rekey wraps: from them every other is reached. Empty where newcomers read from when
    // they join.
    EpochKeys to_wrap(const EpochKeys& held, NewcomersRead newcomers) const;

    // Every key that can be had from this device's boxes and from held and found keys through what they wrap, and is
    // not held. A key that does not have the id it is given under is ignored.
    EpochKeys open(const BoxPair& mine, const EpochKeys& held) const;
    // What this device should say now: epochs it was given, does not hold and cannot open. Needs: open() done.
    std::vector<CannotOpenOp> cannot_open(const EpochKeys& held) const;

  private:
    struct Box {
        CommitId commit;
        Bytes bytes;
    };
    struct Epoch {
        std::optional<KeyFact> begun;  // without its ops
        std::map<DeviceId, std::set<CommitId>> given;
        std::map<DeviceId, std::set<CommitId>> tried;
        std::vector<WrappedKey> wrapped;
        std::vector<Box> mine;
    };

    void give(Epoch& epoch, const std::vector<KeyBox>& boxes, const CommitId& commit);
    bool is_entitled(const PersonId& person, const Epoch& epoch, const Membership& membership) const;
    bool is_left_out(const DeviceId& device, const Epoch& epoch) const;
    std::optional<SymmetricKey> unwrap(const WrappedKey& wrapped, const SymmetricKey& key) const;

    GroupId group_;
    DeviceId me_;
    std::map<EpochId, Epoch> epochs_;
};

}  // namespace staffroom
