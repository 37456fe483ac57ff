#include "app/api/note_text.h"

#include "app/home.h"

namespace staffroom::api {

Result<FoundNote> find_note(Desk& desk, const Json& args) {
    auto found = find_record(desk.home.replica(), text_arg(args, "note"), {"note"});
    if (!found) return found.error();
    auto text = desk.home.replica().text(found->group, found->state.id, note_body);
    if (!text) return text.error();
    return FoundNote{std::move(*found), std::move(*text)};
}

}  // namespace staffroom::api
