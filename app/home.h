// An opened home: the profile of one person on this computer, and the replica that is kept in it. Whoever has a Home
// owns the folder; a second program is told so.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "storage/intakes.h"
#include "storage/profile.h"
#include "storage/replica.h"

namespace staffroom {

namespace search {
class Search;
}

class Home {
  public:
    struct NewPerson {
        std::string name;    // shown to colleagues; 1 to 80 characters
        std::string school;  // may be empty
    };
    // Makes the profile, the person and this computer's device. Errors: malformed, too_large (the names), refused (there is a
    // profile), io.
    static Result<std::unique_ptr<Home>> create(const std::filesystem::path& folder, const NewPerson& person,
                                                const std::optional<std::string>& passphrase);
    // Errors: not_found (no profile here), busy (open elsewhere), refused (passphrase, folder), io (damaged).
    static Result<std::unique_ptr<Home>> open(const std::filesystem::path& folder,
                                              const std::optional<std::string>& passphrase);
    // The same by who owns the folder already; the right to it goes over to the home, and only when it opens.
    static Result<std::unique_ptr<Home>> open(OwnerLock& owner, const std::optional<std::string>& passphrase);
    // Leaves word where this run ended.
    ~Home();

    const std::filesystem::path& folder() const { return profile_.layout().root; }
    Profile& profile() { return profile_; }
    Replica& replica() { return *replica_; }
    const Replica& replica() const { return *replica_; }
    Intakes& intakes() { return *intakes_; }
    search::Search& search() { return *search_; }
    const Identity& identity() const { return replica_->identity(); }
    const std::string& school() const { return school_; }
    // As colleagues know the person; the device's own name is in identity().record.
    const std::string& name() const { return identity().card.first.name; }
    // What is known of the person's devices from now on; see Replica::become().
    Result<> keep_card(const PersonCard& card);
    // This computer is another device of the same person from now on: the one that was kept as WhichDevice::next.
    Result<> become_device(const DeviceSecrets& secrets, const DeviceRecord& record);

    // Whether this may be a copy of a profile that is used elsewhere, so that two computers write as one. Nothing is lost
    // by that (storage/run.h), but the two cannot be told apart; so the person is asked (app/second_computer.h).
    enum class Copy : std::uint8_t { no, restored, met, elsewhere };
    Copy copy();
    // Another computer was near that says it is this device.
    Result<> note_twin();
    // The person said that it is not, or this is another device now.
    Result<> forget_copy();

    // The secret behind the recovery sheet, until the person says that it is on paper. Nothing: it is, or there is none.
    std::optional<RecoverySecret> sheet();
    Result<> forget_sheet();

    // Nobody reads from here on, while colleagues are served and heard; until the passphrase comes, and what came
    // meanwhile is folded. Errors: refused (there is no passphrase, or it is wrong), io.
    bool is_locked() const { return profile_.store().is_locked(); }
    Result<> lock();
    Result<std::vector<std::pair<GroupId, Ingested>>> unlock(std::string_view passphrase);

    // The computer's clock in ms since 1970, and whether it can be right: not before this program was made.
    static std::uint64_t wall_ms();
    static bool is_clock_plausible();
    // Whether what a colleague's clock said can be right: the same, and not after tomorrow.
    static bool is_plausible(std::uint64_t their_wall_ms);

  private:
    Home(OwnerLock owner, Profile profile);
    static Result<std::unique_ptr<Home>> start(OwnerLock owner, Profile profile);
    Result<> rebuild_after_repair();
    Result<> see_to_restored();
    void finish_telling();

    OwnerLock owner_;
    Profile profile_;
    std::string school_;
    std::unique_ptr<Intakes> intakes_;
    std::unique_ptr<Replica> replica_;
    std::unique_ptr<search::Search> search_;
};

}  // namespace staffroom
