// What teachers do in a world, and all that goes wrong in it.
#include <algorithm>

#include "tests/world/world.h"

namespace staffroom::world {

void World::teacher_works(Device& device) {
    if (!device.is_on() || device.role(group_) < Role::member) return;
    const auto word = "w" + std::to_string(++words_);
    say("device " + std::to_string(device.number()) + " writes " + word);
    device.wrote_with.reset();
    switch (pick(8)) {
        case 0:
        case 1:
            device.writes_note(group_, word);
            break;
        case 2:
            device.adds_file(group_, word, pick(chance(10) ? 600'000 : 3'000));
            break;
        case 3:
            device.changes_title(group_, word, random_());
            break;
        default:
            device.types(group_, word + " ", random_());
    }
    note_who_is_shut_out(device);
}

void World::organiser_works(Device& device) {
    if (!device.is_on() || device.role(group_) != Role::organiser) return;
    auto& other = some_device();
    if (&other == &device || &other == stranger_ || &other == devices_[0].get()) return;
    const bool is_twin = other.person() == devices_[0]->person() || other.person() == device.person();
    if (is_twin || device.replica->group(group_)->members.standing(other.device()) == Standing::unknown) return;
    if (options_.removals && !removal_ && chance(30)) return remove(device, other);
    say("device " + std::to_string(device.number()) + " appoints or lets in " + std::to_string(other.number()));
    if (chance(50)) {
        appointed_.insert(other.person());
        note_let_in(device, other, device.appoints(group_, other));
    } else {
        note_let_in(device, other, device.lets_in(group_, other));
    }
}

void World::remove(Device& by, const Device& other) {
    const auto commit = by.removes(group_, other);
    if (!commit) return;
    say("device " + std::to_string(by.number()) + " removes " + std::to_string(other.number()));
    network_.happened.count(Happening::removal);
    removal_ = Cut{*commit, other.person()};
    may_be_gone_ = true;
}

// Somebody in the group, on and by themselves: no second computer, no twin of the founder's.
bool World::is_colleague(const Device& device) const {
    const auto& founder = *devices_[0];
    return device.is_on() && device.replica->group(group_) && &device != owner_ && &device != second_ &&
           device.person() != founder.person() &&
           founder.replica->log().standing(group_, device.device()) == Standing::current;
}

// Two organisers are apart: one removes a colleague, and the other, who has heard of it or has not, lets them in again.
void World::remove_and_let_in_again() {
    auto& founder = *devices_[0];
    auto &other = some_device(), &third = some_device();
    if (!options_.removals || !options_.partitions || removal_ || !founder.is_on()) return;
    if (!is_colleague(other) || !is_colleague(third) || other.person() == third.person()) return;
    const auto is_organiser = [&] { return other.role(group_) == Role::organiser; };
    if (!is_organiser()) {
        appointed_.insert(other.person());
        founder.appoints(group_, other);
        if (!pass_until(is_organiser, 20'000)) return;
    }
    const auto put = [&](const Device& device, int part) { network_.parts[Network::address(device.number())] = part; };
    for (const auto& device : devices_) put(*device, chance(50) ? 1 : 2);
    const bool hears = chance(50);
    put(founder, 1);
    put(other, hears ? 1 : 2);
    put(third, 2);
    remove(founder, third);
    if (!removal_) return;
    teacher_works(third);
    const auto is_aware = [&] { return other.replica->group(group_)->members.has(removal_->commit); };
    if (hears) {
        pass_until(is_aware, 60'000);
    } else {
        pass(pick(5'000));
    }
    if (!broken_.empty() || !is_organiser()) return;
    put(other, 2);
    const auto commit = other.lets_in(group_, third);
    if (!commit) return;
    note_let_in(other, third, commit);
    readmission_ = Readmission{*commit, third.person(), is_aware()};
    say("device " + std::to_string(other.number()) + " lets " + std::to_string(third.number()) + " in again, " +
        (readmission_->aware ? "knowing" : "not knowing") + " of the removal");
    network_.happened.count(readmission_->aware ? Happening::readmission : Happening::readmission_unaware);
    pass(pick(5'000));
    teacher_works(third);
    teacher_works(other);
}

void World::change_network() {
    if (options_.frames && chance(50)) {
        network_.faults.lost = static_cast<unsigned>(chance(50) ? 0 : pick(300));
        network_.faults.full = static_cast<unsigned>(chance(50) ? 0 : pick(300));
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
        network_.happened.count(Happening::power_cut);
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
    network_.happened.count(Happening::disk_copied);
    devices_.push_back(device.clone(static_cast<unsigned>(devices_.size()) + 1));
    switch_on(*devices_.back());
}

// Never the judge's: by what it knows all others are judged in the end.
void World::back_up_or_restore(Device& device) {
    if (!options_.backups || options_.folder || !device.is_on() || &device == devices_[0].get()) return;
    const auto name = "device " + std::to_string(device.number());
    if (!device.is_backed_up()) {
        say(name + " is backed up");
        network_.happened.count(Happening::backed_up);
        return device.back_up();
    }
    // A second computer that were to forget its own link could not be told apart from one that was never linked.
    if (&device == owner_ || &device == second_ || chance(50)) return;
    say(name + " gets its backup back");
    network_.happened.count(Happening::put_back);
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
        network_.happened.count(Happening::second_computer);
        owner_ = &device;
        devices_.push_back(device.link_second(static_cast<unsigned>(devices_.size()) + 1));
        second_ = devices_.back().get();
        device.tells_of_own_devices(group_);
        switch_on(*second_);
        second_->joined(device.replica->welcome_to(group_).value());
        second_->host->peers().groups_changed(network_.now());
        return;
    }
    if (shut_out_ || !owner_->is_on() || owner_->role(group_) < Role::member) return;
    say("device " + std::to_string(owner_->number()) + " shuts out its second computer");
    network_.happened.count(Happening::shut_out);
    may_be_gone_ = true;
    if (const auto commit = owner_->revokes(group_, *second_)) shut_out_ = Cut{*commit, owner_->person()};
}

void World::spite(Device& device) {
    if (spited_ || !device.is_on() || device.role(group_) < Role::member || &device == devices_[0].get()) return;
    spited_ = true;
    if (options_.withheld && chance(50)) {
        say("device " + std::to_string(device.number()) + " withholds parts and chunks");
        device.withholds = true;
    } else if (options_.boxes) {
        say("device " + std::to_string(device.number()) + " gives keys that do not open");
        network_.happened.count(Happening::bad_boxes);
        device.gives_bad_boxes(group_);
    }
}

}  // namespace staffroom::world
