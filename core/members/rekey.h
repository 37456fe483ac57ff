// Making and opening the boxes of epoch keys. Bounds: a rekey for 500 devices takes 56 KB and about 60 ms.
#pragma once

#include <vector>

#include "core/members/epochs.h"

namespace staffroom {

// A key commit's ops stay below this many bytes, so that with its header it is at most limits::commit_bytes.
inline constexpr std::size_t key_ops_bytes = limits::commit_bytes - 2048;

struct NewEpoch {
    EpochId epoch;
    SymmetricKey key;
    std::vector<RekeyOp> commits;  // one or more ops of the same epoch: each is a commit of its own
};
// A random key for these devices, wrapping those keys (Epochs::to_wrap()). A device whose box key is worthless gets
// none.
NewEpoch make_rekey(const GroupId& group, const std::vector<DeviceRecord>& readers, const EpochKeys& wrap);
// One or more ops, each a commit of its own; none for no devices. Needs: `key` has that id.
std::vector<ShareOp> make_shares(const EpochId& epoch, const SymmetricKey& key,
                                 const std::vector<DeviceRecord>& devices);

// Nothing when the box is not for this key, or holds a key of another id.
std::optional<SymmetricKey> open_epoch_box(const GroupId& group, const EpochId& epoch, const BoxPair& mine,
                                           ByteView box);

}  // namespace staffroom
