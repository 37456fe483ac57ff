#include "tests/world/world.h"

#include <algorithm>
#include <cstdio>

#include "core/crypto.h"

namespace staffroom::world {

World::World(std::uint64_t seed, WorldOptions options)
    : seed_(seed), options_(std::move(options)), random_(seed), network_(seed ^ 0x5EED) {
    seed_randomness_for_simulation(seed);
}

void World::say(const std::string& what) const {
    if (options_.talk) std::fprintf(stderr, "%8llu ms  %s\n", (unsigned long long)network_.now(), what.c_str());
}

// --- who is there ----------------------------------------------------------------------------------------------------

Device& World::add_device() {
    const auto number = static_cast<unsigned>(devices_.size()) + 1;
    // Clocks from 1970 to 2106 (K05).
    const auto clock_ms = pick(std::uint64_t{136} * 365 * 86'400'000);
    devices_.push_back(std::make_unique<Device>(network_, ledger_, number, clock_ms,
                                                [this](const std::string& what) { broken_.push_back(what); }));
    return *devices_.back();
}

void World::switch_on(Device& device) {
    std::optional<std::filesystem::path> folder;
    if (options_.folder) folder = *options_.folder / std::to_string(device.number());
    device.power_on(folder);
    if (invited_.contains(&device) && !device.replica->group(group_)) device.joins(*invitation_);
    introduce_all();
}

void World::introduce_all() {
    for (const auto& one : devices_) {
        for (const auto& other : devices_) {
            if (one != other && one->is_on() && other->is_on()) one->host->hear_of(*other->host);
        }
    }
}

void World::found_group() {
    const auto count = options_.devices_min + pick(options_.devices_max - options_.devices_min + 1);
    for (unsigned i = 0; i < count; ++i) switch_on(add_device());
    auto& founder = *devices_[0];
    group_ = founder.replica->found(GroupKind::school, "Hill School", NewcomersRead::all).value();
    invitation_ = founder.invites(group_, static_cast<std::uint32_t>(count));
    for (std::size_t i = 1; i < devices_.size(); ++i) {
        auto& newcomer = *devices_[i];
        if (chance(50)) {
            founder.lets_in(group_, newcomer);
            let_in_by_founder_.insert(&newcomer);
            newcomer.joined(founder.replica->welcome_to(group_).value());
            newcomer.host->peers().groups_changed(network_.now());
        } else {
            newcomer.joins(*invitation_);
            invited_.insert(&newcomer);
        }
    }
    if (options_.liar && chance(30)) {
        liar_ = devices_.back().get();
        liar_->host->lie = nullptr;
        say("device " + std::to_string(liar_->number()) + " lies");
    }
    if (options_.stranger && chance(30)) {
        stranger_ = &add_device();
        switch_on(*stranger_);
        say("device " + std::to_string(stranger_->number()) + " is a stranger");
        // An invitation that nobody gave.
        auto forged = *invitation_;
        forged.seed = random_id<Hash>();
        stranger_->joins(forged);
    }
    introduce_all();
}

// --- what happens ----------------------------------------------------------------------------------------------------

void World::pass(std::uint64_t ms) {
    pass_until([] { return false; }, ms);
}

bool World::pass_until(const std::function<bool()>& done, std::uint64_t ms) {
    std::vector<Host*> hosts;
    for (const auto& device : devices_) {
        if (device->is_on()) hosts.push_back(device->host.get());
    }
    run_until(network_, hosts, network_.now() + ms, [&] { return !broken_.empty() || done(); });
    return done();
}

void World::step() {
    auto& device = some_device();
    const auto kind = pick(100);
    if (kind < 45) {
        teacher_works(device);
    } else if (kind < 50) {
        organiser_works(device);
    } else if (kind < 60) {
        change_network();
    } else if (kind < 70) {
        power(device);
    } else if (kind < 72) {
        make_twin(device);
    } else if (kind < 75) {
        introduce_all();
    } else if (kind < 77) {
        back_up_or_restore(device);
    } else if (kind < 79) {
        second_computer(device);
    } else if (kind < 80) {
        spite(device);
    } else if (kind < 83) {
        remove_and_let_in_again();
    } else {
        pass(chance(80) ? pick(500) : pick(20'000));
    }
    if (liar_ && liar_->is_on()) {
        liar_->host->lie = [this](Bytes& frame) {
            const bool flips = chance(10), cuts = chance(2);
            if (flips) frame[pick(frame.size())] ^= static_cast<std::uint8_t>(1u << pick(8));
            if (cuts) frame.resize(1 + pick(frame.size()));
            if (flips || cuts) network_.happened.count(Happening::frame_damaged);
        };
    }
}

std::optional<std::string> World::run() {
    const auto fail = [&]() -> std::optional<std::string> { return broken_.front(); };
    found_group();
    for (unsigned i = 0; i < options_.steps && broken_.empty(); ++i) {
        step();
        check_readers();
    }
    if (!broken_.empty()) return fail();
    stop_faults();
    std::string missing = "nobody is in the group";
    for (const auto end = network_.now() + options_.calm_ms_max; network_.now() < end && !missing.empty();) {
        introduce_all();
        pass(2'000);
        if (!broken_.empty()) return fail();
        check_readers();
        missing = difference();
        if (missing.empty()) missing = check_newcomers().value_or("");
    }
    if (!missing.empty()) return "not equal in the end: " + missing;
    for (const auto& device : devices_) device->check_promises();
    if (!broken_.empty()) return fail();
    for (const auto& broken : {check_nothing_lost(), check_writers(), check_readmission()}) {
        if (broken) return broken;
    }
    return std::nullopt;
}

WorldFigures World::figures() const {
    WorldFigures figures;
    figures.commits = ledger_.written.size();
    figures.frames = network_.frames;
    figures.bytes = network_.bytes;
    figures.simulated_ms = network_.now();
    figures.happened = network_.happened;
    return figures;
}

void WorldFigures::add(const WorldFigures& others) {
    commits += others.commits;
    frames += others.frames;
    bytes += others.bytes;
    simulated_ms += others.simulated_ms;
    happened.add(others.happened);
}

}  // namespace staffroom::world
