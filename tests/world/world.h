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
    std::uint64_t commits = 0, frames = 0, bytes = 0, crashes = 0, simulated_ms = 0;
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
    std::uint64_t crashes_ = 0, words_ = 0;
    bool removed_ = false, revoked_ = false, spited_ = false;
    bool may_be_gone_ = false;
};

}  // namespace staffroom::world
