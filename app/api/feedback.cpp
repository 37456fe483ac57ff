// Feedback: constructive by its form.
#include <boost/json.hpp>

#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/records/practice.h"

namespace staffroom::api {
namespace {

Reply feedback_give(Desk& desk, const Json& args) {
    const auto found = find_record(desk.home.replica(), text_arg(args, "item"));
    if (!found) return found.error();
    const auto wanted = new_feedback(
        {found->state.id, std::nullopt}, found->state.birth->owner,
        {text_arg(args, "worked"), text_arg(args, "example"), text_arg(args, "suggest"), text_arg(args, "ask")});
    if (!wanted) return wanted.error();
    const auto record = make(desk, found->group, *wanted);
    if (!record) return record.error();
    return Json{{"feedback", to_text(*record)}};
}

bool is_about(const RecordState& state, const RecordId& item) {
    if (!state.birth || state.birth->type != "feedback") return false;
    for (const auto& fixed : state.birth->fixed) {
        const auto* ref = fixed.field == "target" ? fixed.value.get<RecordRef>() : nullptr;
        if (ref != nullptr && ref->record == item) return true;
    }
    return false;
}

Reply feedback_list(Desk& desk, const Json& args) {
    const auto item = find_record(desk.home.replica(), text_arg(args, "item"));
    if (!item) return item.error();
    std::vector<RecordState> about;
    desk.home.replica().each_record(item->group, [&](RecordState&& state) {
        if (state.exists && !state.is_retired() && is_about(state, item->state.id)) about.push_back(std::move(state));
        return true;
    });
    boost::json::array list;
    for (auto& state : about) {
        const FoundRecord found{item->group, std::move(state)};
        Json row{{"id", to_text(found.state.id)},
                 {"by", person_name(desk, found.group, found.state.birth->owner)},
                 {"person", to_text(found.state.birth->owner)},
                 {"private", false}};
        for (const auto* field : {"worked", "example", "suggest", "ask", "done"})
            row[field] = words_of(desk, found, field);
        boost::json::array replies;
        if (auto reply = words_of(desk, found, "reply"); !reply.empty()) replies.push_back(boost::json::string(reply));
        row["replies"] = std::move(replies);
        list.push_back(std::move(row));
    }
    return Json{{"feedback", std::move(list)}};
}

Reply feedback_reply(Desk& desk, const Json& args) {
    const auto found = find_record(desk.home.replica(), text_arg(args, "feedback"), {"feedback"});
    if (!found) return found.error();
    if (const auto may = check_right(found->state, actor_in(desk, found->group), "reply"); !may) return may.error();
    // A second reply goes below the first: nobody's words are overwritten.
    auto words = words_of(desk, *found, "reply");
    if (!words.empty()) words += "\n\n";
    const auto put = put_words(desk, *found, "reply", words + text_arg(args, "text"));
    if (!put) return put.error();
    return Json{{"feedback", to_text(found->state.id)}};
}

constexpr Verb verbs[] = {
    {"feedback give", feedback_give}, {"feedback list", feedback_list}, {"feedback reply", feedback_reply}};

}  // namespace

std::span<const Verb> feedback_verbs() { return verbs; }

}  // namespace staffroom::api
