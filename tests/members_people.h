// People with real keys who write real commits into one group: for tests of what lies around the rules.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/members/epochs.h"
#include "core/members/membership.h"
#include "core/members/rekey.h"

namespace staffroom::people {

struct Device {
    DeviceSecrets secrets = new_device();
    SigningKey key = SigningKey(secrets.signing);
    DeviceRecord record;
    explicit Device(const std::string& name) : record(make_device_record(secrets, name)) {}
    const DeviceId& id() const { return record.device; }
};

struct Somebody {
    Device first;
    PersonCard card;
    PersonId id;
    explicit Somebody(const std::string& name) : first(name) {
        card.genesis = make_person(first.secrets, std::nullopt);
        card.first = first.record;
        id = id_of(card.genesis);
    }
    // A further device, linked by the first; the card says so.
    Device link(const std::string& name, std::uint32_t number) {
        Device device(name);
        card.statements.push_back(make_link(id, first.key, device.record, device.key, {number}));
        return device;
    }
};

// One group as one replica that hears everything has it. Every commit knows all before it unless told otherwise.
struct GroupOf {
    Genesis genesis;
    GroupId id;
    Membership membership;
    std::map<CommitId, std::uint64_t> depths;
    std::vector<CommitId> heads;

    explicit GroupOf(Genesis founded)
        : genesis(std::move(founded)), id(id_of(genesis)), membership(genesis), heads({root_of(id)}) {
        depths[root_of(id)] = 0;
    }
    static GroupOf founded_by(const std::vector<const Somebody*>& founders,
                              NewcomersRead newcomers = NewcomersRead::all) {
        std::vector<PersonCard> cards;
        for (const auto* founder : founders) cards.push_back(founder->card);
        return GroupOf(make_genesis(GroupKind::school, "Hillside", newcomers, cards, founders[0]->first.key));
    }

    std::uint64_t above(const std::vector<CommitId>& commits) const {
        std::uint64_t depth = 0;
        for (const auto& commit : commits) depth = std::max(depth, depths.at(commit) + 1);
        return depth;
    }

    // A control commit that is not added yet.
    Commit compose_control(const Device& by, const std::vector<Op>& ops, const std::vector<CommitId>& parents,
                           std::uint64_t wall_ms = 0) const {
        Draft draft;
        draft.group = id;
        draft.kind = CommitKind::control;
        draft.depth = above(parents);
        draft.parents = parents;
        draft.parts = {encode(OpList{ops})};
        draft.wall_ms = wall_ms;
        return compose(draft, nullptr, by.key)->commit;
    }
    bool add(const Commit& commit, const std::vector<Op>& ops) {
        const auto read = read_control_ops({encode(OpList{ops})});
        if (!membership.author_of(commit, read)) return false;
        membership.add(commit, read);
        depths[commit.id] = commit.header.depth;
        std::erase_if(heads, [&](const CommitId& head) {
            return std::count(commit.header.parents.begin(), commit.header.parents.end(), head) != 0;
        });
        heads.push_back(commit.id);
        return true;
    }
    // Nothing when the commit is not valid.
    std::optional<CommitId> write(const Device& by, const std::vector<Op>& ops,
                                  std::optional<std::vector<CommitId>> parents = {}) {
        const auto commit = compose_control(by, ops, parents ? *parents : heads);
        return add(commit, ops) ? std::optional(commit.id) : std::nullopt;
    }
    std::optional<CommitId> let_in(const Device& by, const Somebody& who, Role role = Role::member) {
        return write(by, {make_op(PersonsOp{{who.card}}), make_op(AddOp{who.id, role, std::nullopt})});
    }

    // A key commit that knows the present heads; its number stands for its id.
    KeyFact key_fact(const Device& by, std::vector<KeyOp> ops) {
        KeyFact fact;
        fact.id.bytes[0] = ++key_commits;
        fact.device = by.id();
        fact.auth = heads;
        fact.depth = above(heads);
        fact.author = *membership.author_of(by.id(), heads);
        fact.ops = std::move(ops);
        return fact;
    }
    std::uint8_t key_commits = 0;
};

}  // namespace staffroom::people
