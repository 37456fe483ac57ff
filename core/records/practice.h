// Records that teachers make in one gesture, spelled as the fields they consist of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/records/decide.h"

namespace staffroom {

// Feedback is constructive by its form: what worked, a specific example, one suggestion, one question.
struct FeedbackWords {
    std::string worked, example, suggest, ask;  // empty = left out
};
// `to`: who gets it and may reply. Error: malformed when all four are empty.
Result<NewRecord> new_feedback(const RecordRef& target, const PersonId& to, const FeedbackWords& words);

// "Used it in class, and here is what happened".
NewRecord new_reflection(const RecordRef& resource, std::string worked, std::string changed,
                         std::string for_class = {});

NewRecord new_annotation(const RecordRef& target, std::string quote, std::string note,
                         const std::vector<std::string>& tags = {});

NewRecord new_collection(std::string title, const std::vector<RecordRef>& items = {});

// A copy to work on, with credit: title, subject, grades, language, licence, tags, files and link of the original. Its
// `about` is for the caller to copy (`about`: the text shown).
NewRecord adapted_resource(const RecordState& original, const RecordRef& reference, std::string about);

// A note that begins with a template's words. Error: not_found.
Result<NewRecord> new_note(std::string title, std::string_view template_name);

}  // namespace staffroom
