// Who is in one group, through which devices, and what they may do: the door through which everybody else asks.
//
// Built from the genesis and the group's complete control commits, added in any order that has parents first; the
// answers depend on the set only. The rules are in core/members/rules.h, devices in core/members/devices.h. Nothing is
// stored and nothing can fail once a commit is valid: an op that its author had no right to write has no effect.
//
// Cost: see core/members/rules.h. Adding a commit with cards verifies two signatures a person and two or three a
// statement (50 us each), once for equal cards.
#pragma once

#include <map>
#include <optional>
#include <unordered_set>
#include <variant>
#include <vector>

#include "core/commit.h"
#include "core/genesis.h"
#include "core/members/devices.h"
#include "core/members/rules.h"
#include "core/ops.h"
#include "core/ports.h"

namespace staffroom {

// One op of a control commit, read. An op that cannot be read, or of an unknown kind, is not among them.
struct ControlOp {
    std::uint32_t index = 0;  // part << 16 | position in that part
    std::variant<PersonsOp, InviteOp, CloseOp, AddOp, AppointOp, RemoveOp, DemoteOp, LeaveOp, AdmitOp, HideOp, VouchOp>
        body;
};
struct ControlOps {
    std::vector<ControlOp> ops;
    bool has_unknown = false;  // written by a newer version
};
// `parts` are all parts of a control commit, plain.
ControlOps read_control_ops(const std::vector<Bytes>& parts);

// An invitation as its commits have it now.
struct Invite {
    InviteOp op;
    CommitId commit;
    DeviceId by;            // the inviter's device
    bool standing = false;  // an organiser wrote it, and its device still is an organiser's
    bool closed = false;
    std::vector<PersonId> used_by;  // ascending; may exceed op.uses where organisers apart admitted people
};

// A person as a list of members shows them.
struct MemberRow {
    PersonId person;
    RoleNow now;
    std::string name;               // of their oldest device's record; as signed, not yet made safe to show
    std::vector<DeviceId> devices;  // that may be used now, oldest first
};

class Membership {
  public:
    // Needs: is_valid(genesis).
    explicit Membership(const Genesis& genesis);

    // Whom the author of a control commit is, by its own past and its own cards, if that past also grants them
    // anything; else nothing, and the commit is not valid. Needs: parents known.
    std::optional<PersonId> author_of(const Commit& control, const ControlOps& ops) const;
    // Needs: author_of() said somebody; id new; parents known; depth right.
    Shift add(const Commit& control, const ControlOps& ops);
    bool has(const CommitId& control) const { return rules_.pasts().find(control).has_value(); }
    // A control commit came from a newer version: this device neither writes nor serves this group until it is updated.
    bool needs_update() const { return needs_update_; }

    // Likewise for key and content, by the past of their `auth` (all known). Depends on nothing but that past.
    std::optional<PersonId> author_of(const DeviceId& device, const std::vector<CommitId>& auth) const;
    // Needs: `person` is what author_of() said.
    Judgement judge(const Commit& content, const PersonId& person, const KnownTo& known_to) const;
    // Whether somebody whom author_of() named may write with this `auth`, were it content that no removal knows.
    bool may_write(const DeviceId& device, const PersonId& person, const std::vector<CommitId>& auth) const;

    RoleNow role_now(const PersonId& person) const { return rules_.role_now(person); }
    // Whether an effective grant was ever made to them: with no role now, they left or were removed.
    bool was_in(const PersonId& person) const { return rules_.was_granted(person); }
    std::optional<PersonId> person_of(const DeviceId& device) const;
    Standing standing(const DeviceId& device) const;
    // Of a current device; none for others.
    Role role_of(const DeviceId& device) const;
    // What the rules would say if this device wrote this act now, knowing everything that is here.
    RoleNow role_after(const DeviceId& by, const Act& act) const;                               // of act.who
    Role role_through_after(const DeviceId& by, const Act& act, const DeviceId& device) const;  // of act.who
    std::vector<MemberRow> members() const;  // by role, organisers first, then by path and id
    const PersonCard* card_of(const PersonId& person) const { return devices_.card_of(person); }
    const DeviceRecord* record_of(const DeviceId& device) const { return devices_.record_of(device); }
    // Who has this recovery key: for somebody who holds nothing but the words of their sheet.
    std::vector<PersonId> people_with(const Hash& recovery) const { return devices_.people_with(recovery); }
    // Who vouched for a device of this person, each once, ascending; `enough` says whether it counts.
    struct Vouched {
        RecoveryRequest request;
        std::vector<PersonId> by;
        bool enough = false;
    };
    std::vector<Vouched> vouched_for(const PersonId& person) const;  // devices that are not linked otherwise

    // Every current device of everyone who is reader or more, ascending: whom an epoch key is for.
    std::vector<DeviceRecord> readers() const;
    // What a removed device is told, with the pasts of these commits, and nothing more.
    std::vector<CommitId> removals_of(const DeviceId& device) const;

    // Of two under one key the first by order among those by organisers, else among all.
    std::optional<Invite> invite(const InviteKey& key) const;
    std::vector<Invite> invites() const;  // ascending by key
    NewcomersRead newcomers() const { return newcomers_; }
    const Rules& rules() const { return rules_; }

  private:
    // Where an op stands, to ask the rules whether it is effective.
    struct Place {
        CommitId commit;
        std::uint32_t op = 0;
    };
    struct InviteOps {
        struct Opened {
            ControlOrder order;
            InviteOp op;
            DeviceId by;
        };
        std::vector<Opened> opened;
        std::vector<Place> closed;
        std::vector<std::pair<PersonId, Place>> used;
    };

    Judgement judge(ContentFact content, const KnownTo& known_to) const;
    Rules rules_after(const DeviceId& by, const Act& act) const;
    std::optional<Speaker> speaker_of(const Commit& control, const ControlOps& ops) const;
    std::vector<Act> acts_of(const ControlOp& op, const Commit& control, const PersonId& author);
    bool is_own_revocation(const ProvenCard& card, const ProvenCard::Revocation& revocation,
                           const Commit& control) const;
    void note_invite(const ControlOp& op, const Commit& control);
    bool is_known_valid(const PersonCard& card);
    bool is_effective(const Place& place) const { return rules_.is_effective(place.commit, place.op); }

    NewcomersRead newcomers_;
    Rules rules_;
    Devices devices_;
    bool needs_update_ = false;
    std::map<InviteKey, InviteOps> invites_;
    // By device; every vouch there was, effective or not.
    std::map<DeviceId, std::vector<std::tuple<RecoveryRequest, PersonId, Place>>> vouches_;
    std::unordered_set<Hash, IdHash> valid_cards_;
};

}  // namespace staffroom
