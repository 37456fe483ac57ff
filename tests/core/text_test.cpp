#include "core/merge/text.h"

#include <doctest/doctest.h>

#include "tests/text_story.h"

namespace staffroom {
namespace {

using Taken = Text::Taken;
using Side = TextAnchor::Side;

Text merged(const std::vector<TextEdit>& edits) {
    Text text;
    for (const auto& one : edits) text.add(one);
    return text;
}

TEST_CASE("two teachers edit the same lesson offline") {
    const auto lesson = edit(0, 1, {}, {{0, 0, "Fractions with pizza"}});
    const auto amina = edit(1, 1, {0}, {{15, 5, "bread"}});
    const auto ben = edit(2, 2, {0}, {{0, 0, "Week 3: "}, {28, 0, "!"}});
    for (const auto& order : {std::vector{lesson, amina, ben}, {lesson, ben, amina}, {ben, amina, lesson}}) {
        const auto text = merged(order);
        CHECK_EQ(text.text(), "Week 3: Fractions with bread!");
        auto heads = refs({1, 2});
        std::sort(heads.begin(), heads.end());
        CHECK_EQ(text.version(), heads);
        CHECK_EQ(text.length(), 29);
    }
}

TEST_CASE("both remove the same word: it goes once") {
    const auto text = merged({edit(0, 1, {}, {{0, 0, "a very big dog"}}), edit(1, 1, {0}, {{2, 5, ""}}),
                              edit(2, 2, {0}, {{2, 9, ""}}), edit(3, 1, {1, 2}, {{2, 0, "cat and "}})});
    CHECK_EQ(text.text(), "a cat and dog");
}

TEST_CASE("what is written is a draft on the whole version") {
    Text text =
        merged({edit(0, 1, {}, {{0, 0, "abc"}}), edit(1, 1, {0}, {{3, 0, "d"}}), edit(2, 2, {0}, {{0, 1, ""}})});
    const std::vector<TextChange> changes = {{1, 1, "C"}, {3, 0, "!"}};
    const auto drafts = text.draft(changes);
    REQUIRE(drafts.ok());
    REQUIRE_EQ(drafts->size(), 1);
    CHECK_EQ(drafts->front().base, text.version());
    CHECK_EQ(text.add({ref(3), writer(1), drafts->front().base, drafts->front().changes}), Taken::added);
    CHECK_EQ(text.text(), "bCd!");
    CHECK_EQ(text.version(), refs({3}));
    CHECK_EQ(text.write(ref(4), writer(1), std::vector<TextChange>{{0, 4, ""}}), Taken::added);
    CHECK_EQ(text.length(), 0);

    CHECK_EQ(text.draft(std::vector<TextChange>{{1, 0, "x"}}).code(), Code::refused);
    CHECK_EQ(text.draft(std::vector<TextChange>{{0, 0, "a\rb"}}).code(), Code::malformed);
}

TEST_CASE("an edit that cannot count is ignored whole, and what is built on it is not") {
    const std::string long_enough(32 * 1024, 'x');
    const std::vector<std::vector<TextChange>> cannot = {
        {{3, 0, "out"}},                   // beyond the end
        {{1, 2, ""}},                      // removes beyond the end
        {{0, 0, "good"}, {7, 0, "out"}},   // the second, next to the first
        {{4294967295u, 4294967295u, ""}},  // sums that wrap
        {{0, 0, long_enough + "x"}},       // too much at once
        {{0, 0, "a\r\nb"}},
        {{0, 0, "\xed\xa0\x80"}},  // line ends of others; half a surrogate pair
        {{0, 0, "\xc0\xaf"}},
        {{0, 0, std::string(1, '\0')}},
    };
    for (const auto& changes : cannot) {
        Text text = merged({edit(0, 1, {}, {{0, 0, "ab"}})});
        CHECK_EQ(text.add(edit(1, 1, {0}, changes)), Taken::ignored);
        CHECK_EQ(text.text(), "ab");
        CHECK_EQ(text.add(edit(2, 1, {1}, {{2, 0, "c"}})), Taken::added);
        CHECK_EQ(text.text(), "abc");
        CHECK(text.edit(ref(1))->changes.empty());
        CHECK_EQ(text.add(edit(1, 1, {0}, changes)), Taken::duplicate);
    }
    Text text;
    CHECK_EQ(text.add(edit(0, 1, {}, {{0, 0, long_enough}})), Taken::added);
    TextEdit wide = edit(99, 1, {}, {});
    for (std::uint32_t n = 1; n <= 33; ++n) {
        text.add(edit(n, n, {0}, {}));
        wide.base.push_back(ref(n));
    }
    CHECK_EQ(text.add(wide), Taken::ignored);
    CHECK_EQ(text.version(), refs({99}));
}

TEST_CASE("an edit waits for its base, and is taken when the base arrives") {
    Text text;
    CHECK_EQ(text.add(edit(2, 1, {1}, {{2, 0, "c"}})), Taken::waiting);
    CHECK_EQ(text.add(edit(2, 1, {1}, {{2, 0, "c"}})), Taken::duplicate);
    CHECK_EQ(text.add(edit(3, 1, {2, 1}, {{3, 0, "d"}})), Taken::waiting);
    CHECK_EQ(text.add(edit(1, 1, {0}, {{1, 0, "b"}})), Taken::waiting);
    CHECK_EQ(text.waiting(), 3);
    CHECK_FALSE(text.has(ref(2)));
    CHECK_EQ(text.text(), "");
    std::vector<TextChange> shown;
    CHECK_EQ(text.add(edit(0, 1, {}, {{0, 0, "a"}}), true, &shown), Taken::added);
    CHECK_EQ(text.text(), "abcd");
    CHECK_EQ(shown.size(), 4);
    CHECK_EQ(text.waiting(), 0);
    CHECK(text.has(ref(2)));
}

// The property: of several writers who type at one place without knowing of each other, each stroke an edit, every
// one's run stays whole, whichever of them type forwards and whichever backwards (always before what they typed last).
TEST_CASE("concurrent runs at one place never interleave, forwards or backwards") {
    for (unsigned backwards = 0; backwards < 8; ++backwards) {
        for (std::uint32_t place = 0; place <= 2; ++place) {
            for (std::uint64_t seed = 1; seed <= 4; ++seed) {
                std::vector<TextEdit> edits = {edit(0, 9, {}, {{0, 0, "()"}})};
                std::vector<std::size_t> next = {0, 0, 0};
                std::vector<std::uint32_t> last = {0, 0, 0};
                const std::vector<std::string> runs = {"abcde", "12345", "VWXYZ"};
                TextStory story(seed);
                for (std::uint32_t n = 1; n <= 15;) {
                    const auto who = story.below(3);
                    if (next[who] == 5) continue;
                    const bool back = backwards >> who & 1;
                    const auto i = next[who]++;
                    const auto at = place + static_cast<std::uint32_t>(back ? 0 : i);
                    edits.push_back(edit(n, who, {last[who]}, {{at, 0, runs[who].substr(back ? 4 - i : i, 1)}}));
                    last[who] = n++;
                }
                const auto text = merged(edits).text();
                INFO(text, " backwards ", backwards, " place ", place);
                for (const auto& run : runs) CHECK(text.find(run) != std::string::npos);
            }
        }
    }
}

TEST_CASE("every version is reachable") {
    const auto text = merged({edit(0, 1, {}, {{0, 0, "one"}}), edit(1, 1, {0}, {{3, 0, " two"}}),
                              edit(2, 2, {0}, {{0, 3, "ONE"}}), edit(3, 2, {1, 2}, {{0, 0, "> "}})});
    CHECK_EQ(*text.text_at({}), "");
    CHECK_EQ(*text.text_at(refs({0})), "one");
    CHECK_EQ(*text.text_at(refs({1})), "one two");
    CHECK_EQ(*text.text_at(refs({2})), "ONE");
    CHECK_EQ(*text.text_at(refs({2, 1})), "ONE two");
    CHECK_EQ(*text.text_at(text.version()), text.text());
    CHECK_EQ(text.text_at(refs({7})).code(), Code::not_found);
}

TEST_CASE("who wrote what survives merging") {
    const auto text = merged({edit(0, 1, {}, {{0, 0, "hello world"}}), edit(1, 2, {0}, {{5, 0, " big"}}),
                              edit(2, 3, {0}, {{6, 5, "there"}})});
    REQUIRE_EQ(text.text(), "hello big there");
    std::string story;
    for (const auto& span : text.blame())
        story += std::to_string(span.author.device.bytes[0]) + "*" + std::to_string(span.length) + "@" +
                 std::to_string(span.nth) + " ";
    CHECK_EQ(story, "1*5@0 2*4@0 1*1@5 3*5@0 ");

    const auto rows = text.history();
    REQUIRE_EQ(rows.size(), 3);
    CHECK_EQ(rows[2].edit, ref(2));
    CHECK_EQ(rows[2].inserted, 5);
    CHECK_EQ(rows[2].deleted, 5);
    CHECK_EQ(*text.edit(ref(1)), edit(1, 2, {0}, {{5, 0, " big"}}));
    CHECK_EQ(text.edit(ref(9)).code(), Code::not_found);
}

TEST_CASE("an anchor stays with its character") {
    Text text = merged({edit(0, 1, {}, {{0, 0, "see page 7 here"}})});
    const auto before = *text.anchor_at(4, Side::before);
    const auto after = *text.anchor_at(10, Side::after);
    CHECK_EQ(before, TextAnchor{ref(0), 4, Side::before});
    CHECK_EQ(after, TextAnchor{ref(0), 9, Side::after});
    text.add(edit(1, 2, {0}, {{0, 0, "Please "}}));
    text.add(edit(2, 1, {0}, {{9, 1, "8"}}));
    REQUIRE_EQ(text.text(), "Please see page 8 here");
    CHECK_EQ(*text.position_of(before), 11);
    CHECK_EQ(*text.position_of(after), 17);  // its 7 is gone: where it was, behind the 8
    CHECK_EQ(text.position_of({ref(5), 0, Side::before}).code(), Code::not_found);
    CHECK_EQ(text.position_of({ref(2), 1, Side::before}).code(), Code::not_found);
    CHECK_EQ(text.anchor_at(22, Side::before).code(), Code::refused);
    CHECK_EQ(text.anchor_at(0, Side::after).code(), Code::refused);
    CHECK_EQ(text.anchor_at(99, Side::after).code(), Code::refused);
}

TEST_CASE("a hidden edit is replayed, not shown, and its removals do not count") {
    Text text = merged(
        {edit(0, 1, {}, {{0, 0, "our plan"}}), edit(1, 2, {0}, {{0, 4, "MY "}}), edit(2, 1, {1}, {{7, 0, " B"}})});
    REQUIRE_EQ(text.text(), "MY plan B");
    text.set_visible(ref(1), false);
    CHECK_EQ(text.text(), "our plan B");
    auto loaded = Text::load(text.save());
    REQUIRE(loaded.ok());
    CHECK_EQ(loaded->text(), "our plan B");
    CHECK(loaded->history()[1].hidden);
    loaded->add(edit(3, 3, {1}, {{0, 3, "my "}}));  // knew nothing of it
    CHECK_EQ(loaded->text(), "my our plan B");
    loaded->set_visible(ref(1), true);
    CHECK_EQ(loaded->text(), "my plan B");
    CHECK_EQ(*loaded->text_at(refs({1})), "MY plan");
}

// Adds the drafts of `changes`; the new edits are numbered from `n` on.
void write_drafts(Text& text, std::uint32_t n, const std::vector<TextChange>& changes) {
    const auto drafts = text.draft(changes);
    REQUIRE(drafts.ok());
    for (const auto& draft : *drafts) {
        CHECK_LE(draft.base.size(), 32);
        CHECK_EQ(text.add({ref(n++), writer(1), draft.base, draft.changes}), Taken::added);
    }
}

TEST_CASE("a text that somebody emptied before being removed is edited as it is shown") {
    Text text = merged({edit(0, 1, {}, {{0, 0, "first line\nsecond line\n"}}), edit(1, 2, {0}, {{0, 23, "gone"}})});
    text.set_visible(ref(1), false);
    REQUIRE_EQ(text.text(), "first line\nsecond line\n");
    write_drafts(text, 10, {{6, 4, "row"}, {9, 0, " of the text"}, {22, 6, "SECOND"}});
    CHECK_EQ(text.text(), "first row of the text\nSECOND line\n");
    write_drafts(text, 20, {{9, 0, "s"}});
    CHECK_EQ(text.text(), "first rows of the text\nSECOND line\n");
}

TEST_CASE("with hidden edits, what a person removes and inserts is what happens") {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        INFO("seed ", seed);
        TextStory story(seed);
        const auto history = story.history(12, true);
        Text text;
        for (std::size_t i = 0; i < history.edits.size(); ++i) text.add(history.edits[i], history.visible[i]);
        const auto before = *NaiveText::split(text.text());
        const auto length = static_cast<std::uint32_t>(before.size());
        const auto from = story.below(length + 1);
        const auto count = story.below(length - from + 1);
        write_drafts(text, 100, {{from, count, "[new]"}});
        // What was shown is still there in its order, but for what was removed; the new text stands whole.
        auto after = text.text();
        const auto at = after.find("[new]");
        REQUIRE(at != std::string::npos);
        after.erase(at, 5);
        std::string expected;
        for (std::uint32_t i = 0; i < length; ++i)
            if (i < from || i >= from + count) expected += before[i];
        CHECK_EQ(after, expected);
    }
}

// Every character that is shown, by the edit that typed it.
std::vector<std::pair<OpRef, std::uint32_t>> typed(const Text& text) {
    std::vector<std::pair<OpRef, std::uint32_t>> chars;
    for (const auto& span : text.blame())
        for (std::uint32_t i = 0; i < span.length; ++i) chars.emplace_back(span.edit, span.nth + i);
    return chars;
}

TEST_CASE("when all that one person did is hidden, what the others wrote stays, in its order") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        INFO("seed ", seed);
        TextStory story(seed);
        const auto history = story.history(15, false);
        Text text;
        for (const auto& one : history.edits) text.add(one);
        const auto who = writer(story.below(2));
        std::vector<OpRef> theirs;
        for (const auto& one : history.edits)
            if (one.author == who) theirs.push_back(one.id);
        const auto is_theirs = [&](const auto& each) {
            return std::find(theirs.begin(), theirs.end(), each.first) != theirs.end();
        };
        auto honest = typed(text);
        std::erase_if(honest, is_theirs);
        const auto before = text.text();
        text.set_visible(theirs, false);
        const auto left = typed(text);
        CHECK(std::none_of(left.begin(), left.end(), is_theirs));
        // And what that person had taken away is back, in between.
        auto next = left.begin();
        for (const auto& each : honest) {
            next = std::find(next, left.end(), each);
            REQUIRE(next != left.end());
            ++next;
        }
        text.set_visible(theirs, true);
        CHECK_EQ(text.text(), before);
    }
}

TEST_CASE("who edits an older version takes away what they took away there, and nothing written since") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        INFO("seed ", seed);
        TextStory story(seed);
        const auto history = story.history(12, seed % 2 == 0);
        Text text, old;
        for (std::size_t i = 0; i < history.edits.size(); ++i) text.add(history.edits[i], history.visible[i]);
        const auto end = 1 + story.below(static_cast<std::uint32_t>(history.edits.size()));
        for (std::size_t i = 0; i < end; ++i) old.add(history.edits[i], history.visible[i]);
        const auto version = old.version();
        REQUIRE_EQ(*text.text_at(version), old.text());
        const auto from = story.below(old.length() + 1);
        const auto count = story.below(old.length() - from + 1);
        auto expected = typed(text);
        const auto seen = typed(old);
        std::erase_if(expected, [&](const auto& each) {
            const auto at = std::find(seen.begin(), seen.end(), each) - seen.begin();
            return at >= from && at < from + count;
        });

        const auto drafts = text.draft(std::vector<TextChange>{{from, count, "[new]"}}, version);
        REQUIRE(drafts.ok());
        std::uint32_t n = 100;
        for (const auto& draft : *drafts)
            CHECK_EQ(text.add({ref(n++), writer(1), draft.base, draft.changes}), Taken::added);
        CHECK_NE(text.text().find("[new]"), std::string::npos);
        auto after = typed(text);
        std::erase_if(after, [&](const auto& each) {
            return !std::any_of(history.edits.begin(), history.edits.end(),
                                [&](const auto& one) { return one.id == each.first; });
        });
        CHECK(after == expected);
    }
    Text text = merged({edit(0, 1, {}, {{0, 0, "abc"}})});
    CHECK_EQ(text.draft(std::vector<TextChange>{{0, 0, "x"}}, refs({7})).code(), Code::not_found);
    CHECK_EQ(text.draft(std::vector<TextChange>{{1, 0, "x"}}, std::span<const OpRef>()).code(), Code::refused);
}

TEST_CASE("more heads than one base can name") {
    Text text = merged({edit(0, 1, {}, {{0, 0, "middle"}})});
    for (std::uint32_t n = 1; n <= 40; ++n) text.add(edit(n, n, {0}, {{n % 2 * 6, 0, "x"}}));
    REQUIRE_EQ(text.version().size(), 40);
    REQUIRE_EQ(text.length(), 46);
    const auto drafts = text.draft(std::vector<TextChange>{{0, 46, "all new"}});
    REQUIRE(drafts.ok());
    CHECK_EQ(drafts->size(), 2);
    write_drafts(text, 100, {{0, 46, "all new"}});
    CHECK_EQ(text.text(), "all new");
}

TEST_CASE("characters of every script are counted as scalar values, and as browsers count") {
    Text text;
    text.write(ref(0), writer(1), std::vector<TextChange>{{0, 0, "नमस्ते 😀 مرحبا"}});
    CHECK_EQ(text.length(), 14);
    CHECK_EQ(text.utf16_length(), 15);
    CHECK_EQ(text.to_utf16(8), 9);
    CHECK_EQ(text.from_utf16(8), 7);
    CHECK_EQ(text.slice(7, 1), "😀");
    CHECK_EQ(text.slice(9, 99), "مرحبا");
    text.write(ref(1), writer(1), std::vector<TextChange>{{7, 1, "🎓"}});
    CHECK_EQ(text.slice(7, 1), "🎓");
}

TEST_CASE("a snapshot and the edits that came after are the text again") {
    Text text;
    std::vector<TextEdit> tail;
    std::uint32_t n = 0;
    for (; n < 200; ++n) text.write(ref(n), writer(1), std::vector<TextChange>{{n, 0, "x"}});
    CHECK(text.worth_saving());
    const auto snapshot = text.save();
    CHECK_FALSE(text.worth_saving());
    for (; n < 210; ++n) {
        tail.push_back({ref(n), writer(1), text.version(), {{0, 1, "y"}}});
        text.add(tail.back());
    }
    tail.push_back(edit(n, 2, {0}, {{1, 0, "concurrent"}}));
    text.add(tail.back());
    auto again = Text::load(snapshot);
    REQUIRE(again.ok());
    for (const auto& one : tail) CHECK_EQ(again->add(one), Taken::added);
    CHECK_EQ(again->text(), text.text());
    CHECK_EQ(again->version(), text.version());
    CHECK_EQ(again->add(tail.back()), Taken::duplicate);
    CHECK_EQ(again->save(), text.save());
}

}  // namespace
}  // namespace staffroom
