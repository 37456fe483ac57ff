#include "core/records/schema.h"

#include <algorithm>

namespace staffroom {
namespace {

using namespace writers;

FieldRule reg(std::string_view name, Holds holds = Holds::title) { return {.name = name, .holds = holds}; }
FieldRule text(std::string_view name) { return {.name = name, .merge = Merge::text, .holds = Holds::line}; }
FieldRule set(std::string_view name, Holds holds = Holds::title, std::size_t count_max = limits::set_count) {
    return {.name = name, .merge = Merge::set, .holds = holds, .count_max = count_max};
}
FieldRule tags() { return set("tag", Holds::title, limits::tags_count); }
FieldRule ordered(std::string_view name, Holds holds) {
    return {.name = name, .merge = Merge::ordered_set, .holds = holds, .count_max = limits::set_count};
}
FieldRule order(std::string_view name) { return {.name = name, .merge = Merge::order, .holds = Holds::position}; }
FieldRule per_person(std::string_view name, Holds holds = Holds::yes_no) {
    return {.name = name, .merge = Merge::per_person, .holds = holds};
}
FieldRule choice(FieldRule rule, std::vector<std::string_view> words) {
    rule.holds = Holds::choice;
    rule.choices = std::move(words);
    return rule;
}
FieldRule fixed(FieldRule rule) {
    rule.fixed = true;
    return rule;
}
FieldRule names(std::string_view name) {
    auto rule = fixed(reg(name, Holds::person));
    rule.names = true;
    return rule;
}
FieldRule by(Writers who, FieldRule rule) {
    rule.writers = who;
    return rule;
}
std::vector<FieldRule> all_by(Writers who, std::vector<FieldRule> rules) {
    for (auto& rule : rules) rule.writers = who;
    return rules;
}
FieldRule answers(std::string_view name) {
    auto rule = per_person(name, Holds::line);
    rule.answers = true;
    return rule;
}

TypeRule type(std::string_view name, std::vector<FieldRule> fields) { return {name, std::move(fields), false, {}}; }

std::vector<TypeRule> library() {
    auto profile = type("profile", all_by(owner, {
                                                     reg("name"),
                                                     reg("school"),
                                                     set("can_help"),
                                                     set("would_like"),
                                                     set("languages"),
                                                     set("subjects"),
                                                     set("grades"),
                                                     reg("years", Holds::number),
                                                     reg("photo", Holds::file),
                                                 }));
    profile.one_per_person = true;
    return {
        profile,
        type("resource",
             {
                 reg("title"),
                 text("about"),
                 reg("subject"),
                 set("grade"),
                 reg("language"),
                 reg("licence"),
                 tags(),
                 set("files", Holds::file),
                 reg("link", Holds::link),
                 reg("adapted_from", Holds::record),
                 per_person("used"),
             }),
        type("collection", {reg("title"), text("about"), ordered("item", Holds::record)}),
        type("annotation",
             all_by(owner, {reg("target", Holds::record), reg("quote", Holds::line), text("note"), tags()})),
        type("reflection",
             all_by(owner, {reg("resource", Holds::record), text("worked"), text("changed"), reg("class")})),
        type("note", {reg("title"), text("body"), reg("template"), tags()}),
        type("comment",
             {
                 reg("target", Holds::record),
                 reg("anchor", Holds::range),
                 by(owner, reg("quote", Holds::line)),
                 by(owner, text("body")),
                 reg("resolved", Holds::yes_no),
             }),
        type("rubric", {reg("kind"), reg("title"), text("body")}),
        type("template", {reg("kind"), reg("title"), text("body")}),
    };
}

std::vector<TypeRule> practice() {
    auto observation = type("observation", {
                                               names("observed"),
                                               names("observer"),
                                               reg("focus", Holds::line),
                                               reg("rubric", Holds::record),
                                               set("evidence", Holds::evidence),
                                               choice(reg("state"), {"agreed", "observed", "released", "discussed"}),
                                               by(named, text("released")),
                                               by(owner, text("reply")),
                                               reg("next", Holds::line),
                                           });
    observation.creator_field = "observed";
    return {
        type("feedback",
             {
                 fixed(reg("target", Holds::record)),
                 names("to"),
                 by(owner, text("worked")),
                 by(owner, text("example")),
                 by(owner, text("suggest")),
                 by(owner, text("ask")),
                 by(named, text("reply")),
                 by(named, text("done")),
                 per_person("thanks"),
             }),
        observation,
        type("mentoring", {names("mentor"), names("mentee"), set("goal", Holds::line), reg("rhythm"), text("log")}),
        type("check-in",
             {
                 fixed(reg("agreement", Holds::record)),
                 reg("when", Holds::date),
                 text("notes"),
                 reg("next", Holds::line),
             }),
        type("charter",
             all_by(organiser, {text("purpose"), set("norm", Holds::line), set("role", Holds::line), reg("rhythm")})),
        type("goal",
             {
                 reg("title"),
                 reg("measure", Holds::line),
                 set("evidence", Holds::evidence),
                 reg("progress", Holds::line),
                 reg("review", Holds::date),
             }),
        type("outcome", all_by(owner,
                               {
                                   reg("class"),
                                   reg("measure", Holds::line),
                                   reg("count", Holds::number),
                                   reg("value", Holds::line),
                                   reg("when", Holds::date),
                               })),
        type("inquiry",
             {reg("question", Holds::line), set("evidence", Holds::evidence), text("tried"), text("result")}),
        type("problem",
             {text("problem"), set("idea", Holds::line), text("tried"), text("result"), reg("accepted", Holds::line)}),
        type("take-away", all_by(owner, {reg("meeting", Holds::record), text("will_try"), text("happened")})),
        type("badge",
             {
                 names("to"),
                 by(owner, reg("criteria", Holds::line)),
                 by(owner, set("evidence", Holds::evidence)),
             }),
    };
}

std::vector<TypeRule> together() {
    return {
        type("meeting",
             {
                 reg("title"),
                 reg("starts", Holds::date),
                 reg("place"),
                 ordered("agenda", Holds::record),
                 choice(per_person("rsvp"), {"yes", "no", "maybe"}),
                 per_person("attended"),
                 text("minutes"),
             }),
        type("agenda-item",
             {fixed(reg("meeting", Holds::record)), reg("title"), reg("minutes", Holds::number), text("result")}),
        type("decision",
             {
                 reg("meeting", Holds::record),
                 reg("what", Holds::line),
                 reg("owner", Holds::person),
                 reg("review", Holds::date),
             }),
        type("task",
             {
                 reg("title"),
                 reg("owner", Holds::person),
                 set("helper", Holds::person),
                 reg("due", Holds::date),
                 reg("column"),
                 order("position"),
                 ordered("check", Holds::title),
                 reg("done", Holds::yes_no),
             }),
        type("plan", {reg("title"), text("about")}),
        type("slot",
             {
                 fixed(reg("plan", Holds::record)),
                 reg("title"),
                 reg("owner", Holds::person),
                 order("position"),
                 reg("resource", Holds::record),
             }),
        type("protocol", {reg("title"), ordered("step", Holds::line)}),
        type("survey",
             {
                 by(owner, reg("title")),
                 by(owner, ordered("question", Holds::line)),
                 by(owner, reg("closes", Holds::date)),
                 by(owner, reg("min_answers", Holds::number)),
                 answers("answers"),
             }),
        type("question", {reg("title"), by(owner, text("body")), by(owner, reg("accepted", Holds::record))}),
        type("thread", {reg("title"), choice(reg("wish"), {"just listen", "advise"})}),
        type("post", {fixed(reg("thread", Holds::record)), by(owner, text("body")), reg("reply_to", Holds::record)}),
    };
}

}  // namespace

const std::vector<TypeRule>& schema() {
    static const std::vector<TypeRule> types = [] {
        auto all = library();
        for (auto part : {practice(), together()}) all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return types;
}

const TypeRule* find_type(std::string_view type) {
    const auto& types = schema();
    const auto found =
        std::find_if(types.begin(), types.end(), [&](const TypeRule& rule) { return rule.name == type; });
    return found == types.end() ? nullptr : &*found;
}

const FieldRule& kept_raw() {
    static const FieldRule rule{.name = {}, .merge = Merge::set, .holds = Holds::raw};
    return rule;
}

const FieldRule& presence_rule() {
    static const FieldRule rule{
        .name = "presence", .merge = Merge::presence, .holds = Holds::yes_no, .writers = owner | organiser};
    return rule;
}

const FieldRule* TypeRule::find(std::string_view field) const {
    if (field == presence_rule().name) return &presence_rule();
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const FieldRule& rule) { return rule.name == field; });
    return found == fields.end() ? nullptr : &*found;
}

bool accepts(const FieldRule& rule, const Value& value) {
    const auto* words = value.get<std::string>();
    const auto at_most = [&](std::size_t scalars) { return words && scalar_count(*words) <= scalars; };
    switch (rule.holds) {
        case Holds::title:
        case Holds::choice:
        case Holds::date:
            return at_most(limits::title_scalars);
        case Holds::line:
            return at_most(limits::line_scalars);
        case Holds::number:
            return value.kind() == ValueKind::number;
        case Holds::yes_no:
            return value.kind() == ValueKind::yes_no;
        case Holds::person:
            return value.kind() == ValueKind::person;
        case Holds::record:
            return value.kind() == ValueKind::record;
        case Holds::link:
            return value.kind() == ValueKind::link;
        case Holds::range:
            return value.kind() == ValueKind::range;
        case Holds::file:
            return value.kind() == ValueKind::file;
        case Holds::position:
            return value.kind() == ValueKind::position;
        case Holds::evidence:
            return at_most(limits::line_scalars) || value.kind() == ValueKind::record ||
                   value.kind() == ValueKind::link || value.kind() == ValueKind::file;
        case Holds::raw:
            return true;
    }
    return false;
}

bool may_write(const FieldRule& rule, bool is_owner, bool is_named, Role role) {
    if (role < Role::member) return false;
    return rule.writers.has(any) || (is_owner && rule.writers.has(owner)) || (is_named && rule.writers.has(named)) ||
           (role == Role::organiser && rule.writers.has(organiser));
}

const char* name_of(Merge merge) {
    constexpr const char* names[] = {"register", "set", "set (ordered)", "text", "order", "per person", "presence"};
    return names[static_cast<std::size_t>(merge)];
}

const char* name_of(Holds holds) {
    constexpr const char* names[] = {"title",  "line", "choice", "number", "yes or no", "date",     "person",
                                     "record", "link", "range",  "file",   "evidence",  "position", "anything"};
    return names[static_cast<std::size_t>(holds)];
}

std::string name_of(Writers who) {
    if (who.has(any)) return "any member";
    std::string words;
    const auto add = [&](Writers one, const char* name) {
        if (who.has(one)) words += (words.empty() ? "" : " or ") + std::string(name);
    };
    add(owner, "the owner");
    add(named, "the person it is for");
    add(organiser, "an organiser");
    return words;
}

}  // namespace staffroom
