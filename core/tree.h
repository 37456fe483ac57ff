// The sync tree: a Merkle radix tree over the keys of one set, so that two replicas find what differs between a million
// commits in a few messages.
//
// Shape. Sixteen-ary over the 80 nibbles of a key, path-compressed. At most 64 keys under a prefix form a bucket; more
// form a node at their longest common prefix, with a child for each nibble that follows there. So the tree depends on
// the set only, never on the order of arrival: equal sets have equal roots.
//   bucket's fingerprint = BLAKE2b-256("L" | its keys in order)
//   node's fingerprint   = BLAKE2b-256("N" | value)
//   value                = per child, ascending: digit u8 | kind u8 (0 node, 1 bucket) | extension length u8, nibbles |
//                          extension, a nibble a byte | keys in it u32 LE | fingerprint 32
//   root                 = the fingerprint of the top node or bucket; 32 zero bytes for the empty set
// Hashes and not sums: ids are ground by whoever writes commits, and sums can be made to agree.
//
// What is stored: nodes, named by packed prefix | length, and under the empty name the top (a child without its digit,
// extended from the empty prefix). Buckets are ranges of the commits table and are not stored. A child's *extension* is
// stored, because once new keys are in the table the common prefix of a range there is no longer the child's.
#pragma once

#include <array>
#include <span>

#include "core/ports.h"
#include "core/prefix.h"

namespace staffroom {

inline constexpr std::size_t bucket_keys_max = 64;

// What a set holds under some prefix.
struct Branch {
    enum class Kind : std::uint8_t { node = 0, bucket = 1, none };

    Kind kind = Kind::none;
    std::uint32_t count = 0;  // keys
    Hash fingerprint;         // zero for none
    Prefix prefix;            // of a node: the longest common one of its keys; of a bucket: the range's own

    bool operator==(const Branch&) const = default;
};
using Branches = std::array<Branch, 16>;  // by digit

// The bucket that these ascending keys under `prefix` form; Kind::none when there are none.
Branch bucket_of(const Prefix& prefix, std::span<const CommitKey> keys);

// The same, one nibble further, for each nibble. Requires a prefix of less than 80 nibbles.
Branches branches_of(const Prefix& prefix, std::span<const CommitKey> keys);

// The top: how many keys, and the root. Cost: one read.
// This and all below may return io: the store's own failure, or a node that does not belong to the table of keys, after
// which only rebuild_tree() helps.
Result<Branch> tree_top(const TreeStore& store);

// Adds `added`: strictly ascending, already in the store's table of keys, and none of them in the tree before. After
// this every key of the table must be in the tree: a batch is one call, not many.
// Cost: what the batch touches; buckets are read again from the table, and nodes written once a batch.
Result<> grow_tree(TreeStore& store, std::span<const CommitKey> added);

// Makes the tree anew from the table of keys. Cost: linear in the set, in 10 MiB of memory.
Result<> rebuild_tree(TreeStore& store);

// How a node is stored and where; for tree_reader and tests.
Bytes node_name(const Prefix& prefix);
Bytes encode_node(const Prefix& prefix, const Branches& branches);
Result<Branches> decode_node(const Prefix& prefix, ByteView value);
Error tree_is_damaged();

}  // namespace staffroom
