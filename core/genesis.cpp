#include "core/genesis.h"

#include <algorithm>

#include "core/members/devices.h"

namespace staffroom {
namespace {

constexpr std::string_view domain = "staffroom-group-v1";

struct GenesisBody {
    Genesis& genesis;
    template <class A>
    void serialize(A& ar) {
        genesis.serialize_body(ar);
    }
};

Bytes signed_bytes(Genesis genesis) {
    Bytes out = copy_of(view_of(domain));
    append(out, encode(GenesisBody{genesis}));
    return out;
}

constexpr std::pair<GroupKind, const char*> kind_names[] = {
    {GroupKind::school, "school"},       {GroupKind::team, "team"},   {GroupKind::plc, "plc"},
    {GroupKind::mentoring, "mentoring"}, {GroupKind::focus, "focus"}, {GroupKind::workshop, "workshop"},
    {GroupKind::pair, "pair"},
};

bool is_signed_by(const Genesis& genesis, const PersonCard& founder) {
    const auto devices = prove(founder).devices;
    const auto bytes = signed_bytes(genesis);
    return std::any_of(devices.begin(), devices.end(),
                       [&](const auto& device) { return verify(device.first.view(), bytes, *genesis.signature); });
}

}  // namespace

const char* name_of(GroupKind kind) {
    for (const auto& [each, name] : kind_names) {
        if (each == kind) return name;
    }
    return "group";
}

std::optional<GroupKind> group_kind_from(std::string_view name) {
    for (const auto& [kind, each] : kind_names) {
        if (name == each && kind != GroupKind::pair) return kind;
    }
    return std::nullopt;
}

Genesis make_successor(const Genesis& old, std::vector<CommitId> heads, std::vector<PersonCard> founders,
                       const SigningKey& founder) {
    assert(old.kind != GroupKind::pair);
    // Few have more heads than a list holds; those left out are still in the old group.
    std::sort(heads.begin(), heads.end());
    if (heads.size() > limits::heads_count) heads.resize(limits::heads_count);
    auto genesis = make_genesis(old.kind, old.name, old.newcomers, std::move(founders), founder);
    genesis.continues = Predecessor{id_of(old), std::move(heads)};
    genesis.signature = founder.sign(signed_bytes(genesis));
    return genesis;
}

Genesis make_genesis(GroupKind kind, std::string name, NewcomersRead newcomers, std::vector<PersonCard> founders,
                     const SigningKey& founder) {
    Genesis genesis;
    genesis.kind = kind;
    genesis.name = std::move(name);
    genesis.nonce = random_id<Nonce16>();
    genesis.newcomers = newcomers;
    genesis.founders = std::move(founders);
    genesis.signature = founder.sign(signed_bytes(genesis));
    return genesis;
}

Genesis make_pair_genesis(const PersonId& one, const PersonId& other) {
    Genesis genesis;
    genesis.kind = GroupKind::pair;
    genesis.pair = {std::min(one, other), std::max(one, other)};
    return genesis;
}

GroupId id_of(const Genesis& genesis) { return hash_of<GroupId>("", signed_bytes(genesis)); }

bool is_valid(const Genesis& genesis) {
    if (genesis.version != 1) return false;
    if (genesis.kind == GroupKind::pair) {
        Genesis expected = make_pair_genesis(PersonId{}, PersonId{});
        expected.pair = genesis.pair;
        return genesis.pair.size() == 2 && genesis.pair[0] < genesis.pair[1] && genesis == expected;
    }
    if (!genesis.pair.empty() || genesis.founders.empty() || !genesis.signature) return false;
    if (genesis.name.empty() || !is_utf8(genesis.name)) return false;
    if (scalar_count(genesis.name) > limits::title_scalars) return false;
    auto people = founders_of(genesis);
    std::sort(people.begin(), people.end());
    if (std::adjacent_find(people.begin(), people.end()) != people.end()) return false;
    return std::all_of(genesis.founders.begin(), genesis.founders.end(),
                       [](const auto& card) { return is_valid(card); }) &&
           is_signed_by(genesis, genesis.founders[0]);
}

std::vector<PersonId> founders_of(const Genesis& genesis) {
    if (genesis.kind == GroupKind::pair) return genesis.pair;
    std::vector<PersonId> people;
    for (const auto& card : genesis.founders) people.push_back(id_of(card.genesis));
    return people;
}

}  // namespace staffroom
