// The narrow seam under everything a replica keeps: ordered tables of byte strings, changed in transactions.
//
// Rules:
//  - a transaction is a function that the store runs, so that it can be run again: `write` grows the map and starts
//    over when the map is full. A step therefore begins by resetting whatever it fills in outside;
//  - what `write` returned ok for is on the disk (or, in memory, in the map); after an error nothing has changed;
//  - the first failure inside a transaction sticks: every later read finds nothing, every later write does nothing, and
//    `write` or `read` returns that failure in place of the step's own answer. So a step needs no check per call, and a
//    damaged value is never mistaken for an absent one in anything that lasts;
//  - values come out as copies: no view of a database page leaves this folder;
//  - one thread. A transaction inside a write transaction is a bug of ours (asserted); a read inside a read is allowed;
//  - read transactions last less than a second: an open reader keeps every page that was freed since.
// Values are sealed and opened underneath (storage/vault.h); keys are ids and lie in clear. Empty values stay empty.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace staffroom {

// The numbers are on disk: add at the end, never renumber. What each table's keys and values are stands in
// storage/FORMAT.md.
enum class Table : std::uint8_t {
    meta = 0,             // versions and counters of the store itself
    profile = 1,          // device secrets, person
    groups = 2,           // genesis, group key
    commits = 3,          // until version 1: id -> header and signature
    parts = 4,            // until version 1: commit id, index -> part
    order = 5,            // until version 1: group, kind, depth, id -> empty
    heads = 6,            // group, kind, depth, id -> empty
    waiting = 7,          // commits that miss an ancestor
    waiting_for = 8,      // missing id, waiting id -> empty
    tree = 9,             // nodes of the reconciliation trees
    haves = 10,           // newest have per device and run
    wants = 11,           // missing parts and chunks
    chunks = 12,          // small sealed chunks; the size of large ones
    chunk_users = 13,     // chunk, group, record -> empty: who keeps it, and which groups it may be served to
    group_chunks = 14,    // group, record, chunk -> empty: the same the other way round
    set_aside = 15,       // damaged or declined commits and why
    epochs = 16,          // epoch keys
    members = 17,         // folded control state
    records = 18,         // folded record views
    record_commits = 19,  // until version 1: group, record, depth, id, index -> empty
    texts = 20,           // current texts and their graphs
    views = 21,           // anything else that is folded from commits
    peers = 22,           // remembered addresses and when they were met
    invites = 23,         // seeds of open invitations
    files = 24,           // group, manifest, record -> how to open the file
    lost = 25,            // id of a complete commit whose bytes this disk spoiled -> group: fetched again
    newcomers = 26,       // group, person -> who waits for an organiser's yes, and with which invitation
    log = 27,             // group, kind, depth, id -> header, signature and the parts that came with them
    places = 28,          // group, front of id, kind, depth -> empty: where in the log an id lies
    late_parts = 29,      // commit id, index -> a part that came after its commit
    mentions = 30,        // group, record, depth, front of id, index -> empty: which parts touch a record
    erasures = 31,        // what was erased here, or will be
};
inline constexpr std::size_t tables_count = 32;

// Which of the profile's two keys seals a table's values (replica.md "At rest"): `lock` wipes the view key only, so
// what is needed to receive and pass on lies under the sync key.
enum class SealedBy : std::uint8_t { sync, view };

struct TableTraits {
    std::string_view name;  // on disk too
    SealedBy key;
    // New keys mostly lie after all others, so a full page is left full and not divided.
    bool is_appended = false;
};
const TableTraits& traits_of(Table table);

inline constexpr std::size_t key_bytes_max = 511;  // LMDB's own bound; a key is never empty

bool begins_with(ByteView key, ByteView prefix);
// The least key after all those with this prefix; nothing when there is none.
std::optional<Bytes> end_of_prefix(ByteView prefix);

class ReadTxn {
  public:
    virtual ~ReadTxn() = default;

    virtual std::optional<Bytes> get(Table table, ByteView key) = 0;
    // As get(), but a damaged value is absent and no failure: for moving and mending, which go on without it.
    virtual std::optional<Bytes> get_if_sound(Table table, ByteView key) { return get(table, key); }
    // As get(), without opening the value.
    virtual bool has(Table table, ByteView key) = 0;
    // How long the value is that get() gives, without opening it.
    virtual std::optional<std::size_t> size_of(Table table, ByteView key) = 0;

    // Calls `visit` for each key that begins with `prefix` and is not before `from`, in bytewise order, until it
    // returns false. Both views live during the call only. `visit` may read, never write. Cost: one seek, then linear.
    using Visit = std::function<bool(ByteView key, ByteView value)>;
    virtual void scan(Table table, ByteView prefix, ByteView from, const Visit& visit) = 0;
    void scan(Table table, ByteView prefix, const Visit& visit) { scan(table, prefix, {}, visit); }

    // As scan(), without opening values.
    using VisitKey = std::function<bool(ByteView key)>;
    virtual void scan_keys(Table table, ByteView prefix, ByteView from, const VisitKey& visit) = 0;
    void scan_keys(Table table, ByteView prefix, const VisitKey& visit) { scan_keys(table, prefix, {}, visit); }

    // As scan_keys(), from the last such key that is before `before` (empty: from the last) downwards.
    virtual void scan_keys_back(Table table, ByteView prefix, ByteView before, const VisitKey& visit) = 0;
    std::optional<Bytes> last_key(Table table, ByteView prefix);

    // Entries of a whole table. Cost: constant on disk.
    virtual std::size_t count(Table table) = 0;

    // Whether something has failed, so that a long step can stop early.
    virtual bool failed() const = 0;
};

class WriteTxn : public ReadTxn {
  public:
    virtual void put(Table table, ByteView key, ByteView value) = 0;
    // put() of make(0) … make(count - 1), in this order; cheapest when their keys ascend. `make` gives a key and its value;
    // it touches no transaction, and may be called by several threads at once. An empty key: no row.
    using MakeRow = std::function<std::pair<Bytes, Bytes>(std::size_t index)>;
    virtual void put_all(Table table, std::size_t count, const MakeRow& make);
    // Absent keys are no error.
    virtual void erase(Table table, ByteView key) = 0;
    // Erases every key that begins with `prefix`; an empty prefix empties the table. Cost: linear.
    void erase_all(Table table, ByteView prefix);
    // As erase_all() of everything, by whole pages.
    virtual void empty(Table table) { erase_all(table, {}); }
};

class Store {
  public:
    using Read = std::function<Result<>(ReadTxn&)>;
    using Write = std::function<Result<>(WriteTxn&)>;

    virtual ~Store() = default;
    // Both return the step's error, or what failed underneath: io (a full or failing disk, a damaged value), refused
    // (the table is sealed with the view key and the profile is locked).
    virtual Result<> read(const Read& step) = 0;
    virtual Result<> write(const Write& step) = 0;

    // True while the view key is wiped: values sealed with it can be neither read nor written. Keys are in clear, so an
    // index without values can.
    virtual bool is_locked() const = 0;
};

}  // namespace staffroom
