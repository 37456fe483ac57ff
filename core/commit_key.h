// Where a commit stands in its set: depth, then id. The order of the commits table, of the sync tree and of every fold.
#pragma once

#include "core/bytes.h"
#include "core/ids.h"

namespace staffroom {

// depth, 8 bytes big-endian | commit id, 32 bytes. Comparing two keys as bytes compares (depth, id).
using CommitKey = Id<struct CommitKeyTag, 40>;

inline CommitKey key_of(std::uint64_t depth, const CommitId& id) {
    CommitKey key;
    for (std::size_t i = 0; i < 8; ++i) key.bytes[i] = static_cast<std::uint8_t>(depth >> (56 - 8 * i));
    std::copy(id.bytes.begin(), id.bytes.end(), key.bytes.begin() + 8);
    return key;
}
inline std::uint64_t depth_of(const CommitKey& key) { return read_be64(key.view()); }
inline CommitId id_of(const CommitKey& key) { return *CommitId::from(key.view().subspan(8)); }

}  // namespace staffroom
