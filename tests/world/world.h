// A world that follows from one number: a few computers, their teachers, and everything that can go wrong. When the
// faults stop, everybody must become equal.
#pragma once

#include <random>

#include "tests/world/device.h"

namespace staffroom::world {

struct WorldOptions {
    unsigned devices_min = 3, devices_max = 6;
    unsigned steps = 50;
    std::optional<std::filesystem::path> folder;  // disks are LMDB here; else in memory
    bool talk = false;                            // says each step on standard error
    // Which faults may happen.
    bool frames = true, partitions = true, crashes = true, clones = true, removals = true, liar = true, stranger = true;
    bool backups = true;                      // a disk is put back as it was some time ago
    bool lost = true;                         // somebody has a second computer, which is shut out later
    bool withheld = true;                     // a member gives nobody parts or chunks
    bool boxes = true;                        // a member gives keys that do not open
    std::uint64_t calm_ms_max = 30 * 60'000;  // by then all must be equal
};

struct WorldFigures {
    std::uint64_t commits = 0, frames = 0, bytes = 0, simulated_ms = 0;
    Happenings happened;
    void add(const WorldFigures& others);
};

class World {
  public:
    World(std::uint64_t seed, WorldOptions options);

    // What was broken, in words; nothing when all is well.
    std::optional<std::string> run();
    WorldFigures figures() const;

  private:
    Device& add_device();
    void switch_on(Device& device);
    void found_group();
    void introduce_all();
    void step();
    void teacher_works(Device& device);
    void organiser_works(Device& device);
    void remove(Device& by, const Device& other);
    bool is_colleague(const Device& device) const;
    void remove_and_let_in_again();
    void change_network();
    void power(Device& device);
    void make_twin(Device& device);
    void back_up_or_restore(Device& device);
    void second_computer(Device& device);
    void spite(Device& device);
    void pass(std::uint64_t ms);
    bool pass_until(const std::function<bool()>& done, std::uint64_t ms);
    void stop_faults();
    std::vector<Device*> current_members();
    std::string difference();
    std::string lack_of(const Device& device, const std::vector<Device*>& members) const;
    std::optional<std::string> check_nothing_lost();

    // --- who may read and write, by what was done here (world_rights.cpp)
    void note_who_is_shut_out(const Device& writer);
    void note_let_in(const Device& by, const Device& other, const std::optional<CommitId>& commit);
    void check_readers();
    std::set<CommitId> past_of(std::vector<CommitId> heads) const;
    std::set<CommitId> known_to(const CommitId& cut) const;
    std::optional<std::string> check_writers() const;
    std::optional<std::string> check_writer(const Device& device, const std::set<CommitId>& masked) const;
    std::optional<std::string> check_newcomers() const;
    std::optional<std::string> check_readmission() const;

    std::uint64_t pick(std::uint64_t count) { return random_() % count; }
    bool chance(unsigned percent) { return pick(100) < percent; }
    Device& some_device() { return *devices_[pick(devices_.size())]; }
    void say(const std::string& what) const;

    std::uint64_t seed_;
    WorldOptions options_;
    std::mt19937_64 random_;
    Network network_;
    Ledger ledger_;
    std::vector<std::unique_ptr<Device>> devices_;
    GroupId group_;
    Device* liar_ = nullptr;
    Device* stranger_ = nullptr;
    std::optional<Invitation> invitation_;
    std::set<const Device*> invited_;  // who come in by the lobby
    Device* owner_ = nullptr;          // of a second computer
    Device* second_ = nullptr;
    std::vector<std::string> broken_;
    std::uint64_t words_ = 0;
    bool spited_ = false;
    bool may_be_gone_ = false;  // what only one disk had: it was put back, or shut out
    struct Cut {
        CommitId commit;
        PersonId who;
    };
    std::optional<Cut> removal_, shut_out_;  // one of each at most; of the second computer alone
    struct Readmission {
        CommitId commit;
        PersonId who;
        bool aware = false;     // of the removal
        bool is_newest = true;  // else somebody has let them in later
    };
    std::optional<Readmission> readmission_;
    std::set<PersonId> appointed_;  // their removal may undo what they did for others
    std::set<PersonId> let_in_again_;
    std::set<CommitId> let_in_knowing_;  // those grants to who was removed that know of the removal
    std::set<const Device*> let_in_by_founder_;
    std::map<EpochId, std::set<DeviceId>> closed_to_;  // written with when these were shut out
};

}  // namespace staffroom::world
