// Looks for what the disk spoiled: LMDB and file systems do not check what they give back.
//
// Checked: every value opens (it is sealed under its own table and key); every commit is the one of its id, every part
// its commit's, every chunk its id's; every row of an index leads to what it stands for. What is found bad is named,
// not touched: storage/mend.h repairs it, storage/salvage.h when the file itself is broken.
#pragma once

#include <map>
#include <vector>

#include "core/ports.h"
#include "storage/chunks.h"
#include "storage/keys.h"
#include "storage/lmdb.h"

namespace staffroom {

struct Health {
    std::uint64_t values = 0;
    std::uint64_t commits = 0;  // those that are what they should be
    std::uint64_t parts = 0;
    std::uint64_t chunks = 0;

    std::uint64_t values_bad = 0;  // that do not open, in other tables than those of commits, parts and chunks
    std::uint64_t rows_bad = 0;    // of indexes, that lead nowhere
    std::vector<CommitId> commits_bad;
    std::vector<PartName> parts_bad;
    std::vector<ChunkId> chunks_bad;
    std::uint64_t secrets_bad = 0;  // of the device, of groups, of epochs: nobody can send those again

    std::uint64_t values_locked = 0;  // not looked at, because the profile is locked

    std::uint64_t bad() const {
        return values_bad + rows_bad + commits_bad.size() + parts_bad.size() + chunks_bad.size();
    }
    bool is_sound() const { return bad() == 0; }
};

// A walk through everything, a slice at a time, while the program goes on.
class Scrub {
  public:
    Scrub(LmdbStore& store, const Chunks& chunks) : store_(store), chunks_(chunks) {}

    // Looks at up to 1,000 values or 16 MiB of chunks: below a tenth of a second. True while there is more. Error: io.
    Result<bool> step();
    // How many values there are to look at. Error: io.
    Result<std::uint64_t> values_total() const;
    // Everything that is left.
    Result<Health> finish();
    const Health& health() const { return health_; }

  private:
    void look(Table table, ByteView key, const std::optional<Bytes>& value, ReadTxn& txn);
    void look_at_commit(ByteView key, const std::optional<Bytes>& value, ReadTxn& txn);
    bool is_right_part(ByteView key, ByteView value, ReadTxn& txn);
    bool is_right_chunk(ByteView key, ReadTxn& txn);

    LmdbStore& store_;
    const Chunks& chunks_;
    std::map<keys::GroupNumber, GroupId> groups_;
    std::size_t table_ = 0;
    Bytes after_;
    Health health_;
};

// Whether a row of an index, which has no value that could be sealed, agrees with what it is an index of.
bool is_right_row(Table table, ByteView key, ReadTxn& txn);

}  // namespace staffroom
