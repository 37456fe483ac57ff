#include "core/merge/text.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "tests/naive_text.h"

namespace staffroom {
namespace {

// A small language: writers "a", "b", ... whose edits are numbered; who is smaller stands first.
TextAuthor author(unsigned n) {
    TextAuthor who;
    who.device.bytes[0] = static_cast<std::uint8_t>(n);
    return who;
}
OpRef ref(std::uint32_t n) {
    OpRef id;
    std::uint64_t mixed = (n + 1) * 0x9E3779B97F4A7C15;
    for (auto& byte : id.commit.bytes) {
        byte = static_cast<std::uint8_t>(mixed >> 56);
        mixed = mixed * 0xD1342543DE82EF95 + n;
    }
    return id;
}
TextEdit edit(std::uint32_t n, unsigned who, std::vector<OpRef> base, std::vector<TextChange> changes) {
    return {ref(n), author(who), std::move(base), std::move(changes)};
}
using Taken = Text::Taken;

// --- random histories

struct History {
    std::vector<TextEdit> edits;  // in an order that respects causality
    std::vector<bool> visible;
};

const std::vector<std::string> words = {"a", "b", "xyz", "\n", "ü", "नि", "😀", "hello ", "مرحبا", "👩‍🏫"};
const std::vector<std::string> bad_words = {"\r",           "a\r\nb",   std::string(1, '\0'), "\xff",
                                            "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80",   "\xe2\x82"};

class Story {
  public:
    explicit Story(std::uint64_t seed) : random_(seed) {}

    std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>(random_() % n); }
    bool chance(unsigned percent) { return random_() % 100 < percent; }

    // Several writers, each with its own version, now and then meeting; some edits reach out of the text, some hold
    // what no edit may hold, some are hidden.
    History history(std::size_t count, bool with_hidden) {
        History out;
        NaiveText all;
        const unsigned writers = 2 + below(3);
        std::vector<std::vector<OpRef>> at(writers);
        const unsigned meet = 5 + below(40);
        for (std::uint32_t n = 0; n < count; ++n) {
            const auto who = below(writers);
            if (chance(meet)) {
                auto& base = at[who];
                for (const auto& other : at[below(writers)])
                    if (std::find(base.begin(), base.end(), other) == base.end()) base.push_back(other);
            }
            TextEdit one = edit(n, chance(90) ? who : below(writers), at[who], {});
            auto length = count_at(all, at[who]);
            const auto changes = chance(80) ? 1 : below(4);
            for (std::uint32_t c = 0; c < changes; ++c) one.changes.push_back(change(who, length));
            if (chance(3)) one.changes.push_back({length + 1 + below(3), 0, "out"});
            if (chance(2)) one.changes.push_back({0, 0, bad_words[below(bad_words.size())]});
            all.add(one);
            at[who] = {one.id};
            out.visible.push_back(!(with_hidden && chance(15)));
            out.edits.push_back(std::move(one));
        }
        return out;
    }

    // Another order of arrival that respects causality.
    std::vector<std::size_t> order(const History& history) {
        std::vector<std::size_t> out;
        std::set<OpRef> here;
        std::vector<std::size_t> left(history.edits.size());
        for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
        while (!left.empty()) {
            const auto start = below(left.size());
            for (std::size_t k = 0; k < left.size(); ++k) {
                const auto at = (start + k) % left.size();
                const auto& base = history.edits[left[at]].base;
                if (!std::all_of(base.begin(), base.end(), [&](const OpRef& b) { return here.contains(b); })) continue;
                here.insert(history.edits[left[at]].id);
                out.push_back(left[at]);
                left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            }
        }
        return out;
    }

    std::vector<std::size_t> shuffled(std::size_t count) {
        std::vector<std::size_t> out(count);
        for (std::size_t i = 0; i < count; ++i) out[i] = i;
        for (std::size_t i = count; i > 1; --i) std::swap(out[i - 1], out[below(i)]);
        return out;
    }

  private:
    static std::uint32_t count_at(const NaiveText& all, const std::vector<OpRef>& version) {
        return static_cast<std::uint32_t>(all.shown(all.reach(version)).size());
    }

    // Mostly typing on where the writer is, else anywhere.
    TextChange change(std::uint32_t who, std::uint32_t& length) {
        auto& caret = carets_[who];
        if (chance(35)) caret = below(length + 1);
        caret = std::min(caret, length);
        TextChange out{caret, 0, {}};
        if (length > 0 && chance(35)) {
            if (chance(50) && out.position > 0) --out.position;
            out.deleted = std::min<std::uint32_t>(1 + (chance(20) ? below(6) : 0), length - out.position);
        }
        if (out.deleted == 0 || chance(20)) out.inserted = words[below(words.size())];
        const auto inserted = static_cast<std::uint32_t>(NaiveText::split(out.inserted)->size());
        length = length - out.deleted + inserted;
        caret = chance(80) ? out.position + inserted : out.position;  // else the next word goes before: backwards
        return out;
    }

    std::mt19937_64 random_;
    std::map<std::uint32_t, std::uint32_t> carets_;
};

void check_blame(const Text& text, const NaiveText& naive) {
    const auto expected = naive.shown(naive.everything());
    std::size_t at = 0;
    bool same = true;
    for (const auto& span : text.blame()) {
        for (std::uint32_t i = 0; i < span.length; ++i, ++at)
            same = same && at < expected.size() && expected[at].edit == span.edit && expected[at].nth == span.nth + i;
    }
    CHECK(same);
    CHECK_EQ(at, expected.size());
}

// Steps of one history in several orders, compared with the naive twin after each.
void check_history(std::uint64_t seed) {
    Story story(seed);
    const bool with_hidden = story.chance(30);
    const auto history = story.history(4 + story.below(24), with_hidden);
    INFO("seed ", seed);

    std::string final_text;
    for (int pass = 0; pass < 2; ++pass) {
        const auto order = pass == 0 ? story.shuffled(0) : story.order(history);
        Text text;
        NaiveText naive;
        for (std::size_t step = 0; step < history.edits.size(); ++step) {
            const auto i = pass == 0 ? step : order[step];
            const bool counts = naive.add(history.edits[i], history.visible[i]);
            const auto taken = text.add(history.edits[i], history.visible[i]);
            REQUIRE_EQ(taken == Taken::added, counts);
            REQUIRE_EQ(taken == Taken::ignored, !counts);
            REQUIRE_EQ(text.text(), naive.text());
            if (story.chance(10)) {
                auto loaded = Text::load(text.save());
                REQUIRE(loaded.ok());
                text = std::move(*loaded);
                REQUIRE_EQ(text.text(), naive.text());
            }
        }
        CHECK_EQ(text.add(history.edits[0]), Taken::duplicate);
        check_blame(text, naive);
        const auto old = history.edits[story.below(history.edits.size())].id;
        CHECK_EQ(*text.text_at(std::vector{old}), naive.text(naive.reach({old})));
        for (int k = 0; with_hidden && k < 3; ++k) {
            const auto some = history.edits[story.below(history.edits.size())].id;
            const bool visible = story.chance(70);
            text.set_visible(some, visible);
            naive.set_visible(some, visible);
            REQUIRE_EQ(text.text(), naive.text());
        }
        if (!with_hidden) {
            if (pass == 0) final_text = text.text();
            CHECK_EQ(text.text(), final_text);
        }
    }

    // Any order at all: what has no base yet waits.
    if (with_hidden) return;
    Text text;
    for (const auto i : story.shuffled(history.edits.size())) text.add(history.edits[i], history.visible[i]);
    CHECK_EQ(text.waiting(), 0);
    CHECK_EQ(text.text(), final_text);
}

TEST_CASE("the text agrees with a naive FugueMax after every step of random histories") {
    const char* wanted = std::getenv("STAFFROOM_TEXT_HISTORIES");
    const auto count = wanted ? std::strtoull(wanted, nullptr, 10) : 2000;
    const char* first = std::getenv("STAFFROOM_TEXT_SEED");
    const auto seed = first ? std::strtoull(first, nullptr, 10) : 1;
    for (std::uint64_t i = 0; i < count; ++i) check_history(seed + i);
}

}  // namespace
}  // namespace staffroom
