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
        ProvenCard::Revocation revocation{statement.device, statement.by.is_zero(), std::nullopt};
        const auto by = proven.devices.find(statement.by);
        const auto target = proven.devices.find(statement.device);
        if (by != proven.devices.end() && target != proven.devices.end() &&
            (by == target || is_older(by->second.path, target->second.path))) {
            revocation.by_person = true;
            revocation.authority = by->second.path;
        }
        proven.revocations.push_back(std::move(revocation));
    }
    return proven;
}

DevicePath next_path(const PersonCard& card, const DeviceId& linker) {
    const auto proven = prove(card);
    const auto by = proven.devices.find(linker);
    if (by == proven.devices.end() || by->second.path.size() == 16) return {};
    auto path = by->second.path;
    path.push_back(static_cast<std::uint32_t>(
        std::count_if(card.statements.begin(), card.statements.end(), [&](const DeviceStatement& statement) {
            return statement.kind == StatementKind::link && statement.by == linker;
        })));
    return path;
}

void Devices::add(const PersonCard& card, const ProvenCard& proven, const ControlOrder& order, Pasts::Index at,
                  const Pasts& pasts) {
    for (const auto& [id, device] : proven.devices) {
        auto& here = devices_[id];
        if (here.links.empty() || here.record_order < order) {
            here.record = device.record;
            here.record_order = order;
        }
        // Whoever knows this link and an older one goes by the older one.
        const bool superfluous = std::any_of(here.links.begin(), here.links.end(), [&](const Link& other) {
            return other.at == at || pasts.precedes(other.at, at);
        });
        if (superfluous) continue;
        const Link link{order, at, proven.person, device.path};
        here.links.insert(std::upper_bound(here.links.begin(), here.links.end(), link,
                                           [](const auto& one, const auto& other) { return one.order < other.order; }),
                          link);
        of_[proven.person].insert(id);
    }
    auto& kept = cards_.try_emplace(proven.person, card).first->second;
    for (const auto& statement : card.statements) {
        if (kept.statements.size() == 2 * limits::devices_count) break;
        if (std::find(kept.statements.begin(), kept.statements.end(), statement) == kept.statements.end()) {
            kept.statements.push_back(statement);
        }
    }
}

std::optional<PersonId> Devices::person_of(const DeviceId& device, const Pasts& pasts,
                                           const std::vector<Pasts::Index>& heads) const {
    const auto found = devices_.find(device);
    if (found == devices_.end()) return std::nullopt;
    for (const auto& link : found->second.links) {
        if (pasts.within(link.at, heads)) return link.person;
    }
    return std::nullopt;
}

std::optional<PersonId> Devices::person_of(const DeviceId& device) const {
    const auto found = devices_.find(device);
    return found == devices_.end() ? std::nullopt : std::optional(found->second.links.front().person);
}

const DeviceRecord* Devices::record_of(const DeviceId& device) const {
    const auto found = devices_.find(device);
    return found == devices_.end() ? nullptr : &found->second.record;
}

const DevicePath* Devices::path_of(const DeviceId& device) const {
    const auto found = devices_.find(device);
    return found == devices_.end() ? nullptr : &found->second.links.front().path;
}

std::vector<DeviceId> Devices::devices_of(const PersonId& person) const {
    const auto found = of_.find(person);
    if (found == of_.end()) return {};
    std::vector<DeviceId> devices;
    for (const auto& device : found->second) {
        if (person_of(device) == person) devices.push_back(device);
    }
    std::sort(devices.begin(), devices.end(), [&](const auto& one, const auto& other) {
        return is_older(*path_of(one), *path_of(other)) || (*path_of(one) == *path_of(other) && one < other);
    });
    return devices;
}

const PersonCard* Devices::card_of(const PersonId& person) const {
    const auto found = cards_.find(person);
    return found == cards_.end() ? nullptr : &found->second;
}

}  // namespace staffroom
