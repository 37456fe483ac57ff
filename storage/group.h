// One group as this device holds it in memory: what its control and key commits say. Folded from the log at opening and
// kept up to date by storage/ingest.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "core/genesis.h"
#include "core/members/epochs.h"
#include "core/members/membership.h"
#include "core/members/pair.h"
#include "storage/keys.h"
#include "storage/kv.h"

namespace staffroom {

// This device and the person who uses it. The card knows all that this device has heard of the person's computers.
struct Identity {
    DeviceSecrets secrets;
    PersonCard card;      // of the person, with this device in it
    DeviceRecord record;  // of this device
    RunId run;

    PersonId person() const { return id_of(card.genesis); }
    const DeviceId& device() const { return record.device; }
};

// Kept in `groups` under the group's id.
struct GroupRow {
    keys::GroupNumber number = 0;
    Genesis genesis;
    Hash group_key;  // the bytes of the SymmetricKey

    template <class A>
    void serialize(A& ar) {
        ar(number, genesis, group_key);
    }
};

struct Group {
    Group(const GroupRow& row, const Identity& identity);

    keys::GroupNumber number;
    GroupId id;
    Genesis genesis;
    GroupKeys keys;
    Membership members;
    Epochs epochs;
    EpochKeys held;                      // the epoch keys that are here
    std::vector<PairOffer> pair_offers;  // of what this person and others in the group keep between the two of them

    // Folds a complete control commit.
    Shift add_control(ReadTxn& txn, const Commit& control, const ControlOps& ops);
    // Folds a complete key commit by that person; gives the epochs whose key is new here.
    std::vector<EpochId> add_key(const Commit& key, const PersonId& author, const std::vector<Bytes>& parts);
    const SymmetricKey* key(const EpochId& epoch) const;
    const PersonId& me() const { return me_; }
    keys::LocalGroup local() const { return {number, id}; }

    // Content that control commits saw and that is not here yet: it counts as known to nobody until it comes.
    std::set<CommitId> seen_later;
    bool may_mask = false;  // some op here can set content aside

  private:
    PersonId me_;
    DeviceId device_;
    BoxPair box_;  // of this device
};

using Groups = std::map<GroupId, std::unique_ptr<Group>>;

Error no_such_group();

// Which group has which number. One whose row is damaged is left out, so that the others can be gone through.
std::map<keys::GroupNumber, GroupId> numbered_groups(ReadTxn& txn);

// Adds a group that is not here yet. Needs is_valid(genesis).
void add_group(WriteTxn& txn, const Genesis& genesis, const Hash& group_key);
// Of a pair group, the only kind whose key may turn out to be another. Needs: the group is here.
void change_group_key(WriteTxn& txn, const GroupId& id, const Hash& group_key);

// Folds the control and key commits that are in the log. Errors: io (damaged), not_found.
Result<std::unique_ptr<Group>> load_group(ReadTxn& txn, const GroupId& id, const Identity& identity);
Result<Groups> load_groups(ReadTxn& txn, const Identity& identity);

}  // namespace staffroom
