// The text against its naive twin, on random histories and on every small one.
//
// STAFFROOM_TEXT_HISTORIES, STAFFROOM_TEXT_SEED: how many random histories, from which seed on (2,000 from 1).
// STAFFROOM_TEXT_WORLD: edits in a small world, after the first (3).
#include <doctest/doctest.h>

#include <cstdlib>

#include "tests/text_story.h"

namespace staffroom {
namespace {

using Taken = Text::Taken;

std::uint64_t wanted(const char* name, std::uint64_t usual) {
    const char* given = std::getenv(name);
    return given ? std::strtoull(given, nullptr, 10) : usual;
}

bool same_blame(const Text& text, const NaiveText& naive) {
    const auto expected = naive.shown(naive.everything());
    std::size_t at = 0;
    for (const auto& span : text.blame())
        for (std::uint32_t i = 0; i < span.length; ++i, ++at)
            if (at >= expected.size() || expected[at].edit != span.edit || expected[at].nth != span.nth + i)
                return false;
    return at == expected.size();
}

// What a page is told, applied to what it showed.
void follow(Text& page, std::uint32_t& step, const std::vector<TextChange>& shown) {
    if (!shown.empty()) page.write(ref(1'000'000 + step++), writer(0), shown);
}

// One history in two orders of arrival, compared with the twin after each step; saved and loaded now and then.
void check_history(std::uint64_t seed) {
    TextStory story(seed);
    const bool with_hidden = story.chance(30);
    const auto history = story.history(4 + story.below(20), with_hidden);
    INFO("seed ", seed);

    std::string merged;
    for (int pass = 0; pass < 2; ++pass) {
        const auto order = story.order(history);
        Text text;
        Text page;
        NaiveText naive;
        std::uint32_t page_steps = 0;
        for (std::size_t step = 0; step < history.edits.size(); ++step) {
            const auto i = pass == 0 ? step : order[step];
            std::vector<TextChange> shown;
            const bool counts = naive.add(history.edits[i], history.visible[i]);
            REQUIRE_EQ(text.add(history.edits[i], history.visible[i], &shown), counts ? Taken::added : Taken::ignored);
            REQUIRE_EQ(text.text(), naive.text());
            follow(page, page_steps, shown);
            REQUIRE_EQ(page.text(), text.text());
            if (story.chance(5)) {
                auto loaded = Text::load(text.save());
                REQUIRE(loaded.ok());
                text = std::move(*loaded);
                REQUIRE_EQ(text.text(), naive.text());
            }
        }
        CHECK_EQ(text.add(history.edits[0]), Taken::duplicate);
        CHECK(same_blame(text, naive));
        const auto old = history.edits[story.below(history.edits.size())].id;
        CHECK_EQ(*text.text_at(std::vector{old}), naive.text(naive.reach({old})));
        for (int k = 0; with_hidden && k < 3; ++k) {
            const auto some = history.edits[story.below(history.edits.size())].id;
            const bool visible = story.chance(70);
            text.set_visible(some, visible);
            naive.set_visible(some, visible);
            REQUIRE_EQ(text.text(), naive.text());
        }
        if (pass == 0 || with_hidden) merged = text.text();
        CHECK_EQ(text.text(), merged);
    }

    // Any order at all: what has no base yet waits.
    Text text;
    for (const auto i : story.shuffled(history.edits.size())) text.add(history.edits[i]);
    Text in_order;
    for (const auto& one : history.edits) in_order.add(one);
    CHECK_EQ(text.waiting(), 0);
    CHECK_EQ(text.text(), in_order.text());
}

TEST_CASE("the text agrees with a naive FugueMax after every step of random histories") {
    const auto first = wanted("STAFFROOM_TEXT_SEED", 1);
    for (auto seed = first; seed < first + wanted("STAFFROOM_TEXT_HISTORIES", 2000); ++seed) check_history(seed);
}

// Long histories reach what small ones do not: many leaves, many pieces, old versions.
TEST_CASE("the text agrees with a naive FugueMax at the end of long random histories") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        INFO("seed ", seed);
        TextStory story(seed);
        const auto history = story.history(250, seed % 2 == 0);
        NaiveText naive;
        Text text;
        for (std::size_t i = 0; i < history.edits.size(); ++i) {
            naive.add(history.edits[i], history.visible[i]);
            text.add(history.edits[i], history.visible[i]);
        }
        CHECK_EQ(text.text(), naive.text());
        CHECK(same_blame(text, naive));
        auto loaded = Text::load(text.save());
        REQUIRE(loaded.ok());
        CHECK(same_blame(*loaded, naive));
        for (std::size_t i = 0; i < history.edits.size(); i += 40)
            CHECK_EQ(*loaded->text_at(std::vector{history.edits[i].id}),
                     naive.text(naive.reach({history.edits[i].id})));
    }
}

// Every history of three writers who share "ab": each edit by any writer, on what it has or after meeting all others,
// puts one character anywhere or removes any one.
class SmallWorlds {
  public:
    explicit SmallWorlds(std::size_t depth) : depth_(depth) {
        edits_.push_back(edit(0, 0, {}, {{0, 0, "ab"}}));
        naive_.add(edits_[0]);
        for (auto& at : at_) at = {edits_[0].id};
    }

    std::size_t explore() {
        if (edits_.size() > depth_) return check();
        std::size_t worlds = 0;
        for (std::uint32_t who = 0; who < at_.size(); ++who) {
            std::vector<OpRef> all;
            for (const auto& at : at_)
                for (const auto& id : at)
                    if (std::find(all.begin(), all.end(), id) == all.end()) all.push_back(id);
            const auto own = at_[who];
            for (const bool meets : {false, true}) {
                if (meets && all == own) continue;
                // Two edits that know nothing of each other are one world in either order: the smaller writer's first.
                if (!meets && who < last_ && edits_.size() > 1) continue;
                const auto& base = meets ? all : own;
                const auto naive = naive_;
                const auto length = static_cast<std::uint32_t>(naive.length(naive.reach(base)));
                for (std::uint32_t p = 0; p <= 2 * length; ++p) {
                    const auto n = static_cast<std::uint32_t>(edits_.size());
                    const TextChange change = p <= length ? TextChange{p, 0, std::string(1, static_cast<char>('0' + n))}
                                                          : TextChange{p - length - 1, 1, {}};
                    edits_.push_back({ref(n), writer(who), base, {change}});
                    naive_.add(edits_.back());
                    at_[who] = {ref(n)};
                    const auto last = std::exchange(last_, who);
                    worlds += explore();
                    last_ = last;
                    at_[who] = own;
                    naive_ = naive;
                    edits_.pop_back();
                }
            }
        }
        return worlds;
    }

  private:
    std::size_t check() {
        Text forwards;
        for (const auto& one : edits_) forwards.add(one);
        Text backwards;  // all wait for the first
        for (auto one = edits_.rbegin(); one != edits_.rend(); ++one) backwards.add(*one);
        const auto expected = naive_.text();
        if (forwards.text() != expected || backwards.text() != expected) {
            std::string story;
            for (const auto& one : edits_)
                story += "writer " + std::to_string(one.author.device.bytes[0]) + " at " +
                         std::to_string(one.changes[0].position) + " -" + std::to_string(one.changes[0].deleted) +
                         " +" + one.changes[0].inserted + "; ";
            FAIL(story);
        }
        return 1;
    }

    std::size_t depth_;
    std::vector<TextEdit> edits_;
    std::array<std::vector<OpRef>, 3> at_;
    std::uint32_t last_ = 0;  // who wrote last
    NaiveText naive_;
};

TEST_CASE("every small world of three writers ends in one text, the naive one") {
    const auto worlds = SmallWorlds(wanted("STAFFROOM_TEXT_WORLD", 3)).explore();
    CHECK(worlds > 10'000);
}

}  // namespace
}  // namespace staffroom
