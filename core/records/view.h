// A record as people see it: what each field shows, who wrote it, and what else was kept.
//
// A pure function of RecordState; texts come through a callback, since they are kept elsewhere. Nothing here decides:
// what is shown is already settled by apply().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/records/record.h"
#include "core/records/schema.h"

namespace staffroom {

struct ShownValue {
    Value value;
    PersonId by;
    std::uint64_t wall_ms = 0;  // 0 for fixed fields
    std::optional<Value> of;    // the question that is answered
};

struct FieldView {
    std::string name;
    Merge merge = Merge::set;  // of a field that is not in the schema: set
    bool known = true;         // false: a newer program's
    // register: the one shown. set: each once, by first add. set (ordered): in order. per person: one each.
    std::vector<ShownValue> values;
    std::vector<ShownValue> also;  // written at the same time as what is shown, greatest first, at most 64
    std::string words;             // text
};

struct RecordView {
    RecordId id;
    std::string type;
    PersonId owner;
    std::uint64_t created_ms = 0;  // by the clock of who made it
    bool retired = false;
    std::vector<FieldView> fields;  // that hold something: as in the schema, then those of newer programs by name

    const FieldView* find(std::string_view field) const;
};

// The shown text of a field of this record.
using TextOf = std::function<std::string(std::string_view field)>;

// Nothing when the record is not to be shown: no effective op, or its creation is not readable here.
std::optional<RecordView> view_of(const RecordState& state, const TextOf& text_of);

// The record's name for a list: its title, or what comes nearest; may be empty.
std::string title_of(const RecordState& state);

// What a record belongs to, which lends its title to one that has none: a message its talk, feedback the lesson.
std::optional<RecordRef> about_of(const RecordState& state);

// An element of a set (ordered), in shown order: by position, ties by value; those without a position last.
struct Element {
    Value value;
    Position position;  // empty digits: none
};
std::vector<Element> elements_of(const RecordState& state, std::string_view field);

// A value as plain data for lists, JSON and exports: ids in their printed form, a file by its name.
using Plain = std::variant<std::string, std::uint64_t, bool>;
Plain plain_of(const Value& value);
// Reads a range as plain_of() spells it; nothing of other words.
std::optional<TextRange> range_from(std::string_view words);

}  // namespace staffroom
