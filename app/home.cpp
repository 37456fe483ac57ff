#include "app/home.h"

#include <chrono>
#include <iostream>

#include "app/backup.h"
#include "app/search/search.h"
#include "app/version.h"
#include "core/records/input.h"
#include "core/words.h"
#include "storage/mend.h"
#include "storage/own_card.h"

namespace staffroom {
namespace {

// What `profile` keeps besides the device's secrets.
struct PersonRow {
    PersonCard card;
    DeviceRecord record;
    std::string school;
    template <class A>
    void serialize(A& ar) {
        ar(card, record, text<limits::title_bytes>(school));
    }
};
const Bytes person_key = copy_of(view_of("person"));
const Bytes sheet_key = copy_of(view_of("sheet"));
const Bytes copy_key = copy_of(view_of("copy"));  // a byte: Home::Copy

bool has_person(Store& store) {
    bool found = false;
    (void)store.read([&](ReadTxn& txn) -> Result<> { return found = txn.has(Table::profile, person_key), Done{}; });
    return found;
}

void check_on_all_cores(std::size_t count, const std::function<void(std::size_t)>& step) {
    constexpr std::size_t commits_per_thread = 16;  // their signatures take 60 us each
    on_all_cores(commits_per_thread, count, step);
}

// Says how far the upgrade of an older profile is, when that takes longer than people wait without a word.
WatchUpgrade say_progress() {
    const auto start = std::chrono::steady_clock::now();
    return [start, said = std::uint64_t{0}](const Moved& moved) mutable {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
        if (seconds.count() < 1 || moved.all == 0) return;
        const auto percent = moved.done * 100 / moved.all;
        if (said == 0) std::cerr << "Preparing your profile for this version of Staffroom, once.\n";
        if (said != 0 && percent < said + 10) return;
        std::cerr << percent << " %\n";
        said = std::max<std::uint64_t>(percent, 1);
    };
}

}  // namespace

std::uint64_t Home::wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    return ms > 0 ? static_cast<std::uint64_t>(ms) : 0;
}

namespace {
constexpr std::uint64_t day_ms = 86'400'000;
}

bool Home::is_clock_plausible() { return wall_ms() + day_ms >= release_ms; }
bool Home::is_plausible(std::uint64_t their_wall_ms) {
    return their_wall_ms + day_ms >= release_ms && their_wall_ms <= wall_ms() + day_ms;
}

Result<std::unique_ptr<Home>> Home::create(const std::filesystem::path& folder, const NewPerson& person,
                                           const std::optional<std::string>& passphrase) {
    if (const auto fits = check_title("Your name", person.name, limits::name_scalars); !fits) return fits.error();
    if (!person.school.empty()) {
        if (const auto fits = check_title("The school's name", person.school); !fits) return fits.error();
    }
    auto owner = OwnerLock::take(folder, {true, std::nullopt});
    if (!owner) return owner.error();
    // One that was begun and never finished is finished now: nobody has used it yet.
    const auto phrase = passphrase ? std::optional<std::string_view>(*passphrase) : std::nullopt;
    const bool begun = has_profile(folder);
    auto profile = begun ? Profile::open(*owner, phrase) : Profile::create(*owner, phrase);
    if (!profile) return profile.error();
    if (begun && has_person(profile->store())) {
        return {Code::refused, "There is a profile here already.", "Use it, or choose another folder with --home."};
    }
    const auto secrets = new_device();
    PersonRow row;
    row.record = make_device_record(secrets, person.name);
    // Named in what makes the person, so it is now or never, even if the sheet is printed later or not at all.
    const auto sheet = new_recovery_secret();
    const SigningKey recovery(recovery_seed(sheet));
    row.card = {make_person(secrets, recovery.public_key<Hash>()), row.record, {}};
    row.school = person.school;
    const auto kept = profile->store().write([&](WriteTxn& txn) -> Result<> {
        keep_device(txn, secrets);
        txn.put(Table::profile, person_key, encode(row));
        txn.put(Table::profile, sheet_key, sheet.view());
        return Done{};
    });
    if (!kept) return kept.error();
    return start(std::move(*owner), std::move(*profile));
}

Result<std::unique_ptr<Home>> Home::open(const std::filesystem::path& folder,
                                         const std::optional<std::string>& passphrase) {
    if (!has_profile(folder)) {
        return {Code::not_found, "Nobody uses Staffroom in this folder yet.", "Begin with: staffroom init --name NAME"};
    }
    auto owner = OwnerLock::take(folder, {});
    if (!owner) return owner.error();
    return open(*owner, passphrase);
}

Result<std::unique_ptr<Home>> Home::open(OwnerLock& owner, const std::optional<std::string>& passphrase) {
    const auto phrase = passphrase ? std::optional<std::string_view>(*passphrase) : std::nullopt;
    auto profile = Profile::open(owner, phrase, say_progress());
    if (!profile) return profile.error();
    return start(std::move(owner), std::move(*profile));
}

Home::Home(OwnerLock owner, Profile profile) : owner_(std::move(owner)), profile_(std::move(profile)) {}

Result<std::unique_ptr<Home>> Home::start(OwnerLock owner, Profile profile) {
    std::unique_ptr<Home> home(new Home(std::move(owner), std::move(profile)));
    Identity identity;
    const auto read = home->profile_.store().read([&](ReadTxn& txn) -> Result<> {
        const Error unfinished{Code::io, "This profile was not made completely.",
                               "Remove the folder and run init again."};
        const auto secrets = read_device(txn);
        const auto bytes = txn.get(Table::profile, person_key);
        const auto row = bytes ? decode<PersonRow>(*bytes) : Result<PersonRow>{unfinished};
        if (!secrets || !row) return unfinished;
        identity = {*secrets, row->card, row->record, home->profile_.run()};
        home->school_ = row->school;
        return Done{};
    });
    if (!read) return read.error();
    home->profile_.store().forget_dead_readers();
    if (auto seen = home->see_to_restored(); !seen) return seen.error();
    auto replica = Replica::open(home->profile_.store(), home->profile_.chunks(), std::move(identity),
                                 {&Home::wall_ms, &check_on_all_cores});
    if (!replica) return replica.error();
    home->replica_ = std::move(*replica);
    // Offered just before a power cut, or by what a repair brought back.
    if (auto taken = take_pair_offers(*home->replica_); !taken) return taken.error();
    if (auto caught = home->replica_->catch_up(); !caught) return caught.error();
    if (auto rebuilt = home->rebuild_after_repair(); !rebuilt) return rebuilt.error();
    auto& kept = home->profile_;
    home->intakes_ = std::make_unique<Intakes>(kept.store(), kept.chunks(), kept.layout().intake);
    if (auto dropped = home->intakes_->drop_what_was_left(); !dropped) return dropped.error();
    home->finish_telling();
    home->search_ = std::make_unique<search::Search>(kept, *home->replica_);
    return home;
}

// A power cut may have come between hearing of a computer, or shutting one out, and telling every group. Nothing hangs
// on it now: a full disk, or a group that is not to be written in, waits for the next start.
void Home::finish_telling() {
    if (const auto fuller = fuller_card(*replica_)) (void)keep_card(*fuller);
    (void)carry_own_card(*replica_);
}

std::optional<RecoverySecret> Home::sheet() {
    std::optional<RecoverySecret> sheet;
    (void)profile_.store().read([&](ReadTxn& txn) -> Result<> {
        const auto bytes = txn.get(Table::profile, sheet_key);
        if (bytes) sheet = RecoverySecret::from(*bytes);
        return Done{};
    });
    return sheet;
}

Result<> Home::forget_sheet() {
    return profile_.store().write([](WriteTxn& txn) -> Result<> {
        txn.erase(Table::profile, sheet_key);
        return Done{};
    });
}

Result<> Home::keep_card(const PersonCard& card) {
    const auto kept = profile_.store().write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::profile, person_key, encode(PersonRow{card, identity().record, school_}));
        // The sheet of whom this computer was nobody else's.
        if (id_of(card.genesis) != identity().person()) txn.erase(Table::profile, sheet_key);
        return Done{};
    });
    if (kept) replica_->become(card);
    return kept;
}

Result<> Home::become_device(const DeviceSecrets& secrets, const DeviceRecord& record) {
    const auto kept = profile_.store().write([&](WriteTxn& txn) -> Result<> {
        keep_device(txn, secrets);
        forget_next_device(txn);
        txn.put(Table::profile, person_key, encode(PersonRow{identity().card, record, school_}));
        return Done{};
    });
    return kept ? replica_->become_device(secrets, record) : kept;
}

Home::Copy Home::copy() {
    auto copy = profile_.is_elsewhere() ? Copy::elsewhere : Copy::no;
    (void)profile_.store().read([&](ReadTxn& txn) -> Result<> {
        const auto kept = txn.get(Table::profile, copy_key);
        if (kept && kept->size() == 1) copy = kept->front() == 1 ? Copy::restored : Copy::met;
        return Done{};
    });
    return copy;
}

Result<> Home::note_twin() {
    if (copy() != Copy::no) return Done{};
    return profile_.store().write([](WriteTxn& txn) -> Result<> {
        txn.put(Table::profile, copy_key, Bytes{static_cast<std::uint8_t>(Copy::met)});
        return Done{};
    });
}

Result<> Home::forget_copy() {
    const auto forgotten = profile_.store().write([](WriteTxn& txn) -> Result<> {
        txn.erase(Table::profile, copy_key);
        return Done{};
    });
    return forgotten ? profile_.confirm_place() : forgotten;
}

Result<> Home::lock() {
    const auto wrapped = needs_passphrase(profile_.layout().keys);
    if (!wrapped) return wrapped.error();
    if (!*wrapped) {
        return {Code::refused, "This profile has no passphrase, so it cannot be locked.",
                "Give it one: staffroom passphrase change"};
    }
    search_->close();
    profile_.lock();
    return Done{};
}

Result<std::vector<std::pair<GroupId, Ingested>>> Home::unlock(std::string_view passphrase) {
    if (auto opened = profile_.unlock(passphrase); !opened) return opened.error();
    return replica_->catch_up();
}

// What was heard and promised after the backup was made is not known here.
Result<> Home::see_to_restored() {
    if (!is_restored(folder())) return Done{};
    auto forgotten = profile_.store().write([](WriteTxn& txn) -> Result<> {
        for (const auto table : {Table::haves, Table::invites, Table::newcomers}) txn.erase_all(table, {});
        txn.put(Table::profile, copy_key, Bytes{static_cast<std::uint8_t>(Copy::restored)});
        return Done{};
    });
    return forgotten ? forget_restored(folder()) : forgotten;
}

Result<> Home::rebuild_after_repair() {
    bool needed = false;
    auto looked = profile_.store().read([&](ReadTxn& txn) -> Result<> { return needed = needs_rebuild(txn), Done{}; });
    if (!looked || !needed) return looked;
    if (auto rebuilt = replica_->rebuild(); !rebuilt) return rebuilt;
    return profile_.store().write([](WriteTxn& txn) -> Result<> { return set_rebuilt(txn), Done{}; });
}

Home::~Home() {
    if (replica_) (void)profile_.close();
}

}  // namespace staffroom
