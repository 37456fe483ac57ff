// A small language for stories about several computers: teachers found groups, join, write, and give each other what
// they have, with no network in between.
#pragma once

#include <doctest/doctest.h>

#include "core/records/ops.h"
#include "storage/commit_log.h"
#include "storage/replica.h"
#include "tests/memory_kv.h"

namespace staffroom {

struct Computer {
    explicit Computer(const std::string& name) {
        init_crypto();
        identity.secrets = new_device();
        identity.record = make_device_record(identity.secrets, name);
        identity.card = {make_person(identity.secrets, std::nullopt), identity.record, {}};
        identity.run = random_id<RunId>();
        start();
    }

    void start() {
        Replica::Options options;
        options.wall_ms = [this] { return clock_ms; };
        replica = std::move(Replica::open(store, chunks, identity, options)).value();
    }

    PersonId person() const { return identity.person(); }

    GroupId founds(const std::string& name) {
        return replica->found(GroupKind::school, name, NewcomersRead::all).value();
    }
    // Lets a colleague in: the control commit, and the welcome that a lobby would carry.
    void lets_in(Computer& other, const GroupId& group, Role role = Role::member) {
        AddOp add;
        add.who = other.person();
        add.role = role;
        REQUIRE(replica->write_control(group, {make_op(PersonsOp{{other.identity.card}}), make_op(add)}).ok());
        REQUIRE(other.replica->adopt(replica->welcome_to(group).value()).ok());
    }

    // Makes a note with a title; gives its id.
    RecordId notes(const GroupId& group, const std::string& title) {
        CreateOp create{"note", random_id<Nonce16>(), {}};
        const auto record = id_of_record(group, person(), create);
        AssignOp assign{"title", std::nullopt, Value(title), {}};
        REQUIRE(replica->write(group, {{record, {make_op(create), make_op(assign)}}}).ok());
        return record;
    }
    void titles(const GroupId& group, const RecordId& record, const std::string& title) {
        AssignOp assign{"title", std::nullopt, Value(title), {}};
        if (const auto state = replica->record(group, record)) {
            if (const auto* shown = state->shown("title")) assign.replaces = {Ref::of(shown->at)};
        }
        REQUIRE(replica->write(group, {{record, {make_op(assign)}}}).ok());
    }
    std::string title(const GroupId& group, const RecordId& record) const {
        const auto state = replica->record(group, record);
        const auto* shown = state ? state->shown("title") : nullptr;
        return shown ? *shown->value.get<std::string>() : "";
    }
    void types(const GroupId& group, const RecordId& record, const TextChange& change) {
        const auto text = replica->text(group, record, "body");
        const auto drafts = text->draft({&change, 1}).value();
        ContentPart part{record, {}};
        for (const auto& draft : drafts) {
            EditOp edit;
            edit.field = "body";
            for (const auto& base : draft.base) edit.base.push_back(Ref::of(base));
            edit.changes = draft.changes;
            part.ops.push_back(make_op(edit));
        }
        REQUIRE(replica->write(group, {part}).ok());
    }
    std::string body(const GroupId& group, const RecordId& record) const {
        return replica->text(group, record, "body")->text();
    }

    std::vector<CommitFrame> frames(const GroupId& group, CommitKind kind) {
        std::vector<CommitFrame> all;
        const auto local = replica->group(group)->local();
        REQUIRE(store
                    .read([&](ReadTxn& txn) -> Result<> {
                        commit_log::each(txn, local.number, kind, [&](const CommitKey& key) {
                            all.push_back(*commit_log::frame(txn, local, id_of(key)));
                            return true;
                        });
                        return Done{};
                    })
                    .ok());
        return all;
    }
    // Everything this computer has of a group goes to another.
    void gives(Computer& other, const GroupId& group) {
        for (const auto kind : all_kinds) REQUIRE(other.replica->ingest(group, frames(group, kind)).ok());
    }
    bool equals(const Computer& other, const GroupId& group) const {
        for (const auto kind : all_kinds) {
            if (replica->root(group, kind) != other.replica->root(group, kind)) return false;
        }
        return true;
    }

    // All that is shown of a group.
    std::vector<Bytes> views(const GroupId& group) const {
        std::vector<Bytes> all;
        replica->each_record(group, [&](RecordState&& state) {
            all.push_back(encode(state));
            all.push_back(copy_of(view_of(body(group, state.id))));
            return true;
        });
        return all;
    }

    MemoryStore store;
    Chunks chunks = std::move(Chunks::open({})).value();
    Identity identity;
    std::uint64_t clock_ms = 1'700'000'000'000;
    std::unique_ptr<Replica> replica;
};

}  // namespace staffroom
