// Which device speaks for which person, and which device is older.
//
// A person's first device has the empty path; a device that another linked has the linker's path and one number more.
// Shorter, then smaller, is older. Links and revocations prove themselves (core/persons.h); whoever carried them
// decides nothing here: who may revoke is decided by core/members/rules.h.
//
// Rules:
//  - A card proves a link only if it holds the whole chain from the person's first device (or recovery key) to it, each
//    path continuing its linker's. So what a card proves depends on its bytes alone, not on what came before.
//  - Of a device's links in some past, the first by (depth, id, op) names its person and path: a device that consented
//    to two persons is one person's.
//  - Of a device's records the last by that order is shown and boxed to.
//  - A device that organisers vouched for (M-9) has no path: it is younger than all, links and revokes nobody. It is a
//    vouched device until a link of it to the same person is in the past.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/members/past.h"
#include "core/persons.h"

namespace staffroom {

using DevicePath = std::vector<std::uint32_t>;
// Strictly.
bool is_older(const DevicePath& one, const DevicePath& other);

// What a valid card proves by itself.
struct ProvenDevice {
    DeviceRecord record;
    DevicePath path;
};
struct ProvenCard {
    PersonId person;
    std::map<DeviceId, ProvenDevice> devices;
    struct Revocation {
        DeviceId device;
        bool by_person = false;               // by an older device, by itself, or by the recovery key
        bool of_stranger = false;             // by a device of the person, of one that the card does not prove
        std::optional<DevicePath> authority;  // of the device that signed; none = the recovery key, or no such device
    };
    std::vector<Revocation> revocations;
};
// Needs: is_valid(card).
ProvenCard prove(const PersonCard& card);

// The path for the next device that `linker` (zero: the recovery key) links; empty when the card does not prove the linker (or it is too deep:
// 16 numbers at the most). Two devices that both were offline when they linked get paths of their own linkers, so never
// the same.
DevicePath next_path(const PersonCard& card, const DeviceId& linker);

// Who speaks for the person by the card alone: proven, and not revoked by the person. Ascending by id.
std::vector<DeviceRecord> devices_on(const PersonCard& card);
// The card with whatever the other one says besides, up to the bound of statements. Needs: of the same person.
void merge_into(PersonCard& card, const PersonCard& other);
// Whether `card` says everything that `other` says, or can hold no more.
bool covers(const PersonCard& card, const PersonCard& other);

// Where something stands in the group's order.
struct ControlOrder {
    std::uint64_t depth = 0;
    CommitId commit;
    std::uint32_t op = 0;
    auto operator<=>(const ControlOrder&) const = default;
};

// For whom a device speaks.
struct Speaker {
    PersonId person;
    bool vouched = false;  // only because organisers vouched for it
};

class Devices {
  public:
    // `at` = the number of the commit that carries the card.
    void add(const PersonCard& card, const ProvenCard& proven, const ControlOrder& order, Pasts::Index at,
             const Pasts& pasts);
    // Needs: is_valid(request).
    void add(const RecoveryRequest& request, const ControlOrder& order, Pasts::Index at, const Pasts& pasts);

    // By the links within the past of `heads`; a device without one speaks for nobody.
    std::optional<Speaker> speaker(const DeviceId& device, const Pasts& pasts,
                                   const std::vector<Pasts::Index>& heads) const;
    // By all links that are here.
    std::optional<Speaker> speaker(const DeviceId& device) const;
    const DeviceRecord* record_of(const DeviceId& device) const;
    // Of a person, oldest first.
    std::vector<DeviceId> devices_of(const PersonId& person) const;
    // Everything known of a person, to carry it on; null for one never carried.
    const PersonCard* card_of(const PersonId& person) const;
    // Whose genesis names this recovery key, ascending. Anybody may name anybody's key, so there may be several: who
    // recovers says which is theirs.
    std::vector<PersonId> people_with(const Hash& recovery) const;

  private:
    struct Link {
        ControlOrder order;
        Pasts::Index at = 0;
        PersonId person;
        DevicePath path;
        bool vouched = false;
    };
    struct Device {
        std::vector<Link> links;  // ascending by order
        DeviceRecord record;
        ControlOrder record_order;
    };
    void add(const DeviceRecord& record, Link link, const Pasts& pasts);
    template <class Counts>
    std::optional<Speaker> speaker_by(const DeviceId& device, Counts counts) const;
    bool is_senior(const DeviceId& one, const DeviceId& other) const;

    std::unordered_map<DeviceId, Device, IdHash> devices_;
    std::unordered_map<PersonId, PersonCard, IdHash> cards_;
    std::unordered_map<PersonId, std::set<DeviceId>, IdHash> of_;
};

}  // namespace staffroom
