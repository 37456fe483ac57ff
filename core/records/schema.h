// The table of record types and their fields. A new type is new rows here and nothing else.
//
// Every type also has the field `presence` (retire, restore; by its owner or an organiser). Types and fields that are
// not in the table come from a newer program: they are kept and shown raw (kept_raw).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/ops.h"
#include "core/records/value.h"

namespace staffroom {

enum class Merge : std::uint8_t {
    register_,    // one value; values written at the same time are all kept, one is shown
    set,          // who adds wins over who removes
    ordered_set,  // a set, and a position for each element
    text,         // merged letter by letter
    order,        // a register that holds a position
    per_person,   // one value for each person
    presence,
};
const char* name_of(Merge merge);  // as `staffroom types` prints it: "register", "set (ordered)"

enum class Holds : std::uint8_t {
    title,     // up to 300 characters on one line
    line,      // up to 2,000 characters
    choice,    // one of the field's words
    number,    // 0 and up
    yes_no,    //
    date,      // 2025-03-09 or 2025-03-09T14:30, the school's own time
    person,    //
    record,    //
    link,      //
    range,     // a stretch of a text
    file,      //
    evidence,  // a record, a link, a file, or a line of words
    position,  //
    raw,       // anything
};
const char* name_of(Holds holds);

// Who may write a field, as a set.
struct Writers {
    std::uint8_t bits = 0;
    constexpr bool has(Writers other) const { return (bits & other.bits) != 0; }
    constexpr Writers operator|(Writers other) const { return {static_cast<std::uint8_t>(bits | other.bits)}; }
    bool operator==(const Writers&) const = default;
};
namespace writers {
inline constexpr Writers any{1};        // every member
inline constexpr Writers owner{2};      // who made the record
inline constexpr Writers named{4};      // the persons that the create op names
inline constexpr Writers organiser{8};  // the group's organisers
}  // namespace writers
std::string name_of(Writers who);  // "any member", "the owner or an organiser"

struct FieldRule {
    std::string_view name;
    Merge merge = Merge::register_;
    Holds holds = Holds::title;
    Writers writers = writers::any;
    bool fixed = false;                          // given in create, never changed
    bool names = false;                          // fixed, and its persons are the `named` ones
    bool answers = false;                        // per person, one for each `of`
    std::vector<std::string_view> choices = {};  // Holds::choice
    std::size_t count_max = 0;                   // sets: how many one may add
};

struct TypeRule {
    std::string_view name;
    std::vector<FieldRule> fields;
    bool one_per_person = false;     // nonce zero
    std::string_view creator_field;  // a fixed field that must name the creator, or empty

    const FieldRule* find(std::string_view field) const;  // `presence` included
};

const std::vector<TypeRule>& schema();
const TypeRule* find_type(std::string_view type);  // null: unknown
// The rule of a field of a newer program, or of a newer program's type.
const FieldRule& kept_raw();
// `presence`, of every type.
const FieldRule& presence_rule();

// Whether a field may hold the value: its kind and size. A choice's word is not judged, since newer programs add some.
bool accepts(const FieldRule& rule, const Value& value);

// `named`: whether the create op names the person.
bool may_write(const FieldRule& rule, bool owner, bool named, Role role);

}  // namespace staffroom
