// Feedback: constructive by its form.
#include <boost/json.hpp>

#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "core/records/practice.h"
#include "storage/pairs.h"

namespace staffroom::api {
namespace {

bool is_for_two(Desk& desk, const GroupId& group) {
    return desk.home.replica().group(group)->genesis.kind == GroupKind::pair;
}

// The group that only this person and whom the feedback is for can read.
Result<GroupId> group_for_two(Desk& desk, const PersonId& with) {
    auto opened = open_pair(desk.home.replica(), with);
    if (!opened) return opened.error();
    desk.network.groups_changed();
    for (const auto& change : opened->changes) desk.network.wrote(change.group, change.done);
    return opened->group;
}

Reply feedback_give(Desk& desk, const Json& args) {
    const auto found = find_record(desk.home.replica(), text_arg(args, "item"));
    if (!found) return found.error();
    const auto owner = found->state.birth->owner;
    const FeedbackWords words{text_arg(args, "worked"), text_arg(args, "example"), text_arg(args, "suggest"),
                              text_arg(args, "ask")};
    if (const auto anything = new_feedback({found->state.id, found->group}, owner, words); !anything) {
        return anything.error();
    }
    auto group = found->group;
    if (flag_arg(args, "private")) {
        const auto two = group_for_two(desk, owner);
        if (!two) return two.error();
        group = *two;
    }
    const auto elsewhere = group == found->group ? std::nullopt : std::optional(found->group);
    const auto record = make(desk, group, *new_feedback({found->state.id, elsewhere}, owner, words));
    if (!record) return record.error();
    return Json{{"feedback", to_text(*record)}, {"private", is_for_two(desk, group)}};
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
    // In its own group, and in those for two: there it says that it is private.
    std::vector<FoundRecord> about;
    for (const auto& [id, group] : desk.home.replica().groups()) {
        if (id != item->group && group->genesis.kind != GroupKind::pair) continue;
        desk.home.replica().each_record(id, [&, of = id](RecordState&& state) {
            const bool listed = state.exists && !state.is_retired() && is_about(state, item->state.id);
            if (listed) about.push_back({of, std::move(state)});
            return true;
        });
    }
    boost::json::array list;
    for (const auto& found : about) {
        Json row{{"id", to_text(found.state.id)},
                 {"by", person_name(desk, found.group, found.state.birth->owner)},
                 {"person", to_text(found.state.birth->owner)},
                 {"private", is_for_two(desk, found.group)}};
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
    const auto put = at_once(put_words(desk, *found, "reply", words + text_arg(args, "text")));
    if (!put) return put.error();
    return Json{{"feedback", to_text(found->state.id)}};
}

}  // namespace

std::span<const Verb> feedback_verbs() {
    static constexpr Verb verbs[] = {
        {"feedback give", feedback_give}, {"feedback list", feedback_list}, {"feedback reply", feedback_reply}};
    return verbs;
}

}  // namespace staffroom::api
