// The ops inside commits. Every op is framed by kind and length, so that a program steps over kinds it does not know.
//
// Control and key parts are a plain OpList. A content part, once opened, is a ContentPart; its op bodies are described
// in core/records/ops.h.
#pragma once

#include <optional>
#include <vector>

#include "core/commit.h"
#include "core/persons.h"

namespace staffroom {

struct Op {
    std::uint16_t kind = 0;
    Bytes body;
    bool operator==(const Op&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(kind, blob<limits::commit_bytes>(body));
    }
};

struct OpList {
    std::vector<Op> ops;
    bool operator==(const OpList&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(capped<limits::ops_count>(ops));
    }
};

struct ContentPart {
    RecordId record;  // zero in a part that erases
    std::vector<Op> ops;
    bool operator==(const ContentPart&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(record, capped<limits::ops_count>(ops));
    }
};

// An op struct names its kind: `static constexpr std::uint16_t kind`.
template <class T>
Op make_op(const T& op) {
    return {T::kind, encode(op)};
}
template <class T>
Result<T> read_op(const Op& op) {
    assert(op.kind == T::kind);
    return decode<T>(op.body);
}

enum class Role : std::uint8_t { none, reader, member, organiser };
constexpr Role last_value(Role) { return Role::organiser; }
inline const char* name_of(Role role) {
    constexpr const char* names[] = {"none", "reader", "member", "organiser"};
    return names[static_cast<std::size_t>(role)];
}

// --- control ---------------------------------------------------------------------------------------------------------

struct PersonsOp {  // brings people and their devices' statements into the group; by any member
    static constexpr std::uint16_t kind = 1;
    std::vector<PersonCard> cards;
    template <class A>
    void serialize(A& ar) {
        ar(capped<64>(cards));
    }
};
struct InviteOp {
    static constexpr std::uint16_t kind = 2;
    InviteKey invite;
    Role role = Role::member;  // of those who come with it
    std::uint32_t uses = 1;
    bool ask = false;  // an organiser confirms each newcomer
    template <class A>
    void serialize(A& ar) {
        ar(invite, choice(role), uses, ask);
    }
};
struct CloseOp {
    static constexpr std::uint16_t kind = 3;
    InviteKey invite;
    template <class A>
    void serialize(A& ar) {
        ar(invite);
    }
};
struct AddOp {
    static constexpr std::uint16_t kind = 4;
    PersonId who;
    Role role = Role::member;  // reader or member
    std::optional<InviteKey> invite;
    template <class A>
    void serialize(A& ar) {
        ar(who, choice(role), maybe(invite));
    }
};
struct AppointOp {
    static constexpr std::uint16_t kind = 5;
    PersonId who;
    template <class A>
    void serialize(A& ar) {
        ar(who);
    }
};
struct RemoveOp {
    static constexpr std::uint16_t kind = 6;
    PersonId who;
    template <class A>
    void serialize(A& ar) {
        ar(who);
    }
};
struct DemoteOp {
    static constexpr std::uint16_t kind = 7;
    PersonId who;
    Role role = Role::member;  // reader or member
    template <class A>
    void serialize(A& ar) {
        ar(who, choice(role));
    }
};
struct LeaveOp {  // the author's person
    static constexpr std::uint16_t kind = 8;
    template <class A>
    void serialize(A&) {}
};
struct AdmitOp {
    static constexpr std::uint16_t kind = 9;
    std::vector<CommitId> ids;
    template <class A>
    void serialize(A& ar) {
        ar(sorted<1024>(ids));
    }
};
struct HideOp {
    static constexpr std::uint16_t kind = 10;
    std::vector<CommitId> ids;
    template <class A>
    void serialize(A& ar) {
        ar(sorted<1024>(ids));
    }
};
struct VouchOp {  // an organiser knows by sight who asks to recover a person with this device (M-9)
    static constexpr std::uint16_t kind = 11;
    RecoveryRequest request;
    template <class A>
    void serialize(A& ar) {
        ar(request);
    }
};

// --- key -------------------------------------------------------------------------------------------------------------

inline constexpr std::size_t key_op_items_count = 600;  // boxes, or wrapped keys, of one op
inline constexpr std::size_t cannot_open_tried_count = 256;

struct KeyBox {
    DeviceId device;
    Bytes box;  // seal_box of the 32 bytes of an epoch key: 80 bytes
    auto operator<=>(const KeyBox&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(device, blob<128>(box));
    }
};
struct WrappedKey {  // an earlier epoch key, sealed with this rekey's key (membership.md E5)
    EpochId epoch;
    Nonce24 nonce;
    Bytes sealed;
    auto operator<=>(const WrappedKey&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(epoch, nonce, blob<64>(sealed));
    }
};
struct RekeyOp {
    static constexpr std::uint16_t kind = 1;
    EpochId epoch;
    std::vector<KeyBox> boxes;
    std::vector<WrappedKey> wrapped;
    template <class A>
    void serialize(A& ar) {
        ar(epoch, sorted<key_op_items_count>(boxes), sorted<key_op_items_count>(wrapped));
    }
};
struct ShareOp {
    static constexpr std::uint16_t kind = 2;
    EpochId epoch;
    std::vector<KeyBox> boxes;
    template <class A>
    void serialize(A& ar) {
        ar(epoch, sorted<key_op_items_count>(boxes));
    }
};
struct PairOp {  // the group key of the pair group of the author and somebody else, for the devices of both
    static constexpr std::uint16_t kind = 4;
    PersonId with;
    std::vector<KeyBox> boxes;
    template <class A>
    void serialize(A& ar) {
        ar(with, sorted<2 * limits::devices_count>(boxes));
    }
};
struct CannotOpenOp {
    static constexpr std::uint16_t kind = 3;
    EpochId epoch;
    std::vector<CommitId> tried;  // key commits whose box for the author's device holds no such key
    template <class A>
    void serialize(A& ar) {
        ar(epoch, sorted<cannot_open_tried_count>(tried));
    }
};

}  // namespace staffroom
