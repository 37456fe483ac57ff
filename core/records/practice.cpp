#include "core/records/practice.h"

#include "core/records/templates.h"
#include "core/records/view.h"

namespace staffroom {
namespace {

// Adds what is not empty.
void put(NewRecord& record, const char* field, const std::string& words) {
    if (!words.empty()) record.inputs.push_back({field, Value(words)});
}

}  // namespace

Result<NewRecord> new_feedback(const RecordRef& target, const PersonId& to, const FeedbackWords& words) {
    NewRecord record{"feedback", {{"target", target}, {"to", to}}};
    const auto settled = record.inputs.size();
    put(record, "worked", clean_text(words.worked));
    put(record, "example", clean_text(words.example));
    put(record, "suggest", clean_text(words.suggest));
    put(record, "ask", clean_text(words.ask));
    if (record.inputs.size() == settled) {
        return {Code::malformed, "There is nothing in this feedback yet.",
                "Say at least one thing: what worked, an example, a suggestion or a question."};
    }
    return record;
}

NewRecord new_reflection(const RecordRef& resource, std::string worked, std::string changed, std::string for_class) {
    NewRecord record{"reflection", {{"resource", resource}}};
    put(record, "worked", clean_text(worked));
    put(record, "changed", clean_text(changed));
    put(record, "class", for_class);
    return record;
}

NewRecord new_annotation(const RecordRef& target, std::string quote, std::string note,
                         const std::vector<std::string>& tags) {
    NewRecord record{"annotation", {{"target", target}}};
    put(record, "quote", clean_text(quote));
    put(record, "note", clean_text(note));
    for (const auto& tag : tags) put(record, "tag", tag);
    return record;
}

NewRecord new_collection(std::string title, const std::vector<RecordRef>& items) {
    NewRecord record{"collection", {}};
    put(record, "title", title);
    for (const auto& item : items) record.inputs.push_back({"item", item});
    return record;
}

NewRecord adapted_resource(const RecordState& original, const RecordRef& reference, std::string about) {
    NewRecord record{"resource", {{"adapted_from", reference}}};
    for (const auto field : {"title", "subject", "language", "licence", "link"}) {
        if (const auto* shown = original.shown(field)) record.inputs.push_back({field, shown->value});
    }
    for (const auto field : {"grade", "tag", "files"}) {
        for (auto& element : elements_of(original, field)) record.inputs.push_back({field, std::move(element.value)});
    }
    put(record, "about", about);
    return record;
}

Result<NewRecord> new_note(std::string title, std::string_view template_name) {
    const auto* chosen = find_template(template_name);
    if (!chosen) {
        return {Code::not_found, "There is no template " + in_quotes(template_name) + ".",
                "`staffroom templates` lists them."};
    }
    NewRecord record{"note", {{"title", Value(std::move(title))}, {"template", Value(std::string(chosen->name))}}};
    put(record, "body", std::string(chosen->body));
    return record;
}

}  // namespace staffroom
