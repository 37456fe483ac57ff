// How the two of a pair group come to have its key: sealed in a key commit of a group that both are in.
//
// Either may write it, and both may at once without knowing of each other: then either key opens what was sealed with
// it, and what is written from now on goes by the offer that is the smaller by (depth, id). So no device ever has to be
// told which of the two was "right". An offer by a device that is shut out since comes after all others, or a thief
// could part the two by offering each of them another key.
#pragma once

#include <vector>

#include "core/members/epochs.h"

namespace staffroom {

// To all present devices of both. `members` is of a group that both are in. Nothing when the other is not in it.
std::optional<PairOp> make_pair_op(const Membership& members, const PersonId& me, const PersonId& with,
                                   const SymmetricKey& group_key);

struct PairOffer {
    GroupId pair;
    PersonId other;                   // not me
    std::optional<SymmetricKey> key;  // none: no box of it opens here
    DeviceId by;
    std::uint64_t depth = 0;  // of the key commit
    CommitId commit;
    bool operator<(const PairOffer& than) const { return std::tie(depth, commit) < std::tie(than.depth, than.commit); }
};
// What a key commit offers: pair keys from or to this person. Others' are nobody's business here. One that leaves this
// device out still counts, so that it keeps the key it was given otherwise.
std::vector<PairOffer> pair_offers(const KeyFact& fact, const PersonId& me, const DeviceId& device,
                                   const BoxPair& mine);

}  // namespace staffroom
