// Beginnings for notes: so that nobody faces an empty page.
#pragma once

#include <span>
#include <string_view>

namespace staffroom {

struct NoteTemplate {
    std::string_view name;   // as in `note new --template NAME`
    std::string_view about;  // one line, for the list
    std::string_view body;   // Markdown
};

std::span<const NoteTemplate> note_templates();
const NoteTemplate* find_template(std::string_view name);  // null: there is none

}  // namespace staffroom
