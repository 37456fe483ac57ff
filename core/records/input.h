// What a teacher typed, as values: `field=value`, by the schema.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/records/schema.h"
#include "core/records/value.h"
#include "core/result.h"

namespace staffroom {

struct Input {
    std::string field;
    std::optional<Value> value;    // none: cleared. For a text: its words, of any length, U+000A alone at line ends
    std::optional<Value> of = {};  // the question that is answered
};

// What only the app knows: whom and what a name, id or path means. One that is empty refuses.
struct Resolver {
    std::function<Result<PersonId>(std::string_view)> person;  // without the leading @
    std::function<Result<RecordRef>(std::string_view)> record;
    std::function<Result<FileRef>(std::string_view)> file;
};

// `typed` = "field=value"; nothing after the = clears. Spaces around both are dropped.
// Errors: malformed (no =, a value that does not fit), not_found (type, field), and the resolver's.
Result<Input> parse_input(std::string_view type, std::string_view typed, const Resolver& resolver);

// The same with the parts apart.
Result<Input> parse_input(const TypeRule& type, std::string_view field, std::string_view words,
                          const Resolver& resolver);

// Whether the value may be written today: kind, size, a choice's word, a date that exists, no control characters.
Result<> check_value(const FieldRule& rule, const Value& value);

// A name or title that people give: valid UTF-8 on a single line, without control characters, 1 to `scalars_max`
// characters. `what` begins the sentence: "The group's name". Errors: malformed, too_large.
Result<> check_title(std::string_view what, std::string_view words, std::size_t scalars_max = limits::title_scalars);

// CRLF and CR become LF, U+0000 goes.
std::string clean_text(std::string_view words);

// A sentence with what exists: "There is no field “titel” in a note." / "It has title, body, template, tag."
Error no_such_field(const TypeRule& type, std::string_view field);
Error no_such_type(std::string_view type);

}  // namespace staffroom
