#include "core/members/devices.h"

#include <algorithm>

namespace staffroom {

bool is_older(const DevicePath& one, const DevicePath& other) {
    return one.size() != other.size() ? one.size() < other.size() : one < other;
}

ProvenCard prove(const PersonCard& card) {
    ProvenCard proven;
    proven.person = id_of(card.genesis);
    proven.devices[card.first.device] = {card.first, {}};

    const auto continues = [&](const DeviceStatement& link) {
        const DevicePath linker(link.path.begin(), link.path.end() - 1);
        if (link.by.is_zero()) return linker.empty();
        const auto by = proven.devices.find(link.by);
        return by != proven.devices.end() && by->second.path == linker;
    };
    // A linker is one step shorter than whom it linked, so this order meets linkers first.
    std::vector<const DeviceStatement*> links;
    for (const auto& statement : card.statements) {
        if (statement.kind == StatementKind::link) links.push_back(&statement);
    }
    std::sort(links.begin(), links.end(), [](const auto* one, const auto* other) {
        return std::tuple(one->path.size(), one->path, one->device) <
               std::tuple(other->path.size(), other->path, other->device);
    });
    for (const auto* link : links) {
        if (continues(*link)) proven.devices.try_emplace(link->device, ProvenDevice{*link->record, link->path});
    }

    for (const auto& statement : card.statements) {
        if (statement.kind != StatementKind::revoke) continue;
        ProvenCard::Revocation revocation{statement.device, statement.by.is_zero(), false, std::nullopt};
        const auto by = proven.devices.find(statement.by);
        const auto target = proven.devices.find(statement.device);
        if (by != proven.devices.end() && target != proven.devices.end() &&
            (by == target || is_older(by->second.path, target->second.path))) {
            revocation.by_person = true;
            revocation.authority = by->second.path;
        } else if (by != proven.devices.end() && target == proven.devices.end()) {
            revocation.of_stranger = true;
            revocation.authority = by->second.path;
        }
        proven.revocations.push_back(std::move(revocation));
    }
    return proven;
}

DevicePath next_path(const PersonCard& card, const DeviceId& linker) {
    const auto links = [&](auto counts) {
        return static_cast<std::uint32_t>(
            std::count_if(card.statements.begin(), card.statements.end(), [&](const DeviceStatement& statement) {
                return statement.kind == StatementKind::link && counts(statement);
            }));
    };
    // Beside the first device's own, so that the paths differ while the card is whole.
    if (linker.is_zero()) return {links([](const auto& link) { return link.path.size() == 1; })};
    const auto proven = prove(card);
    const auto by = proven.devices.find(linker);
    if (by == proven.devices.end() || by->second.path.size() == 16) return {};
    auto path = by->second.path;
    path.push_back(links([&](const auto& link) { return link.by == linker; }));
    return path;
}

std::vector<DeviceRecord> devices_on(const PersonCard& card) {
    const auto proven = prove(card);
    std::vector<DeviceRecord> records;
    for (const auto& [device, each] : proven.devices) {
        const auto is_of_it = [&id = device](const auto& revocation) {
            return revocation.by_person && revocation.device == id;
        };
        if (std::none_of(proven.revocations.begin(), proven.revocations.end(), is_of_it))
            records.push_back(each.record);
    }
    return records;
}

void merge_into(PersonCard& card, const PersonCard& other) {
    for (const auto& statement : other.statements) {
        if (card.statements.size() == 2 * limits::devices_count) break;
        if (std::find(card.statements.begin(), card.statements.end(), statement) == card.statements.end()) {
            card.statements.push_back(statement);
        }
    }
}

bool covers(const PersonCard& card, const PersonCard& other) {
    auto merged = card;
    merge_into(merged, other);
    return merged.statements.size() == card.statements.size();
}

void Devices::add(const PersonCard& card, const ProvenCard& proven, const ControlOrder& order, Pasts::Index at,
                  const Pasts& pasts) {
    for (const auto& [id, device] : proven.devices) {
        add(device.record, {order, at, proven.person, device.path, false}, pasts);
    }
    merge_into(cards_.try_emplace(proven.person, card).first->second, card);
}

void Devices::add(const RecoveryRequest& request, const ControlOrder& order, Pasts::Index at, const Pasts& pasts) {
    add(request.record, {order, at, request.person, {}, true}, pasts);
}

void Devices::add(const DeviceRecord& record, Link link, const Pasts& pasts) {
    auto& here = devices_[record.device];
    if (here.links.empty() || here.record_order < link.order) {
        here.record = record;
        here.record_order = link.order;
    }
    // Whoever knows this link and an older one goes by the older one; only a vouched device is made whole by a link.
    const bool superfluous = std::any_of(here.links.begin(), here.links.end(), [&](const Link& other) {
        const bool known = other.at == link.at || pasts.precedes(other.at, link.at);
        return known && (!other.vouched || link.vouched);
    });
    if (superfluous) return;
    of_[link.person].insert(record.device);
    const auto place = std::upper_bound(here.links.begin(), here.links.end(), link,
                                        [](const auto& one, const auto& other) { return one.order < other.order; });
    here.links.insert(place, std::move(link));
}

template <class Counts>
std::optional<Speaker> Devices::speaker_by(const DeviceId& device, Counts counts) const {
    const auto found = devices_.find(device);
    if (found == devices_.end()) return std::nullopt;
    std::optional<Speaker> speaker;
    for (const auto& link : found->second.links) {
        if (!counts(link)) continue;
        if (!speaker) speaker = Speaker{link.person, true};
        if (link.person == speaker->person && !link.vouched) speaker->vouched = false;
    }
    return speaker;
}

std::optional<Speaker> Devices::speaker(const DeviceId& device, const Pasts& pasts,
                                        const std::vector<Pasts::Index>& heads) const {
    return speaker_by(device, [&](const Link& link) { return pasts.within(link.at, heads); });
}

std::optional<Speaker> Devices::speaker(const DeviceId& device) const {
    return speaker_by(device, [](const Link&) { return true; });
}

const DeviceRecord* Devices::record_of(const DeviceId& device) const {
    const auto found = devices_.find(device);
    return found == devices_.end() ? nullptr : &found->second.record;
}

bool Devices::is_senior(const DeviceId& one, const DeviceId& other) const {
    const auto path = [&](const DeviceId& device) -> const DevicePath* {
        for (const auto& link : devices_.at(device).links) {
            if (!link.vouched) return &link.path;
        }
        return nullptr;
    };
    const auto* first = path(one);
    const auto* second = path(other);
    if (first == nullptr || second == nullptr) return first != nullptr || (second == nullptr && one < other);
    return is_older(*first, *second) || (*first == *second && one < other);
}

std::vector<DeviceId> Devices::devices_of(const PersonId& person) const {
    const auto found = of_.find(person);
    if (found == of_.end()) return {};
    std::vector<DeviceId> devices;
    for (const auto& device : found->second) {
        if (speaker(device)->person == person) devices.push_back(device);
    }
    std::sort(devices.begin(), devices.end(),
              [&](const auto& one, const auto& other) { return is_senior(one, other); });
    return devices;
}

const PersonCard* Devices::card_of(const PersonId& person) const {
    const auto found = cards_.find(person);
    return found == cards_.end() ? nullptr : &found->second;
}

std::vector<PersonId> Devices::people_with(const Hash& recovery) const {
    std::vector<PersonId> people;
    for (const auto& [person, card] : cards_) {
        if (card.genesis.recovery == recovery) people.push_back(person);
    }
    std::sort(people.begin(), people.end());
    return people;
}

}  // namespace staffroom
