#include "core/records/decide.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "core/records/practice.h"
#include "core/records/templates.h"
#include "core/records/view.h"

namespace staffroom {
namespace {

template <class I>
I id(std::uint8_t n) {
    I made;
    made.bytes.fill(n);
    return made;
}

const Actor amina{id<PersonId>(1), Role::member}, ben{id<PersonId>(2), Role::member},
    omar{id<PersonId>(3), Role::organiser}, reader{id<PersonId>(4), Role::reader};

// One device's view of one record: what people decide is applied at once, as a commit each.
struct Desk {
    GroupId group = id<GroupId>(9);
    RecordState state;
    std::map<std::string, std::string> texts;
    std::uint8_t commits = 0;

    Desk(const Actor& who, const NewRecord& wanted) {
        auto part = decide_create(group, who, wanted, id<Nonce16>(7));
        REQUIRE_MESSAGE(part.ok(), part.error().say);
        state = RecordState(group, part->record);
        take(who, part->ops);
    }
    void take(const Actor& who, const std::vector<Op>& ops) {
        OpContext context;
        context.at.commit = id<CommitId>(static_cast<std::uint8_t>(++commits * 41));
        context.depth = commits;
        context.person = who.person;
        context.role = who.role;
        for (const auto& op : ops) {
            const auto applied = apply(state, op, context);
            for (const auto& routed : applied.edits) {
                CHECK(routed.visible);
                for (const auto& change : routed.edit.changes) texts[routed.field] += change.inserted;
            }
            CHECK((applied.changed || !applied.edits.empty()));
            ++context.at.position;
        }
    }
    // The refusal, or nothing.
    std::string does(const Actor& who, const Result<std::vector<Op>>& ops) {
        if (!ops) {
            CHECK_FALSE(ops.error().advice.empty());
            return ops.error().say;
        }
        take(who, *ops);
        return {};
    }
    std::string set(const Actor& who, std::string field, std::optional<Value> value) {
        return does(who, decide_set(state, who, {{std::move(field), std::move(value)}}));
    }
    std::string add(const Actor& who, std::string field, Value value) {
        return does(who, decide_add(state, who, {{std::move(field), std::move(value)}}));
    }
    std::string remove(const Actor& who, std::string field, Value value) {
        return does(who, decide_remove(state, who, {{std::move(field), std::move(value)}}));
    }
    RecordView view() const {
        auto view = view_of(state, [&](std::string_view field) { return texts.at(std::string(field)); });
        REQUIRE(view);
        return *view;
    }
    // A field in words: values joined, other versions behind a bar.
    std::string shows(std::string_view field) const {
        const auto record = view();
        const auto* found = record.find(field);
        if (!found) return {};
        std::string words = found->words;
        const auto put = [&](const ShownValue& value, const char* before) {
            const auto plain = plain_of(value.value);
            if (const auto* text = std::get_if<std::string>(&plain)) words += (words.empty() ? "" : before) + *text;
            if (const auto* number = std::get_if<std::uint64_t>(&plain)) words += before + std::to_string(*number);
            if (const auto* yes = std::get_if<bool>(&plain)) words += *yes ? "yes" : "no";
        };
        for (const auto& value : found->values) put(value, ", ");
        for (const auto& value : found->also) put(value, " | ");
        return words;
    }
};

NewRecord note(std::string title) { return {"note", {{"title", Value(std::move(title))}}}; }

}  // namespace

TEST_CASE("a resource is made in one go, shown, and changed") {
    Desk desk(amina, {"resource",
                      {{"title", Value("Fractions with pizza")},
                       {"tag", Value("maths")},
                       {"tag", Value("grade 4")},
                       {"link", Link{"https://example.org"}},
                       {"about", Value("Bring a knife.")}}});
    CHECK_EQ(desk.shows("title"), "Fractions with pizza");
    CHECK_EQ(desk.shows("tag"), "maths, grade 4");
    CHECK_EQ(desk.shows("about"), "Bring a knife.");
    CHECK_EQ(desk.view().owner, amina.person);
    CHECK_EQ(desk.view().fields.front().name, "title");

    CHECK_EQ(desk.set(ben, "title", Value("Pizza fractions")), "");
    CHECK_EQ(desk.add(ben, "tag", Value("maths")), "");
    CHECK_EQ(desk.remove(ben, "tag", Value("grade 4")), "");
    CHECK_EQ(desk.remove(ben, "tag", Value("grade 4")), "“tag” does not hold this entry.");
    CHECK_EQ(desk.set(ben, "used", Value(true)), "");
    CHECK_EQ(desk.shows("title"), "Pizza fractions");
    CHECK_EQ(desk.shows("tag"), "maths");
    CHECK_EQ(desk.shows("used"), "yes");
    CHECK_EQ(desk.set(amina, "title", std::nullopt), "");
    CHECK_EQ(desk.shows("title"), "");
}

TEST_CASE("what changes nothing writes nothing") {
    Desk desk(amina, note("Minutes"));
    CHECK(decide_set(desk.state, ben, {{"title", Value("Minutes")}})->empty());
    CHECK(decide_set(desk.state, ben, {{"template", std::nullopt}})->empty());
    CHECK(decide_presence(desk.state, amina, true)->empty());
    CHECK(decide_edit(desk.state, amina, "body", {TextDraft{}})->empty());
    CHECK_EQ(desk.add(amina, "tag", Value("staff")), "");
    CHECK(decide_add(desk.state, ben, {{"tag", Value("staff")}})->empty());
}

TEST_CASE("two titles written at the same time are both offered, and the next title settles it") {
    Desk desk(amina, note("Trip"));
    const auto hers = decide_set(desk.state, amina, {{"title", Value("Trip to the river")}});
    const auto his = decide_set(desk.state, ben, {{"title", Value("River trip")}});
    desk.take(amina, *hers);
    desk.take(ben, *his);
    CHECK_EQ(desk.shows("title"), "River trip | Trip to the river");
    CHECK_EQ(desk.set(amina, "title", Value("River trip")), "");
    CHECK_EQ(desk.shows("title"), "River trip");
}

TEST_CASE("refusals say who may, and what to do next") {
    Desk feedback(amina, *new_feedback({id<RecordId>(5), {}}, ben.person, {"A clear start", "", "", ""}));
    const TextDraft words{{}, {{0, 0, "Thank you"}}};
    const auto edit = [&](const Actor& who, const char* field) {
        return feedback.does(who, decide_edit(feedback.state, who, field, {words}));
    };
    CHECK_EQ(edit(amina, "reply"), "Only the person this feedback is for can write “reply”.");
    CHECK_EQ(edit(ben, "worked"), "Only the person who made this feedback can change “worked”.");
    CHECK_EQ(edit(ben, "reply"), "");
    CHECK_EQ(edit(reader, "reply"), "You can read in this group, not write.");
    CHECK_EQ(edit({omar.person, Role::none}, "reply"), "You are not in this group.");
    CHECK_EQ(edit(ben, "mood"), "There is no field “mood” in a feedback.");
    CHECK_EQ(edit(ben, "thanks"), "“thanks” is not a text.");
    CHECK_EQ(feedback.set(amina, "target", Value(RecordRef{})), "“target” was settled when this feedback was made.");
    CHECK_EQ(feedback.set(amina, "worked", Value("x")), "“worked” is a text that several people may be writing.");
    CHECK_EQ(feedback.does(ben, decide_presence(feedback.state, ben, false)),
             "Only the person who made this feedback, or an organiser, can retire or restore it.");
    CHECK_EQ(feedback.does(omar, decide_presence(feedback.state, omar, false)), "");
    CHECK(feedback.view().retired);
    CHECK_EQ(feedback.does(amina, decide_presence(feedback.state, amina, true)), "");
    CHECK_FALSE(feedback.view().retired);

    Desk charter(omar, {"charter", {{"norm", Value("One speaks at a time")}}});
    CHECK_EQ(charter.set(amina, "rhythm", Value("weekly")), "Only an organiser can change “rhythm” of a charter.");

    const auto made = [&](const Actor& who, const NewRecord& wanted) {
        const auto part = decide_create(id<GroupId>(9), who, wanted, id<Nonce16>(7));
        return part.ok() ? std::string() : part.error().say;
    };
    CHECK_EQ(made(reader, note("Mine")), "You can read in this group, not write.");
    CHECK_EQ(made(amina, {"poem", {}}), "There is no kind of record called “poem”.");
    CHECK_EQ(made(amina, {"post", {}}), "A post needs “thread”.");
    CHECK_EQ(made(amina, {"note", {{"titel", Value("x")}}}), "There is no field “titel” in a note.");
    CHECK_EQ(made(amina, {"observation", {{"observed", ben.person}, {"observer", amina.person}}}),
             "Who is observed makes the observation and owns it.");
    CHECK_EQ(decide_set(RecordState(), amina, {}).ok(), true);
    CHECK_EQ(decide_set(RecordState(), amina, {{"title", Value("x")}}).error().say, "This record is not here yet.");
}

TEST_CASE("what a text would ignore is refused before it is written") {
    Desk desk(amina, note("Plan"));
    for (const auto& words : {std::string("a\r\nb"), std::string("a\0b", 3), std::string("caf\xe9")}) {
        const auto made = decide_create(desk.group, amina, {"note", {{"title", Value("Plan")}, {"body", Value(words)}}},
                                        random_id<Nonce16>());
        REQUIRE_FALSE(made.ok());
        CHECK_EQ(made.code(), Code::malformed);
        CHECK_FALSE(made.error().advice.empty());
    }
}

TEST_CASE("names are one line of letters") {
    CHECK(check_title("The name", "Amina Diallo").ok());
    for (const char* name : {"", "a\nb", "\x1b[31m", "Math\xe9"})
        CHECK_EQ(check_title("The name", name).code(), Code::malformed);
    CHECK_EQ(check_title("The name", std::string(301, 'x')).code(), Code::too_large);
}

TEST_CASE("limits are said in characters") {
    Desk desk(amina, note("x"));
    CHECK_EQ(desk.set(amina, "title", Value(std::string(301, 'a'))), "“title” is 301 characters long; 300 fit.");
    for (std::size_t i = 0; i < limits::tags_count; ++i)
        REQUIRE_EQ(desk.add(amina, "tag", Value(std::to_string(i))), "");
    CHECK_EQ(desk.add(amina, "tag", Value("one more")), "“tag” holds at most 32 entries.");
    const TextDraft long_text{{}, {{0, 0, std::string(limits::insert_bytes + 1, 'a')}}};
    CHECK_EQ(desk.does(amina, decide_edit(desk.state, amina, "body", {long_text})),
             "This is too much text for one step: 32 KiB fit.");
    CHECK_EQ(desk.set(amina, "tag", Value("x")), "“tag” holds several entries.");
    CHECK_EQ(desk.add(amina, "title", Value("x")), "“title” holds one entry.");
    CHECK_EQ(desk.does(amina, decide_set(desk.state, amina, {{"title", Value("a")}, {"title", Value("b")}})),
             "“title” is given twice.");
}

TEST_CASE("a collection keeps the order that people give it, also when two move at once") {
    const auto item = [](std::uint8_t n) { return RecordRef{id<RecordId>(n), {}}; };
    Desk desk(amina, new_collection("Water", {item(3), item(1), item(2)}));
    const auto order = [&] {
        std::string words;
        for (const auto& element : elements_of(desk.state, "item")) {
            words += std::to_string(element.value.get<RecordRef>()->record.bytes[0]);
        }
        return words;
    };
    CHECK_EQ(order(), "312");
    CHECK_EQ(desk.add(ben, "item", item(9)), "");
    CHECK_EQ(order(), "3129");
    CHECK_EQ(desk.does(ben, decide_move(desk.state, ben, {"item", Value(item(9))}, 1)), "");
    CHECK_EQ(order(), "3912");
    CHECK(decide_move(desk.state, ben, {"item", Value(item(9))}, 1)->empty());
    CHECK_EQ(desk.does(ben, decide_move(desk.state, ben, {"item", Value(item(8))}, 1)),
             "“item” does not hold this entry.");

    const auto hers = decide_move(desk.state, amina, {"item", Value(item(2))}, 0);
    const auto his = decide_move(desk.state, ben, {"item", Value(item(1))}, 0);
    desk.take(amina, *hers);
    desk.take(ben, *his);
    CHECK_EQ(order(), "1239");  // the same place: ties by id
    CHECK_EQ(desk.add(amina, "item", item(7)), "");
    CHECK_EQ(desk.does(amina, decide_move(desk.state, amina, {"item", Value(item(7))}, 1)), "");
    CHECK_EQ(order(), "17239");

    CHECK_EQ(desk.remove(ben, "item", item(1)), "");
    CHECK_EQ(desk.add(ben, "item", item(1)), "");
    CHECK_EQ(order(), "72391");
}

TEST_CASE("cards on a board are placed among others, which move only to make room") {
    std::vector<Desk> cards;
    for (std::uint8_t n = 0; n < 4; ++n) {
        Desk card(amina, {"task", {{"title", Value(std::string(1, static_cast<char>('a' + n)))}}});
        card.state.id.bytes[0] = n;
        cards.push_back(card);
    }
    const auto put = [&](Desk& card, const std::vector<Desk*>& others, std::size_t to) {
        std::vector<const RecordState*> states;
        for (const auto* other : others) states.push_back(&other->state);
        const auto placed = decide_place(card.state, ben, "position", states, to);
        REQUIRE(placed.ok());
        for (const auto& each : *placed) {
            for (auto& any : cards) {
                if (any.state.id == each.record) any.take(ben, each.ops);
            }
        }
        return placed->size();
    };
    const auto place_of = [](const Desk& card) { return *card.state.shown("position")->value.get<Position>(); };
    CHECK_EQ(put(cards[0], {}, 0), 1U);
    CHECK_EQ(put(cards[1], {&cards[0]}, 5), 1U);
    CHECK_EQ(put(cards[2], {&cards[0], &cards[1]}, 1), 1U);
    CHECK(place_of(cards[0]) < place_of(cards[2]));
    CHECK(place_of(cards[2]) < place_of(cards[1]));
    CHECK_GT(put(cards[0], {&cards[3], &cards[2]}, 1), 1U);  // one of them never had a place
    CHECK(place_of(cards[3]) < place_of(cards[0]));
    CHECK(place_of(cards[0]) < place_of(cards[2]));
    CHECK_EQ(decide_place(cards[0].state, ben, "title", {}, 0).error().say, "“title” is no place on a board.");
}

TEST_CASE("a set with very many concurrent adds is removed in several ops") {
    Desk desk(amina, note("x"));
    const auto add = decide_add(desk.state, ben, {{"tag", Value("busy")}});
    for (int i = 0; i < 150; ++i) desk.take(ben, *add);
    CHECK_EQ(desk.shows("tag"), "busy");
    const auto ops = decide_remove(desk.state, amina, {{"tag", Value("busy")}});
    CHECK_EQ(ops->size(), 3U);
    desk.take(amina, *ops);
    CHECK_EQ(desk.shows("tag"), "");
}

TEST_CASE("templates begin a note, and a reflection, an annotation, an adaptation say what they are about") {
    CHECK_EQ(note_templates().size(), 4U);
    for (const auto& each : note_templates()) {
        Desk desk(amina, *new_note("Monday", each.name));
        CHECK_EQ(desk.shows("body"), each.body);
        CHECK_EQ(desk.shows("template"), each.name);
    }
    CHECK_EQ(new_note("Monday", "poem").error().say, "There is no template “poem”.");

    const RecordRef lesson{id<RecordId>(5), {}};
    Desk reflection(ben, new_reflection(lesson, "They laughed\r\n", "Less talk"));
    CHECK_EQ(reflection.shows("worked"), "They laughed\n");
    CHECK_EQ(reflection.shows("resource"), to_text(lesson.record));
    Desk annotation(ben, new_annotation(lesson, "page 3", "A good map", {"maps"}));
    CHECK_EQ(annotation.shows("note"), "A good map");
    CHECK_EQ(new_feedback(lesson, ben.person, {}).code(), Code::malformed);

    Desk original(amina, {"resource",
                          {{"title", Value("Rivers")},
                           {"tag", Value("geo")},
                           {"grade", Value("5")},
                           {"files", FileRef{"map.pdf", "application/pdf", 3, {}}},
                           {"used", Value(true)}}});
    Desk copy(ben, adapted_resource(original.state, {original.state.id, {}}, "About rivers"));
    CHECK_EQ(copy.shows("title"), "Rivers");
    CHECK_EQ(copy.shows("files"), "map.pdf");
    CHECK_EQ(copy.shows("about"), "About rivers");
    CHECK_EQ(copy.shows("adapted_from"), to_text(original.state.id));
    CHECK_EQ(copy.shows("used"), "");
    CHECK_EQ(copy.view().owner, ben.person);
}

TEST_CASE("a person answers each question of a survey once") {
    Desk survey(amina, {"survey", {{"title", Value("Lunch")}, {"question", Value("Soup?")}}});
    const auto answer = [&](const Actor& who, const char* words) {
        return survey.does(who, decide_set(survey.state, who, {{"answers", Value(words), Value("Soup?")}}));
    };
    CHECK_EQ(answer(ben, "yes"), "");
    CHECK_EQ(answer(ben, "no"), "");
    CHECK_EQ(answer(omar, "yes"), "");
    CHECK_EQ(survey.shows("answers"), "no, yes");
    CHECK_EQ(survey.view().find("answers")->values[0].of, Value("Soup?"));
    CHECK_EQ(survey.set(ben, "answers", Value("to what")), "“answers” needs the question that it answers.");
    CHECK_EQ(survey.set(ben, "title", Value("Dinner")), "Only the person who made this survey can change “title”.");
}

TEST_CASE("a record of a newer program is shown raw and not changed") {
    CreateOp create{"garden", id<Nonce16>(7), {{"bed", Value("north")}}};
    RecordState state(id<GroupId>(9), id_of_record(id<GroupId>(9), amina.person, create));
    OpContext context;
    context.person = amina.person;
    context.role = Role::member;
    apply(state, make_op(create), context);
    context.at.position = 1;
    apply(state, make_op(AssignOp{"crop", {}, Value("peas"), {}}), context);
    context.at.position = 2;
    apply(state, make_op(EditOp{"diary", {}, {{0, 0, "Rain"}}}), context);
    const auto view = view_of(state, [](std::string_view) { return "Rain"; });
    REQUIRE(view);
    REQUIRE_EQ(view->fields.size(), 3U);
    CHECK_FALSE(view->find("crop")->known);
    CHECK_EQ(view->find("bed")->values[0].value, Value("north"));
    CHECK_EQ(view->find("diary")->words, "Rain");
    CHECK_EQ(decide_set(state, amina, {{"crop", Value("beans")}}).error().say,
             "This record was made by a newer Staffroom and cannot be changed here.");
    CHECK(decide_presence(state, amina, false).ok());
    CHECK_FALSE(view_of(RecordState(), nullptr));
}

TEST_CASE("a group that goes on anew is only read by who went over, and what must go still goes") {
    Desk note(amina, {"note", {{"title", Value(std::string("Plan"))}}});
    Actor gone_over = amina;
    gone_over.goes_on_as = id<GroupId>(8);
    const auto set = decide_set(note.state, gone_over, {{"title", Value(std::string("Other"))}});
    CHECK(set.code() == Code::refused);
    CHECK(set.error().say == "This group goes on anew; the old one is only read.");
    CHECK(decide_create(note.group, gone_over, {"note", {}}, id<Nonce16>(8)).code() == Code::refused);
    CHECK(decide_presence(note.state, gone_over, false).code() == Code::refused);
    CHECK(check_right(note.state, gone_over, "body").code() == Code::refused);
    CHECK(may_write_in_group(gone_over).code() == Code::refused);
    CHECK(decide_erase(note.state, gone_over, "").ok());
    CHECK(decide_set(note.state, amina, {{"title", Value(std::string("Other"))}}).ok());
}

}  // namespace staffroom
