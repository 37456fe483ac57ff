#include "storage/profile.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "storage/clustering.h"

namespace staffroom {
namespace {
constexpr char device_key[] = "device", next_device_key[] = "next device";
constexpr std::uint8_t device_version = 1;

ByteView key_of(WhichDevice which) { return view_of(which == WhichDevice::present ? device_key : next_device_key); }

Error running(const std::filesystem::path& root) {
    const auto owner = owner_of(root);
    return {Code::busy,
            "Staffroom is already running with this profile" +
                (owner ? " (process " + std::to_string(*owner) + ")." : std::string(".")),
            "Use the running one, or end it with: staffroom stop"};
}
}  // namespace

Result<OwnerLock> OwnerLock::take(const std::filesystem::path& root, const Options& options) {
    if (options.make) {
        if (auto made = make_folder(root); !made) return made.error();
    }
    auto facts = facts_of(root);
    if (!facts && facts.code() == Code::not_found) {
        return {Code::not_found, "There is no profile in " + root.string() + ".", "Run: staffroom init"};
    }
    if (!facts) return facts.error();
    if (options.pretend_magic) facts->magic = *options.pretend_magic;
    if (auto judged = judge_folder(*facts, root); !judged) return judged.error();

    Descriptor folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open()) return disk_error(errno, root);
    if (::flock(folder.number(), LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? running(root) : disk_error(errno, root);
    }
    // Only a hint for people: the lock is what counts.
    const auto owner = ProfileLayout(root).owner;
    const Descriptor file(::open(owner.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.is_open()) write_all(file.number(), view_of(std::to_string(::getpid()) + "\n"));
    return OwnerLock(std::move(folder), root);
}

std::optional<long> owner_of(const std::filesystem::path& root) {
    const auto bytes = read_file(ProfileLayout(root).owner, 64);
    if (!bytes) return std::nullopt;
    const auto text = text_of(*bytes);
    long number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc{} ? std::optional(number) : std::nullopt;
}

bool has_profile(const std::filesystem::path& root) {
    std::error_code ignored;
    return std::filesystem::exists(ProfileLayout(root).keys, ignored);
}

Result<Profile> Profile::create(const OwnerLock& owner, std::optional<std::string_view> passphrase) {
    const ProfileLayout layout(owner.root());
    const auto keys = create_keyfile(layout.keys, passphrase);
    if (!keys) return keys.error();
    return open_with(owner, *keys, true, {});
}

Result<Profile> Profile::open(const OwnerLock& owner, std::optional<std::string_view> passphrase,
                              const WatchUpgrade& watch) {
    const ProfileLayout layout(owner.root());
    const auto keys = open_keyfile(layout.keys, passphrase);
    if (!keys) return keys.error();
    // A power cut while it was made leaves a profile that never held anything; the chunks' folder is made last.
    std::error_code ignored;
    return open_with(owner, *keys, !std::filesystem::exists(layout.chunks, ignored), watch);
}

Result<Profile> Profile::open_with(const OwnerLock& owner, const StorageKeys& keys, bool may_create,
                                   const WatchUpgrade& watch) {
    ProfileLayout layout(owner.root());
    auto place = place_of(layout.root, layout.store_file);
    if (!place) return place.error();
    auto store = LmdbStore::open({.folder = layout.store,
                                  .keys = keys,
                                  .may_create = may_create,
                                  .reserve = layout.reserve,
                                  .upgrades = {cluster_commits()},
                                  .on_upgrade = watch});
    if (!store) return store.error();
    auto chunks = Chunks::open(layout.chunks);
    if (!chunks) return chunks.error();
    keep_reserve(layout.reserve);

    place->store_writes = (*store)->writes();
    const auto last = read_stamp(layout.run);
    Profile profile(std::move(layout), std::move(*store), std::move(*chunks));
    profile.decision_ = decide_run(last, *place, random_id<RunId>());
    if (last) profile.last_ = last->place;
    return profile;
}

Result<> Profile::unlock(std::string_view passphrase) {
    const auto keys = open_keyfile(layout_.keys, passphrase);
    if (!keys) return keys.error();
    store_->unlock(keys->view);
    return Done{};
}

void Profile::tend() {
    store_->forget_dead_readers();
    keep_reserve(layout_.reserve);
}

Result<> Profile::close() {
    const auto writes = store_->writes();
    store_.reset();
    return leave_word(writes);
}

Result<> Profile::confirm_place() {
    decision_.elsewhere = false;
    return leave_word(store_->writes());
}

Result<> Profile::leave_word(std::uint64_t writes) const {
    auto place = place_of(layout_.root, layout_.store_file);
    if (!place) return place.error();
    place->store_writes = writes;
    if (decision_.elsewhere && last_) {
        place->computer = last_->computer;
        place->folder_inode = last_->folder_inode;
    }
    return write_stamp(layout_.run, {.run = decision_.run, .place = *place});
}

void keep_device(WriteTxn& txn, const DeviceSecrets& secrets, WhichDevice which) {
    Bytes bytes{device_version};
    append(bytes, secrets.signing.view());
    append(bytes, secrets.box.key.view());
    append(bytes, secrets.box.secret.view());
    append(bytes, secrets.link.key.view());
    append(bytes, secrets.link.secret.view());
    txn.put(Table::profile, key_of(which), bytes);
}

void forget_next_device(WriteTxn& txn) { txn.erase(Table::profile, key_of(WhichDevice::next)); }

std::optional<DeviceSecrets> read_device(ReadTxn& txn, WhichDevice which) {
    const auto bytes = txn.get(Table::profile, key_of(which));
    if (!bytes || bytes->size() != 1 + 5 * 32 || bytes->front() != device_version) return std::nullopt;
    const auto field = [&](std::size_t index) { return ByteView(*bytes).subspan(1 + 32 * index, 32); };
    DeviceSecrets secrets;
    secrets.signing = *SigningSeed::from(field(0));
    secrets.box = {*BoxKey::from(field(1)), *BoxSecret::from(field(2))};
    secrets.link = {*LinkKey::from(field(3)), *LinkSecret::from(field(4))};
    return secrets;
}

}  // namespace staffroom
