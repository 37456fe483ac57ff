// What a field holds, and how it is written. A value says its kind on the wire, so a field of a newer program is kept
// and shown without knowing the schema. A kind from a newer program cannot be read: its op is ignored until upgrade.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/files.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/merge/order.h"
#include "core/wire.h"

namespace staffroom {

enum class ValueKind : std::uint8_t { text, number, yes_no, person, record, link, range, file, position };
constexpr ValueKind last_value(ValueKind) { return ValueKind::position; }
const char* name_of(ValueKind kind);

struct Link {  // an address on the Web or a mail address; never followed by the program itself
    std::string url;
    auto operator<=>(const Link&) const = default;
};

// A record, of another group if `group` is given (feedback in a pair group is about a record elsewhere).
struct RecordRef {
    RecordId record;
    std::optional<GroupId> group;
    auto operator<=>(const RecordRef&) const = default;
};

// A stretch of a text that stays with its characters: from before one inserted scalar value to after another, both
// included (core/merge/text.h `TextAnchor`).
struct TextRange {
    struct End {
        OpRef edit;
        std::uint32_t nth = 0;
        auto operator<=>(const End&) const = default;
        template <class A>
        void serialize(A& ar) {
            ar(edit, nth);
        }
    };
    std::string field;
    End first, last;
    auto operator<=>(const TextRange&) const = default;
};

// The alternatives stand in the order of ValueKind. Equal values have equal bytes.
struct Value {
    using Held =
        std::variant<std::string, std::uint64_t, bool, PersonId, RecordRef, Link, TextRange, FileRef, Position>;
    Held held;

    Value() = default;
    template <class T>
    requires(!std::is_same_v<T, Value>) Value(T value) : held(std::in_place_type<T>, std::move(value)) {}
    Value(const char* words) : held(std::string(words)) {}

    ValueKind kind() const { return static_cast<ValueKind>(held.index()); }
    template <class T>
    const T* get() const {
        return std::get_if<T>(&held);
    }
    bool operator==(const Value&) const = default;
    std::strong_ordering operator<=>(const Value& other) const { return held <=> other.held; }

    template <class A>
    void serialize(A& ar) {
        auto tag = kind();
        ar(choice(tag));
        if constexpr (is_reader<A>) held = empty_of(tag);
        std::visit([&](auto& value) { serialize_held(ar, value); }, held);
    }

  private:
    static Held empty_of(ValueKind kind);

    template <class A>
    static void serialize_held(A& ar, std::string& value) {
        ar(text<limits::value_bytes>(value));
    }
    template <class A>
    static void serialize_held(A& ar, Link& value) {
        ar(text<limits::link_bytes>(value.url));
    }
    template <class A>
    static void serialize_held(A& ar, RecordRef& value) {
        ar(value.record, maybe(value.group));
    }
    template <class A>
    static void serialize_held(A& ar, TextRange& value) {
        ar(text<limits::type_name_bytes>(value.field), value.first, value.last);
    }
    template <class A, class T>
    static void serialize_held(A& ar, T& value) {
        ar(value);
    }
};

}  // namespace staffroom
