#include "app/api/verbs.h"

#include <boost/json.hpp>

namespace staffroom::api {

Trouble unexpected(const std::exception& thrown) {
    return {"failed", "Something happened that Staffroom did not expect. What was saved before is safe.",
            std::string("Try again. If it happens again, tell who helps you with computers: ") + thrown.what()};
}

Trouble trouble_of(const Error& error) { return {name_of(error.code), error.say, error.advice}; }

Json with_trouble(Json reply, const Trouble& trouble) {
    reply["error"] = Json{{"code", trouble.code}, {"say", trouble.say}, {"do", trouble.advice}};
    return reply;
}

std::optional<Trouble> trouble_in(const Reply& reply) {
    if (!reply) return trouble_of(reply.error());
    const auto* error = reply->if_contains("error");
    if (error == nullptr || !error->is_object()) return std::nullopt;
    const auto text = [&](const char* name) {
        const auto* found = error->get_object().if_contains(name);
        return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    return Trouble{text("code"), text("say"), text("do")};
}

const Verb* find_verb(std::string_view name) {
    for (const auto& table :
         {profile_verbs(),   group_verbs(),    member_verbs(),   compare_verbs(), asking_verbs(),  set_aside_verbs(),
          device_verbs(),    recovery_verbs(), resource_verbs(), version_verbs(), note_verbs(),    note_history_verbs(),
          live_note_verbs(), template_verbs(), feedback_verbs(), record_verbs(),  erasing_verbs(), meeting_verbs(),
          doctor_verbs(),    storage_verbs(),  files_verbs(),    watch_verbs(),   courier_verbs(), search_verbs()}) {
        for (const auto& verb : table) {
            if (verb.name == name) return &verb;
        }
    }
    return nullptr;
}

}  // namespace staffroom::api
