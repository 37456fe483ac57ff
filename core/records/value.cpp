#include "core/records/value.h"

namespace staffroom {

const char* name_of(ValueKind kind) {
    constexpr const char* names[] = {"text", "number", "yes or no", "person",  "record",
                                     "link", "range",  "file",      "position"};
    static_assert(std::size(names) == std::variant_size_v<Value::Held>);
    return names[static_cast<std::size_t>(kind)];
}

Value::Held Value::empty_of(ValueKind kind) {
    switch (kind) {
        case ValueKind::text:
            return std::string();
        case ValueKind::number:
            return std::uint64_t{0};
        case ValueKind::yes_no:
            return false;
        case ValueKind::person:
            return PersonId();
        case ValueKind::record:
            return RecordRef();
        case ValueKind::link:
            return Link();
        case ValueKind::range:
            return TextRange();
        case ValueKind::file:
            return FileRef();
        case ValueKind::position:
            return Position();
    }
    return std::string();
}

}  // namespace staffroom
