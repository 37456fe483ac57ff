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

void World::teacher_works(Device& device) {
    if (!device.is_on() || device.role(group_) < Role::member) return;
    const auto word = "w" + std::to_string(++words_);
    say("device " + std::to_string(device.number()) + " writes " + word);
    switch (pick(8)) {
        case 0:
        case 1:
            return device.writes_note(group_, word);
        case 2:
            return device.adds_file(group_, word, pick(chance(10) ? 600'000 : 3'000));
        case 3:
            return device.changes_title(group_, word, random_());
        default:
            return device.types(group_, word + " ", random_());
    }
}

void World::organiser_works(Device& device) {
    if (!device.is_on() || device.role(group_) != Role::organiser) return;
    auto& other = some_device();
    if (&other == &device || &other == stranger_ || &other == devices_[0].get()) return;
    const bool is_twin = other.person() == devices_[0]->person() || other.person() == device.person();
    if (is_twin || device.replica->group(group_)->members.standing(other.device()) == Standing::unknown) return;
    if (options_.removals && !removed_ && chance(30)) {
        say("device " + std::to_string(device.number()) + " removes " + std::to_string(other.number()));
        removed_ = may_be_gone_ = true;
        return device.removes(group_, other);
    }
    say("device " + std::to_string(device.number()) + " appoints or lets in " + std::to_string(other.number()));
    chance(50) ? device.appoints(group_, other) : device.lets_in(group_, other);
}

void World::change_network() {
    if (options_.frames && chance(50)) {
        network_.faults.lost = static_cast<unsigned>(chance(50) ? 0 : pick(300));
        network_.faults.doubled = static_cast<unsigned>(pick(200));
        network_.faults.slow = static_cast<unsigned>(pick(200));
        network_.faults.delay_ms_max = 1 + pick(200);
        network_.faults.silent_cut = static_cast<unsigned>(pick(500));
    }
    if (options_.partitions && chance(60)) {
        for (const auto& device : devices_) {
            network_.parts[Network::address(device->number())] = chance(60) ? 0 : static_cast<int>(pick(3));
        }
        say("the network is parted anew");
    }
}

void World::power(Device& device) {
    if (device.is_on()) {
        if (!options_.crashes) return;
        say("device " + std::to_string(device.number()) + " loses power");
        ++crashes_;
        device.crash();
    } else {
        say("device " + std::to_string(device.number()) + " is switched on");
        switch_on(device);
    }
}

void World::make_twin(Device& device) {
    if (!options_.clones || options_.folder || devices_.size() >= 8 || !device.is_on() || &device == stranger_) return;
    if (device.role(group_) < Role::member) return;
    say("device " + std::to_string(device.number()) + " has its disk copied");
    devices_.push_back(device.clone(static_cast<unsigned>(devices_.size()) + 1));
    switch_on(*devices_.back());
}

// Never the judge's: by what it knows all others are judged in the end.
void World::back_up_or_restore(Device& device) {
    if (!options_.backups || options_.folder || !device.is_on() || &device == devices_[0].get()) return;
    const auto name = "device " + std::to_string(device.number());
    if (!device.is_backed_up()) {
        say(name + " is backed up");
        return device.back_up();
    }
    // A second computer that were to forget its own link could not be told apart from one that was never linked.
    if (&device == owner_ || &device == second_ || chance(50)) return;
    say(name + " gets its backup back");
    device.restore();
    may_be_gone_ = true;
    switch_on(device);
}

void World::second_computer(Device& device) {
    if (!options_.lost || options_.folder) return;
    if (second_ == nullptr) {
        const bool fits = device.is_on() && device.role(group_) >= Role::member && &device != devices_[0].get() &&
                          &device != stranger_ && &device != liar_ && devices_.size() < 8;
        const bool has_twin = std::count_if(devices_.begin(), devices_.end(),
                                            [&](const auto& each) { return each->device() == device.device(); }) > 1;
        if (!fits || has_twin) return;
        say("device " + std::to_string(device.number()) + " links a second computer");
        owner_ = &device;
        devices_.push_back(device.link_second(static_cast<unsigned>(devices_.size()) + 1));
        second_ = devices_.back().get();
        device.tells_of_own_devices(group_);
        switch_on(*second_);
        second_->joined(device.replica->welcome_to(group_).value());
        second_->host->peers().groups_changed(network_.now());
        return;
    }
    if (revoked_ || !owner_->is_on() || owner_->role(group_) < Role::member) return;
    say("device " + std::to_string(owner_->number()) + " shuts out its second computer");
    revoked_ = may_be_gone_ = true;
    owner_->revokes(group_, *second_);
}

void World::spite(Device& device) {
    if (spited_ || !device.is_on() || device.role(group_) < Role::member || &device == devices_[0].get()) return;
    spited_ = true;
    if (options_.withheld && chance(50)) {
        say("device " + std::to_string(device.number()) + " withholds parts and chunks");
        device.withholds = true;
    } else if (options_.boxes) {
        say("device " + std::to_string(device.number()) + " gives keys that do not open");
        device.gives_bad_boxes(group_);
    }
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
    } else {
        pass(chance(80) ? pick(500) : pick(20'000));
    }
    if (liar_ && liar_->is_on()) {
        liar_->host->lie = [this](Bytes& frame) {
            if (chance(10)) frame[pick(frame.size())] ^= static_cast<std::uint8_t>(1u << pick(8));
            if (chance(2)) frame.resize(1 + pick(frame.size()));
        };
    }
}

// --- afterwards ------------------------------------------------------------------------------------------------------

void World::stop_faults() {
    network_.faults = {};
    network_.parts.clear();
    for (const auto& device : devices_) {
        if (!device->is_on()) switch_on(*device);
        device->host->lie = nullptr;
        device->withholds = false;
        // A newcomer whose own lies had its claim refused types the invitation once more.
        if (invited_.contains(device.get()) && !device->replica->group(group_)) device->joins(*invitation_);
    }
    say("the faults stop");
}

std::vector<Device*> World::current_members() {
    std::vector<Device*> members;
    const auto& judge = *devices_[0]->replica;
    for (const auto& device : devices_) {
        if (judge.log().standing(group_, device->device()) == Standing::current) members.push_back(device.get());
    }
    return members;
}

// What one of these has, all must come to have. What none of them has can only be gone with a disk that was put back to
// an earlier state, or with somebody who was shut out.
std::string World::lack_of(const Device& device, const std::vector<Device*>& members) const {
    const auto somebody = [&](const auto& has) {
        return std::any_of(members.begin(), members.end(), [&](const Device* each) { return has(*each->replica); });
    };
    const auto must_come = [&](const auto& has) { return !may_be_gone_ || somebody(has); };
    constexpr std::size_t some = 100;
    for (const auto& part : device.replica->log().wanted_parts(group_, some)) {
        if (must_come([&](const Replica& each) { return each.log().read_part(group_, part).has_value(); }))
            return "a part";
    }
    for (const auto& epoch : device.replica->log().wanted_epochs(group_)) {
        if (must_come([&](const Replica& each) { return each.group(group_)->held.contains(epoch); }))
            return "an epoch key";
    }
    for (const auto& chunk : device.replica->chunks().wanted(some)) {
        if (must_come([&](const Replica& each) { return each.chunks().has(chunk.id); })) return "a chunk";
    }
    return {};
}

std::string World::difference() {
    const auto members = current_members();
    const auto& first = *members[0];
    for (const auto* device : members) {
        const auto name = "device " + std::to_string(device->number());
        if (!device->replica->group(group_)) return name + " has not joined";
        for (const auto kind : all_kinds) {
            if (device->replica->root(group_, kind) != first.replica->root(group_, kind)) {
                return name + " has another set of kind " + std::to_string(static_cast<int>(kind));
            }
        }
        // What only a removed colleague had stays missing; what a member has must have come.
        for (const auto& id : device->replica->log().missing(group_, 100)) {
            for (const auto* other : members) {
                if (other->replica->log().knows(group_, id)) return name + " lacks an ancestor";
            }
        }
        if (const auto lacks = lack_of(*device, members); !lacks.empty()) return name + " lacks " + lacks;
    }
    // Views cost most, so they come last.
    const auto shown = first.view(group_);
    for (const auto* device : members) {
        if (device->view(group_) != shown) return "device " + std::to_string(device->number()) + " shows other notes";
    }
    return {};
}

std::optional<std::string> World::check_nothing_lost() {
    const auto& log = devices_[0]->replica->log();
    for (const auto* device : current_members()) {
        for (const auto& id : device->own) {
            if (!log.knows(group_, id))
                return "a commit written by device " + std::to_string(device->number()) + " is lost";
        }
    }
    if (stranger_ && !stranger_->replica->log().groups().empty()) return "the stranger is in a group";
    return std::nullopt;
}

std::optional<std::string> World::run() {
    const auto fail = [&]() -> std::optional<std::string> { return broken_.front(); };
    found_group();
    for (unsigned i = 0; i < options_.steps && broken_.empty(); ++i) step();
    if (!broken_.empty()) return fail();
    stop_faults();
    std::string missing = "nobody is in the group";
    for (const auto end = network_.now() + options_.calm_ms_max; network_.now() < end && !missing.empty();) {
        introduce_all();
        pass(2'000);
        if (!broken_.empty()) return fail();
        missing = difference();
    }
    if (!missing.empty()) return "not equal in the end: " + missing;
    for (const auto& device : devices_) device->check_promises();
    if (!broken_.empty()) return fail();
    return check_nothing_lost();
}

WorldFigures World::figures() const {
    WorldFigures figures;
    figures.commits = ledger_.written.size();
    figures.frames = network_.frames;
    figures.bytes = network_.bytes;
    figures.crashes = crashes_;
    figures.simulated_ms = network_.now();
    return figures;
}

}  // namespace staffroom::world
