// The seams through which the conversation (net) reads what the replica (storage) holds. net and storage never meet:
// they share these and values.
//
// Rules:
//  - reading is synchronous and shows committed state only, so whatever is told to a colleague is already durable;
//  - nothing here writes: writes leave the conversation as actions, and their reports come back to it;
//  - a reference or view returned here is good until the next write; ids come out in (depth, id) order unless said
//    otherwise;
//  - asking about a group or commit that is not here is no error: the answer is empty.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/commit.h"
#include "core/commit_key.h"
#include "core/have.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/shared_bytes.h"

namespace staffroom {

// One set of commits (one kind of one group) as the sync tree sees it: the keys, which are the commits table's own, and
// the tree's nodes beside them. A value of this type reads and writes within one transaction of its maker, so that keys
// and nodes always belong together.
class TreeStore {
  public:
    virtual ~TreeStore() = default;

    // The keys from `first` to `last`, both included, ascending, at most `most` of them.
    virtual Result<std::vector<CommitKey>> keys(const CommitKey& first, const CommitKey& last,
                                                std::size_t most) const = 0;

    // Nodes, by a name of 0 to 41 bytes that the tree chooses. Names sort so that what lies near in the key order lies
    // near in the table. Values are at most 2 KiB.
    virtual Result<std::optional<Bytes>> node(ByteView name) const = 0;
    virtual Result<> put_node(ByteView name, ByteView value) = 0;
    virtual Result<> erase_nodes() = 0;  // all of this set
};

// What a device is to a group, by the control commits that are here.
enum class Standing : std::uint8_t {
    unknown,  // no link of this device is here: it may know the group key, and then may see the control set
    removed,  // it was in: it is told so, and gets the control commits up to its removal and nothing more
    current,  // of somebody who is reader or more: it gets everything
};

// A part of a commit that is here, by position.
struct PartName {
    CommitId commit;
    std::uint16_t index = 0;
    auto operator<=>(const PartName&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(commit, index);
    }
};

class CommitLog {
  public:
    virtual ~CommitLog() = default;

    // Every group whose genesis and group key are here, in any order.
    virtual std::vector<GroupId> groups() const = 0;
    // GroupKeys::tag: proves to another device that both hold the group key, without naming the group.
    virtual SymmetricKey tag_key(const GroupId& group) const = 0;
    virtual Standing standing(const GroupId& group, const DeviceId& device) const = 0;
    // The device whose record names this transport key, among the current devices of all groups.
    virtual std::optional<DeviceId> device_of(const LinkKey& link) const = 0;

    // The tree over the complete commits of that kind, brought up to date, for reading only. Never null.
    virtual std::unique_ptr<TreeStore> tree(const GroupId& group, CommitKind kind) const = 0;
    virtual std::uint64_t count(const GroupId& group, CommitKind kind) const = 0;
    // Complete commits without a complete child of their kind.
    virtual std::vector<CommitId> heads(const GroupId& group, CommitKind kind) const = 0;

    // Complete or waiting.
    virtual bool knows(const GroupId& group, const CommitId& commit) const = 0;
    // Complete or waiting, with the parts that are here. Bytes are checked against the id: a damaged commit is absent.
    virtual std::optional<CommitFrame> read(const GroupId& group, const CommitId& commit) const = 0;
    virtual std::optional<Bytes> read_part(const GroupId& group, const PartName& part) const = 0;

    // Kept, not complete: an ancestor is missing. At most `limit`.
    virtual std::vector<CommitId> waiting(const GroupId& group, std::size_t limit) const = 0;
    // Ancestors that waiting commits name and that are neither complete nor waiting here. At most `limit`.
    virtual std::vector<CommitId> missing(const GroupId& group, std::size_t limit) const = 0;
    // Named by a complete commit, not erased, not here. At most `limit`.
    virtual std::vector<PartName> wanted_parts(const GroupId& group, std::size_t limit) const = 0;
    // Epochs that some part here is sealed with and whose key is not here.
    virtual std::vector<EpochId> wanted_epochs(const GroupId& group) const = 0;

    // For a removed device: the control commits up to its removals that are not among `known` or their ancestors.
    // At most `limit`, parents first.
    virtual std::vector<CommitId> farewell(const GroupId& group, const DeviceId& device,
                                           const std::vector<CommitId>& known, std::size_t limit) const = 0;

    // This device's, of the committed state, signed.
    virtual Have own_have(const GroupId& group) const = 0;
    // The newest of every other (device, run), as they were signed.
    virtual std::vector<Have> haves(const GroupId& group) const = 0;
};

struct WantedChunk {
    ChunkId id;
    GroupId group;           // one that refers to it
    std::uint32_t size = 0;  // bytes, sealed
};

class ChunkStore {
  public:
    virtual ~ChunkStore() = default;
    // What is asked during `look` is answered from one state; many small questions cost less than each by itself. From one
    // thread, as all here.
    virtual void at_once(const std::function<void()>& look) const { look(); }
    virtual bool has(const ChunkId& chunk) const = 0;
    // Sealed bytes; nothing when it is not here.
    virtual std::optional<std::uint32_t> size(const ChunkId& chunk) const = 0;
    // Appends them to `behind` as they lie here: whoever gets them compares them with the id, so it is not done twice.
    // False: they cannot be read, and nothing was appended.
    virtual bool read(const ChunkId& chunk, Bytes& behind) const = 0;
    // The same, right behind a short `head`. What the disk has read since expect() is not copied.
    virtual std::optional<SharedBytes> read_behind(ByteView head, const ChunkId& chunk) const {
        Bytes bytes;
        bytes.reserve(head.size() + size(chunk).value_or(0));
        append(bytes, head);
        return read(chunk, bytes) ? std::optional<SharedBytes>(std::move(bytes)) : std::nullopt;
    }
    // It will be read behind something in a moment: a disk may begin to. Nothing waits for that.
    virtual void expect(const ChunkId&) const {}
    // Whether what read() gives is that chunk. About 1 ms for a whole one.
    virtual bool is_sound(const ChunkId& chunk) const = 0;
    // The groups with a record that refers to it: it is served to their members only.
    virtual std::vector<GroupId> groups(const ChunkId& chunk) const = 0;
    // Not here and within policy, those of small files first. At most `limit`.
    virtual std::vector<WantedChunk> wanted(std::size_t limit) const = 0;
    // The same without the files that would not find room on this disk as a whole.
    virtual std::vector<WantedChunk> fitting(std::size_t limit) const { return wanted(limit); }
};

// --- what comes back when a batch of commits has been written --------------------------------------------------------

enum class Declined : std::uint8_t {
    malformed,  // bytes, shape, signature or depth
    no_right,   // no grant for the author in the commit's own past
    rate,       // too many from this author over its own link
    full,       // the waiting room, or the disk
};
constexpr Declined last_value(Declined) { return Declined::full; }

struct DeclinedCommit {
    CommitId id;
    Declined why = Declined::malformed;
};

// Sent back only after the transaction has returned.
struct IngestReport {
    std::vector<CommitId> fresh;    // complete now and not before, parents first: also those that had been waiting
    std::vector<CommitId> waiting;  // of the batch, kept but not complete
    std::vector<DeclinedCommit> declined;
    bool control = false;  // some of `fresh` are control commits: standings may have changed
};

}  // namespace staffroom
