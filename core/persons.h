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

// Recovery with colleagues: a new device asks to speak for a person none of whose devices, nor the recovery sheet, is
// left. It proves nothing by itself; organisers of a group who know the person's face vouch for it there (M-9). The
// device signs, so that nobody can name a device that somebody else uses.
struct RecoveryRequest {
    PersonId person;
    DeviceRecord record;
    Signature consent;  // by the device

    bool operator==(const RecoveryRequest&) const = default;
    template <class A>
    void serialize_body(A& ar) {
        ar(person, record);
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(consent);
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

// Both keys sign a link, each on its own computer: the new one proposes (it was told the person, the linker and the
// path), the linker accepts. Paths: core/members/devices.h next_path().
DeviceStatement propose_link(const PersonId& person, const DeviceId& linker, const DeviceRecord& record,
                             const SigningKey& linked, std::vector<std::uint32_t> path);
// Whether the device that is to be linked signed it; nobody has accepted yet.
bool is_proposal(const DeviceStatement& statement);
void accept_link(DeviceStatement& proposed, const SigningKey& linker);
DeviceStatement make_link(const PersonId& person, const SigningKey& linker, const DeviceRecord& record,
                          const SigningKey& linked, std::vector<std::uint32_t> path);
DeviceStatement make_revocation(const PersonId& person, const SigningKey& by, const DeviceId& device);
// The same by the recovery key, which may do these two things and nothing else.
DeviceStatement make_recovery_link(const PersonId& person, const SigningKey& recovery, const DeviceRecord& record,
                                   const SigningKey& linked, std::vector<std::uint32_t> path);
DeviceStatement make_recovery_revocation(const PersonId& person, const SigningKey& recovery, const DeviceId& device);

RecoveryRequest make_recovery_request(const PersonId& person, const DeviceRecord& record, const SigningKey& device);
bool is_valid(const RecoveryRequest& request);

}  // namespace staffroom
