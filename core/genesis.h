// A group's beginning: who founded it, what it is called, what newcomers may read. Its hash is the group's id and, as a
// commit id at depth 0, the parent of the first control commits.
#pragma once

#include <string>
#include <vector>

#include "core/persons.h"

namespace staffroom {

enum class GroupKind : std::uint8_t { school, team, plc, mentoring, workshop, focus, pair };
constexpr GroupKind last_value(GroupKind) { return GroupKind::pair; }
const char* name_of(GroupKind kind);
std::optional<GroupKind> group_kind_from(std::string_view name);  // not pair: nobody makes one by hand

enum class NewcomersRead : std::uint8_t { all, from_join };
constexpr NewcomersRead last_value(NewcomersRead) { return NewcomersRead::from_join; }

// The group that this one continues when its last organiser was lost (membership.md M-7).
struct Predecessor {
    GroupId group;
    std::vector<CommitId> heads;
    bool operator==(const Predecessor&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(group, sorted<limits::heads_count>(heads));
    }
};

struct Genesis {
    std::uint8_t version = 1;
    GroupKind kind = GroupKind::school;
    std::string name;
    Nonce16 nonce;
    NewcomersRead newcomers = NewcomersRead::all;
    std::vector<PersonCard> founders;  // 1 to 5, in order of seniority; none in a pair
    std::vector<PersonId> pair;        // the two of a pair group, sorted, else none
    std::optional<Predecessor> continues;
    // By a device that founder 0's card proves (core/members/devices.h): the first, or one linked since. That the card says
    // of no revocation would prove nothing, since whoever signs chooses it. None in a pair, so that both make the same one.
    std::optional<Signature> signature;

    bool operator==(const Genesis&) const = default;
    template <class A>
    void serialize_body(A& ar) {
        ar(version, choice(kind), text<limits::title_bytes>(name), nonce, choice(newcomers),
           capped<limits::founders_count>(founders), sorted<2>(pair), maybe(continues));
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(maybe(signature));
    }
};

// `founder` signs: the key of any device that the first card proves.
Genesis make_genesis(GroupKind kind, std::string name, NewcomersRead newcomers, std::vector<PersonCard> founders,
                     const SigningKey& founder);
// Continues a group whose last organiser was lost, or whose founder turned against it: the same kind, name and policy,
// naming the old group and its content heads. The old one stays as an archive that is only read.
Genesis make_successor(const Genesis& old, std::vector<CommitId> heads, std::vector<PersonCard> founders,
                       const SigningKey& founder);
Genesis make_pair_genesis(const PersonId& one, const PersonId& other);

GroupId id_of(const Genesis& genesis);
inline CommitId root_of(const GroupId& group) { return CommitId{group.bytes}; }

// At most one signature for each device of founder 0 is tried.
bool is_valid(const Genesis& genesis);

// The persons who found it, in order.
std::vector<PersonId> founders_of(const Genesis& genesis);

// Keys for one group, all derived from the constant group key that a welcome gives.
struct GroupKeys {
    explicit GroupKeys(const SymmetricKey& group_key)
        : root(group_key), envelope(derive(root, "envelope")), tag(derive(root, "tag")), file(derive(root, "file")) {}
    SymmetricKey root;
    SymmetricKey envelope;
    SymmetricKey tag;
    SymmetricKey file;
};

// Sealed with seal_box to a newcomer's device.
struct Welcome {
    Genesis genesis;
    Hash group_key;  // the bytes of the SymmetricKey
    template <class A>
    void serialize(A& ar) {
        ar(genesis, group_key);
    }
};

}  // namespace staffroom
