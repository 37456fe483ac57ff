// From what a teacher wants to the ops that say it, or a refusal in one plain sentence with what to do next.
//
// Checks the schema, the limits of limits.h and the right of who asks; apply() would ignore what fails here. A change
// that changes nothing gives no ops. The ops of one call, and of several about the same record and different fields,
// go together into one part. Errors: refused (right), malformed (the value), too_large (a limit), not_found (field,
// element).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ops.h"
#include "core/records/input.h"
#include "core/records/record.h"

namespace staffroom {

struct Actor {
    PersonId person;
    Role role = Role::none;
    // The group goes on anew there, and the actor with it: here everything is only read, and erased. No op says so, since
    // those who have not gone over write on; so this binds who decides and not who applies.
    std::optional<GroupId> goes_on_as = std::nullopt;
};
// Whether the actor may write anything in the group. Error: refused.
Result<> may_write_in_group(const Actor& actor);

struct NewRecord {
    std::string type;
    std::vector<Input> inputs;
};
// A fresh record. Fixed fields go into the create op, others become ops beside it: a set's field may come several
// times, a text is put whole (together at most limits::insert_bytes: the rest is written with further edits).
Result<ContentPart> decide_create(const GroupId& group, const Actor& actor, const NewRecord& wanted,
                                  const Nonce16& nonce);

// Registers and one's own per-person value; an input without value clears. Needs each field at most once.
Result<std::vector<Op>> decide_set(const RecordState& state, const Actor& actor, const std::vector<Input>& inputs);
// Sets. An element added to a set (ordered) goes to its end.
Result<std::vector<Op>> decide_add(const RecordState& state, const Actor& actor, const std::vector<Input>& inputs);
Result<std::vector<Op>> decide_remove(const RecordState& state, const Actor& actor, const std::vector<Input>& inputs);
// So that the element of a set (ordered) stands at `to`, counted from 0 without it; past the end = the end.
Result<std::vector<Op>> decide_move(const RecordState& state, const Actor& actor, const Input& element, std::size_t to);
// What the Text of that field made of the change (core/merge/text.h `draft`): one op each, alone with each other.
Result<std::vector<Op>> decide_edit(const RecordState& state, const Actor& actor, std::string_view field,
                                    const std::vector<TextDraft>& drafts);
// Retire or restore.
Result<std::vector<Op>> decide_presence(const RecordState& state, const Actor& actor, bool present);

// For ever, and on every computer: by the owner or an organiser, in an archive too. `why` may be empty.
Result<Op> decide_erase(const RecordState& state, const Actor& actor, const std::string& why);
// The same of files that the record names or has named, while it stays. At most limits::erased_count.
Result<Op> decide_erase_files(const RecordState& state, const Actor& actor, const std::vector<FileRef>& files,
                              const std::string& why);

// Where a card stands among others on a board: `others` are their states in shown order without this one, `to` counts
// among them. Ops for several records when neighbours must move to make room.
struct PlacedOps {
    RecordId record;
    std::vector<Op> ops;
};
Result<std::vector<PlacedOps>> decide_place(const RecordState& state, const Actor& actor, std::string_view field,
                                            const std::vector<const RecordState*>& others, std::size_t to);

// Whether the actor may write the field, as decide_* ask. For the page: what to offer.
Result<> check_right(const RecordState& state, const Actor& actor, std::string_view field);

}  // namespace staffroom
