// The bodies of content ops, framed by core/ops.h. Grammar and a worked example: core/MODEL.md "Records".
//
// Four kinds make every record. Registers, sets, votes, order and presence are one thing: a bag of values in which
// every op adds at most one value and takes out those it names. What a field does with the bag is the schema's business
// (core/records/schema.h), so a newer program's fields are kept by an older one.
//  - set a register = a value that replaces those shown; clear it = no value;
//  - add to a set = a value that replaces nothing; remove = no value, naming the adds it knows: an add it does not know
//    stays (add-wins);
//  - per person = a register in the author's own cell; no one can name values of another's cell;
//  - order = a register in the cell of one element (`of`);
//  - presence = the register `presence` of every type: no = retired.
// A named op needs no proof that it lies in the past: nobody can name a hash they have not seen, and naming an op of
// another cell, or one that never comes, changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/merge/text_edit.h"
#include "core/ops.h"
#include "core/records/value.h"

namespace staffroom {

// An op named by a later op: inside the same part by its position alone, since a commit cannot hold its own id.
struct Ref {
    std::optional<OpRef> elsewhere;
    std::uint16_t position = 0;  // only without `elsewhere`

    static Ref of(const OpRef& op) { return {op, 0}; }
    static Ref here(std::uint16_t position) { return {std::nullopt, position}; }

    // Nothing when it names an op at or after `self` in its own part, which makes that op ignored.
    std::optional<OpRef> seen_from(const OpRef& self) const {
        if (elsewhere) return elsewhere;
        if (position >= self.position) return std::nullopt;
        return OpRef{self.commit, self.part, position};
    }

    auto operator<=>(const Ref&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(maybe(elsewhere));
        if (!elsewhere) ar(position);
    }
};

struct FixedField {
    std::string field;
    Value value;
    auto operator<=>(const FixedField&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(text<limits::type_name_bytes>(field), value);
    }
};

// Makes a record. The record's id is the hash of group, creator and this body (id_of_record), so type, owner and fixed
// fields, and with them the persons named for ever, follow from the id: two creates of one record are the same.
struct CreateOp {
    static constexpr std::uint16_t kind = 1;
    std::string type;
    Nonce16 nonce;                  // random; zero for types of which a person has one in a group
    std::vector<FixedField> fixed;  // ascending; a field with several values stands several times
    bool operator==(const CreateOp&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(text<limits::type_name_bytes>(type), nonce, sorted<limits::fixed_count>(fixed));
    }
};

struct AssignOp {
    static constexpr std::uint16_t kind = 2;
    std::string field;
    std::optional<Value> of;  // the element whose position this is, or the question that this answers
    std::optional<Value> value;
    std::vector<Ref> replaces;  // ascending
    bool operator==(const AssignOp&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(text<limits::type_name_bytes>(field), maybe(of), maybe(value), sorted<limits::replaces_count>(replaces));
    }
};

struct EditOp {
    static constexpr std::uint16_t kind = 3;
    std::string field;
    std::vector<Ref> base;  // ascending; empty = the empty text
    std::vector<TextChange> changes;
    bool operator==(const EditOp&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(text<limits::type_name_bytes>(field), sorted<limits::heads_count>(base));
        std::vector<Change> list(changes.size());
        for (std::size_t i = 0; i < list.size(); ++i) list[i].change = changes[i];
        ar(capped<limits::changes_count>(list));
        if constexpr (is_reader<A>) {
            changes.clear();
            for (auto& each : list) changes.push_back(std::move(each.change));
        }
    }

  private:
    struct Change {
        TextChange change;
        template <class A>
        void serialize(A& ar) {
            ar(change.position, change.deleted, text<limits::insert_bytes>(change.inserted));
        }
    };
};

// Alone in a part of record zero. `files` are the first chunks of manifests that no record should hold any more.
struct EraseOp {
    static constexpr std::uint16_t kind = 4;
    std::vector<RecordId> records;  // ascending
    std::vector<ChunkId> files;     // ascending
    std::string why;                // may be empty
    bool operator==(const EraseOp&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(sorted<limits::erased_count>(records), sorted<limits::erased_count>(files), text<limits::title_bytes>(why));
    }
};

// Alone in a part of record zero: parts that were erased, so that nobody waits for them. Counts for parts of the
// author's own commits, and for all when the author is an organiser, who could have erased them.
struct GoneOp {
    static constexpr std::uint16_t kind = 5;
    static constexpr std::size_t parts_count = 1'024;
    struct Part {
        CommitId commit;
        std::uint16_t index = 0;
        auto operator<=>(const Part&) const = default;
        template <class A>
        void serialize(A& ar) {
            ar(commit, index);
        }
    };
    std::vector<Part> parts;  // ascending
    bool operator==(const GoneOp&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(sorted<parts_count>(parts));
    }
};

RecordId id_of_record(const GroupId& group, const PersonId& creator, const CreateOp& create);

}  // namespace staffroom
