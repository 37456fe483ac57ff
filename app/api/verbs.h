// Every verb there is.
#pragma once

#include <boost/json/value.hpp>
#include <exception>

#include "app/api/verb.h"

namespace staffroom::api {

// Null: there is none of that name.
const Verb* find_verb(std::string_view name);

// What a library throws ends here as a refusal of this one request, never as the end of the program.
Trouble unexpected(const std::exception& thrown);
template <class Ask>
auto guarded(const Ask& ask) -> decltype(ask()) {
    try {
        return ask();
    } catch (const std::exception& thrown) {
        return Reply(with_trouble({}, unexpected(thrown)));
    }
}

// One table a noun.
std::span<const Verb> profile_verbs();
std::span<const Verb> group_verbs();
std::span<const Verb> member_verbs();
std::span<const Verb> compare_verbs();
std::span<const Verb> asking_verbs();
std::span<const Verb> set_aside_verbs();
std::span<const Verb> device_verbs();
std::span<const Verb> recovery_verbs();
std::span<const Verb> resource_verbs();
std::span<const Verb> note_verbs();
std::span<const Verb> note_history_verbs();
std::span<const Verb> live_note_verbs();  // for the page's tabs
std::span<const Verb> template_verbs();
std::span<const Verb> feedback_verbs();
std::span<const Verb> record_verbs();
std::span<const Verb> erasing_verbs();
std::span<const Verb> meeting_verbs();  // join, sync, colleagues
std::span<const Verb> doctor_verbs();
std::span<const Verb> storage_verbs();  // verify, repair, backup, export, import
std::span<const Verb> files_verbs();    // files, storage
std::span<const Verb> version_verbs();  // of a resource's files
std::span<const Verb> watch_verbs();    // watched folders
std::span<const Verb> courier_verbs();  // carry, unload
std::span<const Verb> search_verbs();

}  // namespace staffroom::api
