#include "app/api/verbs.h"

namespace staffroom::api {

const Verb* find_verb(std::string_view name) {
    for (const auto& table :
         {profile_verbs(), group_verbs(), member_verbs(), device_verbs(), resource_verbs(), note_verbs(),
          feedback_verbs(), record_verbs(), meeting_verbs(), storage_verbs(), files_verbs(), courier_verbs()}) {
        for (const auto& verb : table) {
            if (verb.name == name) return &verb;
        }
    }
    return nullptr;
}

}  // namespace staffroom::api
