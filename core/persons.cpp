#include "core/persons.h"

namespace staffroom {
namespace {

template <class T>
struct Body {
    T& value;
    template <class A>
    void serialize(A& ar) {
        value.serialize_body(ar);
    }
};

// The bytes that a signature covers: the purpose, then everything before the signature.
template <class T>
Bytes signed_bytes(std::string_view domain, const T& value) {
    T copy = value;
    Bytes out = copy_of(view_of(domain));
    append(out, encode(Body<T>{copy}));
    return out;
}

constexpr std::string_view device_domain = "staffroom-device-v1";
constexpr std::string_view person_domain = "staffroom-person-v1";
constexpr std::string_view statement_domain = "staffroom-statement-v1";
constexpr std::string_view recovery_domain = "staffroom-recover-v1";

DeviceStatement revocation(const PersonId& person, const DeviceId& by, const SigningKey& key, const DeviceId& device) {
    DeviceStatement statement;
    statement.kind = StatementKind::revoke;
    statement.person = person;
    statement.by = by;
    statement.device = device;
    statement.signature = key.sign(signed_bytes(statement_domain, statement));
    return statement;
}

}  // namespace

DeviceSecrets new_device() { return {new_signing_seed(), new_box_pair(), new_link_pair()}; }

DeviceRecord make_device_record(const DeviceSecrets& secrets, std::string name) {
    const SigningKey key(secrets.signing);
    DeviceRecord record;
    record.device = key.public_key<DeviceId>();
    record.box = secrets.box.key;
    record.link = secrets.link.key;
    record.name = std::move(name);
    record.signature = key.sign(signed_bytes(device_domain, record));
    return record;
}

PersonGenesis make_person(const DeviceSecrets& first, std::optional<Hash> recovery) {
    const SigningKey key(first.signing);
    PersonGenesis genesis;
    genesis.first = key.public_key<DeviceId>();
    genesis.nonce = random_id<Nonce16>();
    genesis.recovery = recovery;
    genesis.signature = key.sign(signed_bytes(person_domain, genesis));
    return genesis;
}

PersonId id_of(const PersonGenesis& genesis) { return hash_of<PersonId>("", signed_bytes(person_domain, genesis)); }

bool is_valid(const DeviceRecord& record) {
    return record.version == 1 && scalar_count(record.name) <= limits::name_scalars &&
           verify(record.device.view(), signed_bytes(device_domain, record), record.signature);
}

bool is_valid(const PersonGenesis& genesis) {
    return genesis.version == 1 &&
           verify(genesis.first.view(), signed_bytes(person_domain, genesis), genesis.signature);
}

bool is_valid(const DeviceStatement& statement, const std::optional<Hash>& recovery) {
    if (statement.version != 1) return false;
    const bool by_recovery = statement.by.is_zero();
    if (by_recovery && !recovery) return false;
    const auto bytes = signed_bytes(statement_domain, statement);
    if (!verify(by_recovery ? recovery->view() : statement.by.view(), bytes, statement.signature)) return false;
    if (statement.kind == StatementKind::revoke) {
        return !statement.record && !statement.consent && statement.path.empty();
    }
    return is_proposal(statement);
}

bool is_proposal(const DeviceStatement& statement) {
    return statement.version == 1 && statement.kind == StatementKind::link && statement.record && statement.consent &&
           !statement.path.empty() && is_valid(*statement.record) && statement.record->device == statement.device &&
           verify(statement.device.view(), signed_bytes(statement_domain, statement), *statement.consent);
}

bool is_valid(const PersonCard& card) {
    if (!is_valid(card.genesis) || !is_valid(card.first) || card.first.device != card.genesis.first) return false;
    const auto person = id_of(card.genesis);
    for (const auto& statement : card.statements) {
        if (statement.person != person || !is_valid(statement, card.genesis.recovery)) return false;
    }
    return true;
}

DeviceStatement propose_link(const PersonId& person, const DeviceId& linker, const DeviceRecord& record,
                             const SigningKey& linked, std::vector<std::uint32_t> path) {
    DeviceStatement statement;
    statement.kind = StatementKind::link;
    statement.person = person;
    statement.by = linker;
    statement.device = record.device;
    statement.path = std::move(path);
    statement.record = record;
    statement.consent = linked.sign(signed_bytes(statement_domain, statement));
    return statement;
}

void accept_link(DeviceStatement& proposed, const SigningKey& linker) {
    proposed.signature = linker.sign(signed_bytes(statement_domain, proposed));
}

DeviceStatement make_link(const PersonId& person, const SigningKey& linker, const DeviceRecord& record,
                          const SigningKey& linked, std::vector<std::uint32_t> path) {
    auto statement = propose_link(person, linker.public_key<DeviceId>(), record, linked, std::move(path));
    accept_link(statement, linker);
    return statement;
}

DeviceStatement make_recovery_link(const PersonId& person, const SigningKey& recovery, const DeviceRecord& record,
                                   const SigningKey& linked, std::vector<std::uint32_t> path) {
    auto statement = propose_link(person, DeviceId{}, record, linked, std::move(path));
    accept_link(statement, recovery);
    return statement;
}

DeviceStatement make_revocation(const PersonId& person, const SigningKey& by, const DeviceId& device) {
    return revocation(person, by.public_key<DeviceId>(), by, device);
}

DeviceStatement make_recovery_revocation(const PersonId& person, const SigningKey& recovery, const DeviceId& device) {
    return revocation(person, DeviceId{}, recovery, device);
}

RecoveryRequest make_recovery_request(const PersonId& person, const DeviceRecord& record, const SigningKey& device) {
    RecoveryRequest request{person, record, {}};
    request.consent = device.sign(signed_bytes(recovery_domain, request));
    return request;
}

bool is_valid(const RecoveryRequest& request) {
    return is_valid(request.record) &&
           verify(request.record.device.view(), signed_bytes(recovery_domain, request), request.consent);
}

}  // namespace staffroom
