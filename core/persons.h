// People and their devices: authority belongs to persons, signatures to devices.
//
// A device makes its own record. A person is the hash of a genesis signed by its first device. Linking another device,
// or revoking one, is a statement that verifies by itself, so that anyone may carry it into a group (control op
// `persons`).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/crypto.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/wire.h"

namespace staffroom {

// What others need to verify, box to and dial a device. Signed by the device itself.
struct DeviceRecord {
    std::uint8_t version = 1;
    DeviceId device;
    BoxKey box;
    LinkKey link;
    std::string name;  // shown; at most 80 scalars
    Signature signature;

    bool operator==(const DeviceRecord&) const = default;
    template <class A>
    void serialize_body(A& ar) {
        ar(version, device, box, link, text<limits::name_bytes>(name));
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(signature);
    }
};

struct PersonGenesis {
    std::uint8_t version = 1;
    DeviceId first;  // the device that signs
    Nonce16 nonce;
    std::optional<Hash> recovery;  // Ed25519 public key whose seed is the printable recovery sheet
    Signature signature;

    bool operator==(const PersonGenesis&) const = default;
    template <class A>
    void serialize_body(A& ar) {
        ar(version, first, nonce, maybe(recovery));
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(signature);
    }
};

enum class StatementKind : std::uint8_t { link, revoke };
constexpr StatementKind last_value(StatementKind) { return StatementKind::revoke; }

// `by` (or the recovery key, then `by` is zero) says: this device speaks for the person, or no longer does.
struct DeviceStatement {
    std::uint8_t version = 1;
    StatementKind kind = StatementKind::link;
    PersonId person;
    DeviceId by;
    DeviceId device;
    std::vector<std::uint32_t>
        path;  // link only: linker's path + number of that linker's earlier links; first device: empty
    std::optional<DeviceRecord> record;  // link only
    Signature signature;                 // of `by`, or of the recovery key
    std::optional<Signature> consent;    // link only: of the linked device over the same bytes

    bool operator==(const DeviceStatement&) const = default;
    template <class A>
    void serialize_body(A& ar) {
        ar(version, choice(kind), person, by, device, capped<16>(path), maybe(record));
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(signature, maybe(consent));
    }
};

// Everything a group needs to know a person by.
struct PersonCard {
    PersonGenesis genesis;
    DeviceRecord first;
    std::vector<DeviceStatement> statements;

    bool operator==(const PersonCard&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(genesis, first, capped<2 * limits::devices_count>(statements));
    }
};

// The secrets of one device.
struct DeviceSecrets {
    SigningSeed signing;
    BoxPair box;
    LinkPair link;
};
DeviceSecrets new_device();
DeviceRecord make_device_record(const DeviceSecrets& secrets, std::string name);
PersonGenesis make_person(const DeviceSecrets& first, std::optional<Hash> recovery);

PersonId id_of(const PersonGenesis& genesis);

// Signature, version and lengths. A card is valid when its first device is the genesis' own and every statement
// verifies and speaks of this person.
bool is_valid(const DeviceRecord& record);
bool is_valid(const PersonGenesis& genesis);
bool is_valid(const PersonCard& card);
// `recovery` is the person's recovery key, needed when `by` is zero.
bool is_valid(const DeviceStatement& statement, const std::optional<Hash>& recovery);

DeviceStatement make_link(const PersonId& person, const SigningKey& linker, const DeviceRecord& record,
                          const SigningKey& linked, std::vector<std::uint32_t> path);
DeviceStatement make_revocation(const PersonId& person, const SigningKey& by, const DeviceId& device);

}  // namespace staffroom
