// The store on disk: one LMDB environment, values sealed by the vault.
//
// Settings and their reasons (safety.md "LMDB rules"):
//  - the one flag is MDB_NOTLS, so that reads may nest; every flag that trades durability for speed loses acknowledged
//    writes in a power cut, and tests/tidy keeps them out;
//  - the map is 16 GiB of address space (1 GiB on 32-bit), doubled when full; the file is only as long as its content;
//  - a second open of the same folder in one process would drop the file's locks when either closes: refused. Between
//    processes storage/profile.h's lock decides;
//  - a file shorter than what it refers to would raise SIGBUS on a later read: measured before the first read;
//  - an error of the disk while a transaction is being made durable ends writing until the store is opened again: after
//    a failed fsync the system may have dropped the pages, and a retry would report success over a hole. A full disk is
//    told apart: the reserve (storage/disk.h) is deleted and the step run again; after that writing goes on once there
//    is room;
//  - after fork() the child has the parent's locks' names but not its locks: it is refused.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "storage/open_folder.h"
#include "storage/vault.h"
#include "storage/versions.h"

struct MDB_env;
struct MDB_txn;

namespace staffroom {

struct LmdbOptions {
    std::filesystem::path folder;  // holds data.mdb and lock.mdb
    StorageKeys keys;
    std::size_t map_bytes = sizeof(void*) >= 8 ? std::size_t{16} << 30 : std::size_t{1} << 30;
    // Where a store must be, an absent or empty file is damage and not a fresh start.
    bool may_create = true;
    std::filesystem::path reserve = {};  // deleted when the disk is full; empty: there is none
    std::uint32_t version = store_version;
    std::vector<UpgradeStep> upgrades;
    WatchUpgrade on_upgrade = {};
};

struct StoreStats {
    std::uint64_t file_bytes = 0;
    std::uint64_t map_bytes = 0;
    std::array<std::uint64_t, tables_count> entries{};
};

class LmdbStore final : public Store {
  public:
    // Errors: busy (open already in this process), refused (a later version), io (damaged, cut short, full or failing
    // disk).
    static Result<std::unique_ptr<LmdbStore>> open(const LmdbOptions& options);
    ~LmdbStore() override;
    LmdbStore(const LmdbStore&) = delete;
    LmdbStore& operator=(const LmdbStore&) = delete;

    Result<> read(const Read& step) override;
    Result<> write(const Write& step) override;
    bool is_locked() const override { return vault_.is_locked(); }

    void lock() { vault_.lock(); }
    void unlock(const SymmetricKey& view) { vault_.unlock(view); }

    // Looks at up to `most` entries after `after` (empty: from the first), damaged values included: those come as
    // nothing. Returns the last key looked at, or nothing at the table's end. In slices, so that a scrub never keeps a
    // read transaction open for long.
    using Look = std::function<void(ByteView key, const std::optional<Bytes>& value)>;
    Result<std::optional<Bytes>> examine(Table table, ByteView after, std::size_t most, const Look& look);

    // A consistent copy of the whole environment as one new file, made durable; writing goes on meanwhile.
    // Error: refused when the file exists.
    Result<> copy_to(const std::filesystem::path& file);

    // Forgets readers of processes that died; their pages would never be used again. At start, then every minute.
    void forget_dead_readers();

    // How many transactions were ever written: a restored or cloned store shows an older one (storage/run.h).
    std::uint64_t writes() const;
    Result<StoreStats> stats();

  private:
    class Txn;
    LmdbStore(const LmdbOptions& options, std::unique_ptr<OpenFolder> open_folder);
    Result<> open_environment(std::size_t map_bytes);
    int open_handles(MDB_txn* raw, unsigned flags);
    Result<> open_tables(const LmdbOptions& options);
    Result<MDB_txn*> begin(bool writable);
    Result<> grow();
    Result<> reopen();
    Error error_of(int code) const;
    Error refuse_after(int code);
    bool is_forked() const;

    std::filesystem::path folder_, reserve_;
    std::unique_ptr<OpenFolder> open_folder_;  // last to go: the folder is free once the environment is closed
    Vault vault_;
    int process_;
    std::size_t map_bytes_ = 0;  // when it was last opened again
    MDB_env* environment_ = nullptr;
    std::array<unsigned, tables_count> tables_{};
    std::optional<Error> stopped_;
    int depth_ = 0;
    bool writing_ = false;
};

}  // namespace staffroom
