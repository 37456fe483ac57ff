#include "core/records/record.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "core/records/schema.h"
#include "tests/decoder_laws.h"
#include "tests/laws.h"

namespace staffroom {
namespace {

template <class I>
I id(std::uint8_t n) {
    I made;
    made.bytes.fill(n);
    return made;
}

struct Written {
    Op op;
    OpContext context;
};

const PersonId amina = id<PersonId>(1), ben = id<PersonId>(2), chidi = id<PersonId>(3);

// A small language: each op is a commit of its own, named by the number it gets.
class Story {
  public:
    explicit Story(CreateOp create, PersonId creator = amina) : create_(std::move(create)), creator_(creator) {
        record_ = id_of_record(group_, creator_, create_);
        add(make_op(create_), creator_);
    }

    std::size_t add(Op op, PersonId who, Role role = Role::member, std::uint64_t depth = 0) {
        Written written{std::move(op), {}};
        const auto n = static_cast<std::uint8_t>(history.size() + 1);
        written.context.at.commit = id<CommitId>(static_cast<std::uint8_t>(n * 37));
        written.context.depth = depth ? depth : n;
        written.context.person = who;
        written.context.role = role;
        written.context.wall_ms = 1000U * n;
        history.push_back(written);
        return history.size() - 1;
    }
    std::size_t assign(PersonId who, std::string field, std::optional<Value> value,
                       std::vector<std::size_t> replaces = {}, std::optional<Value> of = {}, std::uint64_t depth = 0,
                       Role role = Role::member) {
        AssignOp op{std::move(field), std::move(of), std::move(value), {}};
        for (const auto n : replaces) op.replaces.push_back(ref(n));
        std::sort(op.replaces.begin(), op.replaces.end());
        return add(make_op(op), who, role, depth);
    }
    std::size_t edit(PersonId who, std::string field, std::string words, std::vector<std::size_t> base = {},
                     Role role = Role::member) {
        EditOp op{std::move(field), {}, {{0, 0, std::move(words)}}};
        for (const auto n : base) op.base.push_back(ref(n));
        std::sort(op.base.begin(), op.base.end());
        return add(make_op(op), who, role);
    }
    Ref ref(std::size_t n) const { return Ref::of(history[n].context.at); }

    RecordState fresh() const { return {group_, record_}; }
    RecordState fold() const {
        auto state = fresh();
        for (const auto& written : history) apply(state, written.op, written.context);
        return state;
    }
    // Every order, in short histories each op twice as well, ends in the very same state.
    std::string breach() const {
        return laws::order_breach(
            history, [&] { return fresh(); }, [](RecordState& s, const Written& w) { apply(s, w.op, w.context); },
            [](const RecordState& s) { return s; }, {.before = {}, .idempotent = history.size() <= 5});
    }

    std::vector<Written> history;

  private:
    GroupId group_ = id<GroupId>(9);
    CreateOp create_;
    PersonId creator_;
    RecordId record_;
};

CreateOp new_record(std::string type, std::vector<FixedField> fixed = {}) {
    std::sort(fixed.begin(), fixed.end());
    return {std::move(type), id<Nonce16>(7), std::move(fixed)};
}

std::string shown(const RecordState& state, std::string_view field) {
    const auto* entry = state.shown(field);
    const auto* words = entry ? entry->value.get<std::string>() : nullptr;
    return words ? *words : "-";
}

std::vector<std::string> set_of(const RecordState& state, const std::string& field) {
    std::vector<std::string> words;
    if (const auto* cell = state.find({field, {}, {}}))
        for (const auto& entry : cell->values) words.push_back(*entry.value.get<std::string>());
    std::sort(words.begin(), words.end());
    return words;
}

}  // namespace

TEST_CASE("two teachers give a note a title offline: both are kept, the greater is shown") {
    Story story(new_record("note"));
    const auto first = story.assign(amina, "title", "Fractions");
    const auto hers = story.assign(amina, "title", "Fractions with pizza", {first}, {}, 5);
    const auto his = story.assign(ben, "title", "Fractions 2", {first}, {}, 6);
    CHECK_EQ(shown(story.fold(), "title"), "Fractions 2");
    CHECK_EQ(story.fold().find({"title", {}, {}})->values.size(), 2U);
    CHECK_EQ(story.breach(), "");
    story.assign(amina, "title", "Fractions, agreed", {hers, his}, {}, 7);
    CHECK_EQ(set_of(story.fold(), "title"), std::vector<std::string>{"Fractions, agreed"});
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("a tag added by somebody who did not know of its removal stays") {
    Story story(new_record("resource"));
    const auto added = story.assign(amina, "tag", "maths");
    story.assign(ben, "tag", "maths");
    story.assign(amina, "tag", std::nullopt, {added});
    const auto gone = story.assign(chidi, "tag", "grade 4");
    story.assign(ben, "tag", std::nullopt, {gone});
    CHECK_EQ(set_of(story.fold(), "tag"), std::vector<std::string>{"maths"});
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("nobody answers for another") {
    Story story(new_record("meeting"));
    const auto hers = story.assign(amina, "rsvp", "yes");
    story.assign(ben, "rsvp", "no", {hers});
    story.assign(amina, "rsvp", "maybe", {hers});
    const auto state = story.fold();
    CHECK_EQ(state.find({"rsvp", amina, {}})->values.back().value, Value("maybe"));
    CHECK_EQ(state.find({"rsvp", ben, {}})->values.back().value, Value("no"));
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("an element's place is a register of its own") {
    Story story(new_record("task"));
    const Value scissors("scissors");
    story.assign(amina, "check", scissors);
    const auto place = story.assign(amina, "check", Position{{128}}, {}, scissors);
    story.assign(ben, "check", Position{{64}}, {place}, scissors);
    story.assign(ben, "check", "not a place", {}, scissors);
    story.assign(ben, "check", Position{{64}});
    const auto state = story.fold();
    CHECK_EQ(set_of(state, "check"), std::vector<std::string>{"scissors"});
    CHECK_EQ(state.find({"check", {}, scissors})->values.size(), 1U);
    CHECK_EQ(state.find({"check", {}, scissors})->values[0].value, Value(Position{{64}}));
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("a record is retired and restored by its owner or an organiser only") {
    Story story(new_record("note"));
    story.assign(ben, "presence", false);
    CHECK_FALSE(story.fold().is_retired());
    const auto retired = story.assign(amina, "presence", false);
    CHECK(story.fold().is_retired());
    const auto restored = story.assign(chidi, "presence", true, {retired}, {}, 0, Role::organiser);
    CHECK_FALSE(story.fold().is_retired());
    story.assign(amina, "presence", false, {restored});
    CHECK(story.fold().is_retired());
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("ops wait for the create, and a create that is masked still gives type and owner") {
    Story story(new_record("annotation"));
    story.assign(amina, "quote", "All who wander");
    story.assign(ben, "quote", "Not mine to write");
    auto& create = story.history.front();
    create.context.masked = true;
    auto state = story.fresh();
    for (const auto& written : {story.history[2], story.history[1]}) apply(state, written.op, written.context);
    CHECK_FALSE(state.birth);
    CHECK_FALSE(state.exists);
    CHECK_EQ(state.held.size(), 2U);
    CHECK(apply(state, create.op, create.context).changed);
    CHECK_EQ(state.birth->owner, amina);
    CHECK(state.exists);
    CHECK(state.held.empty());
    CHECK_EQ(shown(state, "quote"), "All who wander");
    CHECK_EQ(story.breach(), "");
    state = story.fresh();
    apply(state, create.op, create.context);
    CHECK_FALSE(state.exists);
}

TEST_CASE("ownership cannot be stolen, nor can the persons named be changed") {
    const auto real = new_record("feedback", {{"to", ben}, {"target", RecordRef{id<RecordId>(5), {}}}});
    Story story(real);
    auto forged = real;
    forged.fixed[1].value = chidi;
    REQUIRE_EQ(forged.fixed[1].field, "to");
    story.add(make_op(real), chidi);
    story.add(make_op(forged), amina);
    story.assign(amina, "to", chidi);
    const auto state = story.fold();
    CHECK_EQ(state.birth->owner, amina);
    CHECK_EQ(state.birth->fixed, real.fixed);
    CHECK(state.cells.empty());
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("a create repeated later changes nothing but who can find the record") {
    Story story(new_record("note"));
    story.add(make_op(new_record("note")), amina);
    CHECK_EQ(story.fold().birth->depth, 1U);
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("who may write a text is judged, and an edit without right is passed on as not visible") {
    Story story(new_record("feedback", {{"to", ben}}));
    const auto worked = story.edit(amina, "worked", "Clear start");
    const auto meddling = story.edit(ben, "worked", "No, ", {worked});
    const auto reply = story.edit(ben, "reply", "Thank you");
    const auto reader = story.edit(ben, "reply", "Me too", {reply}, Role::reader);
    const auto no_text = story.edit(amina, "thanks", "Not a text");
    auto state = story.fresh();
    const auto routed = [&](std::size_t n) {
        return apply(state, story.history[n].op, story.history[n].context).edits;
    };
    CHECK(routed(worked).empty());
    const auto created = routed(0);
    REQUIRE_EQ(created.size(), 1U);
    CHECK(created[0].visible);
    CHECK_EQ(created[0].field, "worked");
    CHECK_EQ(created[0].edit.id, story.history[worked].context.at);
    CHECK_FALSE(routed(meddling)[0].visible);
    CHECK_EQ(state.texts, std::vector<std::string>{"worked"});
    CHECK(routed(reply)[0].visible);
    CHECK_FALSE(routed(reader)[0].visible);
    CHECK(routed(no_text).empty());
    CHECK_EQ(state.texts, std::vector<std::string>{"reply", "worked"});
    CHECK_EQ(story.breach(), "");

    story.history[worked].context.masked = true;
    state = story.fresh();
    routed(0);
    CHECK_FALSE(routed(worked)[0].visible);
    CHECK(state.texts.empty());
}

TEST_CASE("inside one part the position alone names an op, and only an earlier one") {
    Story story(new_record("note"));
    auto here = [&](std::uint16_t position, std::vector<Ref> replaces, const char* words) {
        const auto n = story.add(make_op(AssignOp{"title", {}, Value(words), std::move(replaces)}), amina);
        story.history[n].context.at = {id<CommitId>(77), 0, position};
        story.history[n].context.depth = 9;
        return n;
    };
    here(1, {}, "one");
    here(2, {Ref::here(1)}, "two");
    here(3, {Ref::here(3)}, "itself");
    here(4, {Ref::here(9)}, "what comes later");
    CHECK_EQ(set_of(story.fold(), "title"), std::vector<std::string>{"two"});
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("a reference to what was never seen here changes nothing, in any order") {
    Story story(new_record("note"));
    const auto other_field = story.assign(amina, "template", "minutes");
    auto op = AssignOp{"title", {}, Value("Minutes"), {story.ref(other_field), Ref::of({id<CommitId>(200), 3, 4})}};
    std::sort(op.replaces.begin(), op.replaces.end());
    story.add(make_op(op), ben);
    CHECK_EQ(shown(story.fold(), "template"), "minutes");
    CHECK_EQ(shown(story.fold(), "title"), "Minutes");
    CHECK_EQ(story.breach(), "");
}

TEST_CASE("types and fields of a newer program are kept") {
    Story story(new_record("garden", {{"bed", Value("north")}}));
    const auto peas = story.assign(ben, "crop", "peas");
    story.assign(ben, "crop", "beans", {peas});
    story.assign(chidi, "crop", std::uint64_t{3}, {}, Value("rows"));
    story.edit(chidi, "diary", "Rain at last");
    story.assign(ben, "presence", false);
    const auto state = story.fold();
    CHECK_EQ(state.birth->type, "garden");
    CHECK_EQ(set_of(state, "crop"), std::vector<std::string>{"beans"});
    CHECK_EQ(state.find({"crop", {}, Value("rows")})->values[0].value, Value(std::uint64_t{3}));
    CHECK_EQ(state.texts, std::vector<std::string>{"diary"});
    CHECK_FALSE(state.is_retired());
    CHECK_EQ(story.breach(), "");

    Story note(new_record("note"));
    note.assign(ben, "mood", "sunny");
    CHECK_EQ(set_of(note.fold(), "mood"), std::vector<std::string>{"sunny"});
}

TEST_CASE("an op of unknown kind or with damaged bytes changes nothing") {
    Story story(new_record("note"));
    auto state = story.fold();
    const auto before = state;
    for (std::uint16_t kind = 0; kind < 9; ++kind) {
        OpContext context;
        context.person = amina;
        context.role = Role::member;
        CHECK_FALSE(apply(state, Op{kind, {1, 2, 3}}, context).changed);
    }
    CHECK_EQ(state, before);
}

TEST_CASE("values of the wrong kind or size are ignored") {
    Story story(new_record("resource"));
    story.assign(amina, "title", std::uint64_t{4});
    story.assign(amina, "title", std::string(301, 'a'));
    story.assign(amina, "used", "words");
    story.assign(amina, "about", "a register in a text's place");
    story.assign(amina, "title", "of nothing", {}, Value("x"));
    CHECK(story.fold().cells.empty());
    std::string clefs;
    for (int i = 0; i < 300; ++i) clefs += "\xF0\x9D\x84\x9E";
    story.assign(amina, "title", clefs);
    CHECK_EQ(shown(story.fold(), "title"), clefs);
}

TEST_CASE("a person has one profile in a group, and an observation belongs to whom it observes") {
    auto profile = new_record("profile");
    CHECK_FALSE(Story(profile).fold().exists);
    profile.nonce = {};
    CHECK(Story(profile).fold().exists);
    CHECK(Story(new_record("observation", {{"observed", amina}, {"observer", ben}})).fold().exists);
    CHECK_FALSE(Story(new_record("observation", {{"observed", ben}, {"observer", amina}})).fold().exists);
    CHECK_FALSE(Story(new_record("observation", {{"observer", amina}})).fold().exists);
    CHECK_FALSE(Story(new_record("note", {{"title", Value("fixed?")}})).fold().exists);
}

TEST_CASE("K01 K02 K05 K06 the wall clock decides nothing") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::mt19937_64 random(seed);
        Story story(new_record("resource"));
        const auto first = story.assign(amina, "title", "one");
        story.assign(ben, "title", "two", {first}, {}, 4);
        story.assign(chidi, "title", "three", {first}, {}, 4);
        story.assign(amina, "tag", "maths");
        story.assign(ben, "used", true);
        const auto honest = story.fold();
        // 1970 to 2106, and one that says the year 9999.
        for (auto& written : story.history) written.context.wall_ms = random() % 4'300'000'000'000;
        story.history[1].context.wall_ms = 253'402'300'799'000;
        auto clocks = story.fold();
        const auto without_time = [](RecordState state) {
            for (auto& cell : state.cells)
                for (auto& entry : cell.values) entry.wall_ms = 0;
            state.birth->wall_ms = 0;
            return state;
        };
        CHECK_MESSAGE(without_time(clocks) == without_time(honest), "seed " << seed);
    }
}

TEST_CASE("a view kept on disk after every op equals folding from scratch, in random histories") {
    const char* fields[] = {"title", "tag", "used", "presence", "body", "mood", "files"};
    for (unsigned seed = 1; seed <= 25; ++seed) {
        std::mt19937 random(seed);
        const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        const PersonId people[] = {amina, ben, chidi};
        Story story(new_record(pick(2) ? "resource" : "note"));
        for (int i = 0; i < 30; ++i) {
            const auto& who = people[pick(3)];
            const std::string field = fields[pick(std::size(fields))];
            std::vector<std::size_t> known;
            for (std::size_t n = 0; n < story.history.size(); ++n)
                if (pick(4) == 0) known.push_back(n);
            const auto role = static_cast<Role>(pick(4));
            if (field == "body")
                story.edit(who, field, "words", known, role);
            else if (field == "used" || field == "presence")
                story.assign(who, field, pick(2) == 0, known, {}, 1 + pick(9), role);
            else
                story.assign(who, field, std::string(1, static_cast<char>('a' + pick(3))), known, {}, 1 + pick(9),
                             role);
            story.history.back().context.masked = pick(8) == 0;
        }
        const auto expected = story.fold();
        auto shuffled = story.history;
        for (int round = 0; round < 2; ++round) {
            std::shuffle(shuffled.begin(), shuffled.end(), random);
            auto state = story.fresh();
            for (const auto& written : shuffled) {
                const auto before = state;
                const auto changed = apply(state, written.op, written.context).changed;
                REQUIRE_MESSAGE(changed == !(state == before), "seed " << seed);
                state = decode<RecordState>(encode(state)).value();
                REQUIRE_FALSE(apply(state, written.op, written.context).changed);
            }
            REQUIRE_MESSAGE(state == expected, "seed " << seed);
        }
    }
}

TEST_CASE("who may write what: every field of every type") {
    const auto target = RecordRef{id<RecordId>(5), {}};
    for (const auto& type : schema()) {
        std::vector<FixedField> fixed;
        for (const auto& rule : type.fields) {
            if (rule.names) fixed.push_back({std::string(rule.name), rule.name == type.creator_field ? amina : ben});
            if (rule.fixed && rule.holds == Holds::record) fixed.push_back({std::string(rule.name), target});
        }
        auto create = new_record(std::string(type.name), fixed);
        if (type.one_per_person) create.nonce = {};
        const bool ben_named = std::any_of(fixed.begin(), fixed.end(), [](auto& f) { return f.value == Value(ben); });

        struct Case {
            PersonId who;
            Role role;
            Writers as;
        };
        auto all = type.fields;
        all.push_back(presence_rule());
        for (const auto& rule : all) {
            Value value("words");
            switch (rule.holds) {
                case Holds::number:
                    value = std::uint64_t{4};
                    break;
                case Holds::yes_no:
                    value = true;
                    break;
                case Holds::person:
                    value = ben;
                    break;
                case Holds::record:
                    value = target;
                    break;
                case Holds::link:
                    value = Link{"https://example.org"};
                    break;
                case Holds::range:
                    value = TextRange{"body", {}, {}};
                    break;
                case Holds::file:
                    value = FileRef{};
                    break;
                case Holds::position:
                    value = Position{{128}};
                    break;
                default:
                    break;
            }
            const auto named_too = ben_named ? writers::any | writers::named : writers::any;
            const bool amina_named = type.creator_field.size() > 0;
            const Case cases[] = {
                {amina, Role::member, writers::any | writers::owner | (amina_named ? writers::named : Writers{})},
                {ben, Role::member, named_too},
                {chidi, Role::member, writers::any},
                {chidi, Role::organiser, writers::any | writers::organiser},
                {amina, Role::reader, {}},
                {ben, Role::reader, {}},
                {chidi, Role::none, {}},
            };
            for (const auto& [who, role, as] : cases) {
                Story story(create);
                const bool allowed = !rule.fixed && rule.writers.has(as);
                CAPTURE(type.name);
                CAPTURE(rule.name);
                CAPTURE(name_of(role));
                if (rule.merge == Merge::text) {
                    story.edit(who, std::string(rule.name), "words", {}, role);
                    CHECK_EQ(story.fold().texts.size(), allowed ? 1U : 0U);
                } else {
                    story.assign(who, std::string(rule.name), value, {}, {}, 0, role);
                    CHECK_EQ(story.fold().cells.size(), allowed ? 1U : 0U);
                }
            }
        }
    }
}

TEST_CASE("O01 O02 O03 O04 O05 content ops and record states are decoded exactly or not at all") {
    const OpRef op{id<CommitId>(4), 1, 2};
    const FileRef file{"a.pdf", "application/pdf", 70'000, {{id<ChunkId>(1), id<Hash>(2)}}};
    laws::check_decoder(new_record("feedback", {{"to", ben}, {"target", RecordRef{id<RecordId>(5), id<GroupId>(1)}}}));
    laws::check_decoder(AssignOp{"title", Value("of"), Value("Ok\xC3\xA9"), {Ref::here(3), Ref::of(op)}});
    laws::check_decoder(EditOp{"body", {Ref::of(op)}, {{1, 2, "abc"}, {300, 0, ""}}});
    laws::check_decoder(EraseOp{{id<RecordId>(1), id<RecordId>(2)}, {id<ChunkId>(3)}, "Bread"});
    laws::check_decoder(GoneOp{{{id<CommitId>(1), 0}, {id<CommitId>(2), 300}}});
    for (const Value& value : {Value("a"), Value(std::uint64_t{300}), Value(true), Value(ben), Value(Link{"https://a"}),
                               Value(RecordRef{id<RecordId>(1), {}}), Value(TextRange{"body", {op, 1}, {op, 200}}),
                               Value(file), Value(Position{{1, 0, 2}})}) {
        laws::check_decoder(value);
    }

    Story story(new_record("feedback", {{"to", ben}}));
    const auto thanks = story.assign(ben, "thanks", true);
    story.assign(ben, "thanks", false, {thanks});
    story.edit(amina, "worked", "x");
    laws::check_decoder(story.fold());
    auto held = story.fresh();
    apply(held, story.history[1].op, story.history[1].context);
    laws::check_decoder(held);
}

}  // namespace staffroom
