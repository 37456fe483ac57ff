// A profile: one folder (mode 0700) with everything that one device keeps.
//
//   keys          the two storage keys (storage/keyfile.h)
//   store/        LMDB: data.mdb, lock.mdb
//   chunks/       large sealed chunks
//   run           where the last run ended (storage/run.h)
//   search/       which words stand where (app/search/search.h); not with a passphrase
//   intake        stands while files are taken in (storage/intakes.h)
//   owner         the number of the process that has the profile open
//   reserve       32 MiB to delete when the disk is full
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "core/persons.h"
#include "storage/chunks.h"
#include "storage/disk.h"
#include "storage/keyfile.h"
#include "storage/lmdb.h"
#include "storage/run.h"

namespace staffroom {

struct ProfileLayout {
    explicit ProfileLayout(const std::filesystem::path& folder)
        : root(folder),
          keys(root / "keys"),
          store(root / "store"),
          store_file(store / "data.mdb"),
          chunks(root / "chunks"),
          run(root / "run"),
          intake(root / "intake"),
          owner(root / "owner"),
          reserve(root / "reserve") {}
    std::filesystem::path root, keys, store, store_file, chunks, run, intake, owner, reserve;
};

// The right to use the profile, held by one process at a time. The folder itself is locked (flock), so that deleting a
// file in it gives nobody else the right. Take it after the last fork: a child shares it.
class OwnerLock {
  public:
    struct Options {
        bool make = false;                           // the folder when it is missing
        std::optional<std::uint32_t> pretend_magic;  // judged in place of what statfs says: for tests
    };
    // Judges the folder (storage/disk.h), then takes the lock.
    // Errors: not_found; refused (judge_folder); busy ("already running", with the owner's process number).
    static Result<OwnerLock> take(const std::filesystem::path& root, const Options& options);

    const std::filesystem::path& root() const { return root_; }

  private:
    OwnerLock(Descriptor folder, std::filesystem::path root) : folder_(std::move(folder)), root_(std::move(root)) {}
    Descriptor folder_;
    std::filesystem::path root_;
};

// Who holds the lock now, as far as the file `owner` tells.
std::optional<long> owner_of(const std::filesystem::path& root);
// Whether there is a profile at all.
bool has_profile(const std::filesystem::path& root);

class Profile {
  public:
    // Makes keys and an empty store. Errors: refused (there is a profile here already); io.
    static Result<Profile> create(const OwnerLock& owner, std::optional<std::string_view> passphrase);
    // A store of an older version is upgraded first, which may take minutes: `watch` is told how far it is.
    // Errors: as open_keyfile() and LmdbStore::open().
    static Result<Profile> open(const OwnerLock& owner, std::optional<std::string_view> passphrase,
                                const WatchUpgrade& watch = {});

    const ProfileLayout& layout() const { return layout_; }
    LmdbStore& store() { return *store_; }
    const LmdbStore& store() const { return *store_; }
    const Chunks& chunks() const { return chunks_; }

    const RunId& run() const { return decision_.run; }
    bool continues_run() const { return decision_.continues; }
    // It moved, or it is a copy: ask. Both answers end in confirm_place(); asked again at every start until then.
    bool is_elsewhere() const { return decision_.elsewhere; }
    Result<> confirm_place();

    // Wipes the view key; the passphrase brings it back. Error: refused when it is wrong.
    void lock() { store_->lock(); }
    Result<> unlock(std::string_view passphrase);

    Room room() const { return room_for(free_bytes(layout_.root)); }

    // Once a minute: forgets readers that died, and makes the reserve anew when there is room again.
    void tend();

    // Closes the store and leaves word where this run ended. Without it (a crash) the next start begins another run.
    Result<> close();

  private:
    Profile(ProfileLayout layout, std::unique_ptr<LmdbStore> store, Chunks chunks)
        : layout_(std::move(layout)), store_(std::move(store)), chunks_(std::move(chunks)) {}
    static Result<Profile> open_with(const OwnerLock& owner, const StorageKeys& keys, bool may_create,
                                     const WatchUpgrade& watch);

    Result<> leave_word(std::uint64_t writes) const;

    ProfileLayout layout_;
    std::unique_ptr<LmdbStore> store_;
    Chunks chunks_;
    RunDecision decision_;
    std::optional<Place> last_;
};

// A device's secrets, in the table `profile`: of this one, or of the one that this computer is about to be.
enum class WhichDevice : std::uint8_t { present, next };
void keep_device(WriteTxn& txn, const DeviceSecrets& secrets, WhichDevice which = WhichDevice::present);
std::optional<DeviceSecrets> read_device(ReadTxn& txn, WhichDevice which = WhichDevice::present);
void forget_next_device(WriteTxn& txn);

}  // namespace staffroom
