// A record: the fold of the effective ops that name it. Pure: no clock, no order of arrival, no storage.
//
// Rules
// 1. apply() is total, and the same set of ops gives the same state in every order, however often each arrives.
// 2. Order, where one is needed, is (depth, commit id, part, position). Wall time is carried to be shown.
// 3. Type, owner and fixed fields follow from the record's id (id_of_record). Ops that arrive before any create are
//    held inside and judged when it comes, since nobody can say yet who may write what.
// 4. An op that its author had no right to, or whose value the field cannot hold, is ignored by every device alike. The
//    role that counts is the one at the commit's own past (`auth`): judging needs nothing but the op and the id.
// 5. A masked op (set aside or hidden) is ignored too, but its create is still read, and its text edits are still
//    passed on, as not visible. When masks change, fold the record's ops again from an empty state.
// 6. What a newer program's types and fields hold is kept like a set's values, so it can be shown raw.
// 7. Texts live elsewhere (core/merge/text.h, one for each record and field): apply() judges and returns the edits.
//
// Kept as a view: encode() and decode<RecordState>(). Size: live values, plus 8 bytes a replaced value (to make a value
// that arrives again, or late, stay away). Cost of apply: O(log cells + values of the cell).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/merge/text_edit.h"
#include "core/records/ops.h"

namespace staffroom {

// Where an op comes from.
struct OpContext {
    OpRef at;
    std::uint64_t depth = 0;
    PersonId person;
    TextAuthor device;       // breaks ties in texts only
    Role role = Role::none;  // the person's, in the past of the commit's auth
    std::uint64_t wall_ms = 0;
    bool masked = false;

    bool operator==(const OpContext&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(at, depth, person, device.device, device.run, choice(role), wall_ms, masked);
    }
};

// One value that nobody replaced.
struct Entry {
    std::uint64_t depth = 0;
    OpRef at;
    PersonId by;
    std::uint64_t wall_ms = 0;
    Value value;

    auto order() const { return std::pair(depth, at); }
    bool operator==(const Entry&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(depth, at, by, wall_ms, value);
    }
};

struct CellKey {
    std::string field;
    std::optional<PersonId> person;  // per-person fields
    std::optional<Value> of;         // the element that is placed, the question that is answered
    auto operator<=>(const CellKey&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(text<limits::type_name_bytes>(field), maybe(person), maybe(of));
    }
};

// The first bytes of an op's commit id, with its index mixed in. Eight bytes are enough: a clash made on purpose hides
// a value in a cell whose values its maker could replace anyway, and on every device alike.
using OpTag = Id<struct OpTagTag, 8>;
OpTag tag_of(const OpRef& op);

// A bag of values (core/records/ops.h).
struct Cell {
    CellKey key;
    std::vector<Entry> values;    // ascending by order; the last one is shown
    std::vector<OpTag> replaced;  // ascending

    bool operator==(const Cell&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(key, capped<limits::view_count>(values), sorted<limits::view_count>(replaced));
    }
};

struct Birth {
    std::string type;
    PersonId owner;
    std::vector<FixedField> fixed;
    std::uint64_t depth = 0;  // of the first create by order, should there be several
    OpRef at;
    std::uint64_t wall_ms = 0;

    bool operator==(const Birth&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(text<limits::type_name_bytes>(type), owner, capped<limits::fixed_count>(fixed), depth, at, wall_ms);
    }
};

struct HeldOp {
    OpContext context;
    Op op;
    bool operator==(const HeldOp&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(context, op);
    }
};

struct RecordState {
    GroupId group;
    RecordId id;
    std::optional<Birth> birth;
    bool exists = false;             // some effective op of it was taken; without: not shown anywhere
    std::vector<Cell> cells;         // ascending by key
    std::vector<std::string> texts;  // fields with a visible edit, ascending
    std::vector<HeldOp> held;        // until a create comes, ascending by order

    RecordState() = default;
    RecordState(const GroupId& of_group, const RecordId& with_id) : group(of_group), id(with_id) {}

    const Cell* find(const CellKey& key) const;
    // What a register shows, or null.
    const Entry* shown(std::string_view field) const;
    bool is_retired() const;

    bool operator==(const RecordState&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(group, id, maybe(birth), exists, capped<limits::view_count>(cells));
        std::vector<Name> names(texts.begin(), texts.end());
        ar(sorted<limits::view_count>(names), capped<limits::view_count>(held));
        if constexpr (is_reader<A>) texts.assign(names.begin(), names.end());
    }

  private:
    struct Name : std::string {
        Name() = default;
        Name(const std::string& name) : std::string(name) {}
        template <class A>
        void serialize(A& ar) {
            ar(text<limits::type_name_bytes>(*this));
        }
    };
};

// Whether the create op names the person in a field that gives them a say.
bool names_person(const Birth& birth, const PersonId& person);

// An edit to give to the Text of (record, field). An edit that is not visible is replayed and not shown.
struct RoutedEdit {
    std::string field;
    TextEdit edit;
    bool visible = true;
    bool operator==(const RoutedEdit&) const = default;
};

struct Applied {
    bool changed = false;           // the state: it is to be kept again
    std::vector<RoutedEdit> edits;  // of this op, and of those that waited for it
};

// Never fails. `op` comes from a part that names state.id. A kind that is not known changes nothing.
Applied apply(RecordState& state, const Op& op, const OpContext& context);

}  // namespace staffroom
