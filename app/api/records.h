// What the verbs about records share: who acts, how a record is shown as JSON, and how what was decided is written.
#pragma once

#include <functional>
#include <map>

#include "app/api/args.h"
#include "app/api/steps.h"
#include "core/merge/text_edit.h"
#include "core/records/decide.h"
#include "core/records/view.h"

namespace staffroom::api {

Actor actor_in(Desk& desk, const GroupId& group);
// Asked before long work whose end would be refused. Error: refused.
Result<> may_write(Desk& desk, const GroupId& group);
// The group that `args` names, if whoever asks may let people into it. Errors: those of find_group(), refused (a pair, a group
// that goes on anew, no organiser).
Result<const Group*> group_to_let_into(Desk& desk, const Json& args);

// Reads what a teacher typed for this group: people and records by id or name, files by path out of those that were taken
// in before.
using FilesByPath = std::map<std::string, FileRef, std::less<>>;
Resolver resolver_for(Desk& desk, const GroupId& group, FilesByPath files = {});

RecordView view_in(Desk& desk, const FoundRecord& found);
// {id, type, owner, fields{…}, also{…}}.
Json json_of(const RecordView& view);
boost::json::value json_of(const Value& value);

// Writes the parts and tells colleagues.
Result<> write(Desk& desk, const GroupId& group, const std::vector<ContentPart>& parts);
Result<> write(Desk& desk, const FoundRecord& found, const Result<std::vector<Op>>& ops);
// Makes a record with a fresh nonce. A text above one edit's bound is written on in further edits, as put_words does.
// Errors: malformed (a text that is not UTF-8), and those of decide_create() and write().
Steps<RecordId> make_in_steps(Desk& desk, GroupId group, NewRecord wanted);
inline Result<RecordId> make(Desk& desk, const GroupId& group, NewRecord wanted) {
    return at_once(make_in_steps(desk, group, std::move(wanted)));
}

// Commits these changes of a text field, which were made to what it said at `version`: what others wrote since stays.
// The changes' insertions are together at most limits::insert_bytes. The version that they make, without what others wrote.
// Errors: not_found (the version), and those of decide_edit() and write().
Result<std::vector<OpRef>> write_changes(Desk& desk, const FoundRecord& found, const std::string& field,
                                         std::span<const TextChange> changes, std::vector<OpRef> version);

// Makes the words of a text field those, by the least difference to what they were at `version`, so that what others
// wrote since stays; without one, to what they are now. Up to 32 KiB are one commit, more are several in turn: when one
// is refused, those before it stay.
// Errors: malformed (not UTF-8), not_found (the version), and those of write().
struct Put {
    bool changed = false;
    std::vector<OpRef> now;  // the version after it, with what others wrote since
};
Steps<Put> put_words(Desk& desk, FoundRecord found, std::string field, std::string words,
                     std::optional<std::vector<OpRef>> version = std::nullopt);
// Remembers that this version of a note has left for a file or a screen (app/given_versions.h).
void give(Desk& desk, const FoundRecord& note, const std::vector<OpRef>& version);
std::string words_of(Desk& desk, const FoundRecord& found, const std::string& field);

// A colleague's name as they gave it, which whoever shows it makes safe; the beginning of their id where no device of
// theirs is known.
std::string person_name(Desk& desk, const GroupId& group, const PersonId& person);

}  // namespace staffroom::api
