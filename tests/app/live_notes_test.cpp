// A note open in several tabs, while a colleague writes in it on another computer.
#include <random>

#include "app/api/pending_changes.h"
#include "tests/app/live_story.h"

using namespace staffroom;
using namespace staffroom::world;

namespace {

constexpr const char* letters[] = {
    "a", "b", " ", "\n", "\xC3\xA9", "\xCC\x81", "\xD7\x90", "\xE0\xA4\x95", "\xF0\x9F\x91\x8D", "\xF0\x9F\x8F\xBD"};

}  // namespace

TEST_CASE("what a tab typed is taken at once, and said to be saved only when it is on the disk") {
    Two two("Hello");
    Tab tab(two.amina, "one");
    two.amina.events.clear();
    tab.type(5, 0, " world");
    REQUIRE(tab.push().ok());
    CHECK(two.amina.words() == "Hello");
    CHECK(of_kind(two.amina, "note").size() == 1);
    CHECK(of_kind(two.amina, "saved").empty());
    two.amina.poll();
    CHECK(two.amina.words() == "Hello world");
    REQUIRE(of_kind(two.amina, "saved").size() == 1);
    CHECK(of_kind(two.amina, "saved")[0].at("version").to_number<std::uint64_t>() == tab.version);
}

TEST_CASE("a colleague sees a few keys at once, and who types on five times a second") {
    Two two("");
    auto& amina = two.amina;
    Tab tab(amina, "one");
    const auto press = [&] {
        tab.type(0, 0, "a");
        REQUIRE(tab.push().ok());
        amina.poll();
        return amina.words() == tab.words();
    };
    const auto all_at_once = [&] {
        for (std::size_t key = 0; key < api::commits_at_once; ++key) CHECK(press());
        CHECK_FALSE(press());
    };
    constexpr auto until_full = api::commits_at_once * api::commit_every_ms;
    amina.now += until_full;
    all_at_once();
    amina.now += api::commit_every_ms - 1;
    amina.poll();
    CHECK(amina.words() != tab.words());
    amina.now += 1;
    CHECK(amina.notes().deadline() <= amina.now);
    amina.poll();
    CHECK(amina.words() == tab.words());
    CHECK_FALSE(press());
    amina.now += 60'000;  // a long rest is worth no more than a short one
    amina.poll();
    amina.now += until_full;
    all_at_once();
}

TEST_CASE("a tab that is behind gets what it lacks, and its own words come after") {
    Two two("ac");
    Tab first(two.amina, "one"), second(two.amina, "two");
    CHECK(first.session == second.session);
    first.type(1, 0, "\xF0\x9F\x91\x8D");
    REQUIRE(first.push().ok());
    second.type(1, 0, "b");
    const auto behind = second.push();
    REQUIRE(behind.ok());
    CHECK_FALSE(behind->at("accepted").as_bool());
    const auto again = second.push();
    REQUIRE(again.ok());
    CHECK(again->at("accepted").as_bool());
    first.pull();
    CHECK(first.words() == second.words());
    CHECK(scalar_count(first.words()) == 4);
    two.amina.poll();
    CHECK(two.amina.words() == first.words());
}

TEST_CASE("a colleague's words come into the tab as an update, and the tab's to the colleague") {
    Two two("Plan: ");
    Tab mine(two.amina, "one"), theirs(two.birk, "two");
    mine.type(6, 0, "light");
    theirs.type(0, 0, "Our ");
    REQUIRE(mine.push().ok());
    REQUIRE(theirs.push().ok());
    two.amina.poll();
    two.birk.poll();
    two.amina.hears(two.birk);
    two.birk.hears(two.amina);
    two.amina.poll();
    two.birk.poll();
    mine.pull();
    theirs.pull();
    CHECK(mine.words() == "Our Plan: light");
    CHECK(theirs.words() == "Our Plan: light");
    CHECK(two.amina.words() == "Our Plan: light");
    CHECK(of_kind(two.amina, "note").back().at("updates").as_array().back().at("clientID").as_string() == "staffroom");
}

TEST_CASE("words that are hidden go from the tab too, and what was typed meanwhile does not bring them back") {
    Two two("Plan: light");
    Tab theirs(two.birk, "two");
    theirs.type(0, 0, "Secret. ");
    theirs.type(9, 3, "");  // P[lan]
    REQUIRE(theirs.push().ok());
    two.birk.poll();
    CommitId secret;
    const auto& log = two.birk.home->replica().log();
    for (const auto& key : net::courier::all_of(log, two.birk.group, CommitKind::content)) {
        if (!two.amina.home->replica().log().knows(two.amina.group, id_of(key))) secret = id_of(key);
    }
    two.amina.hears(two.birk);
    Tab mine(two.amina, "one");
    REQUIRE(mine.words() == "Secret. P: light");
    mine.type(16, 0, "!");
    REQUIRE(mine.push().ok());
    two.amina.poll();
    // Before this is written, an organiser hides what Birk did.
    mine.type(7, 1, "ly");     // in what is hidden
    mine.type(9, 1, "Our p");  // in place of the P
    mine.type(22, 0, "?");
    REQUIRE(mine.push().ok());
    REQUIRE(mine.words() == "Secret.lyOur p: light!?");
    auto& amina = two.amina;
    const auto hidden = amina.home->replica().write_control(amina.group, {make_op(HideOp{{secret}})});
    REQUIRE(hidden.ok());
    REQUIRE(amina.words() == "Plan: light!");
    amina.node->wrote(amina.group, *hidden);
    amina.poll();
    mine.pull();
    CHECK(amina.words() == "lyOur plan: light!?");
    CHECK(mine.words() == amina.words());
    CHECK(mine.push().ok());
}

TEST_CASE("pending changes hold when the text under them changes, whatever the changes") {
    for (unsigned seed = 0; seed < 2'000; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](std::size_t bound) {
            return static_cast<std::uint32_t>(std::uniform_int_distribution<std::size_t>(0, bound - 1)(random));
        };
        // Hidden are small letters, pending ones are capitals, so that each says where it comes from.
        std::string from, to;
        for (int i = 0; i < 12; ++i) {
            from += static_cast<char>('a' + i);
            if (below(3) != 0) to += from.back();
            if (below(6) == 0) to += "\xC3\xA9";
        }
        std::vector<TextChange> pending;
        auto text = from;
        for (char put = 'A'; put < 'F'; ++put) {
            const auto length = text.size();
            const auto at = below(length + 1);
            pending.push_back({at, below(std::min<std::size_t>(length - at, 3) + 1), std::string(below(3), put)});
            text = api::applied(std::move(text), {pending.back()});
        }
        const auto kept = api::applied(to, api::rebased(pending, from, to));
        std::string wanted_capitals, capitals;
        for (const char c : text) wanted_capitals += c < 'a' ? std::string(1, c) : "";
        for (const char c : kept) capitals += c >= 'A' && c < 'a' ? std::string(1, c) : "";
        CHECK_MESSAGE(capitals == wanted_capitals, "seed " << seed);
        for (const char c : from) {
            const bool stays = text.find(c) != std::string::npos && to.find(c) != std::string::npos;
            CHECK_MESSAGE((kept.find(c) != std::string::npos) == stays, "seed " << seed);
        }
        CHECK_MESSAGE(api::applied(from, api::rebased(pending, from, from)) == text, "seed " << seed);
    }
}

TEST_CASE("signs that no note holds are taken and put out again, so the tab goes on") {
    Two two("x");
    Tab tab(two.amina, "one");
    tab.type(0, 0, std::string("a\r\nb\0c\r", 7));
    tab.type(8, 0, "y");
    REQUIRE(tab.push().ok());
    two.amina.poll();
    tab.pull();
    CHECK(tab.words() == "a\nbc\nxy");
    CHECK(two.amina.words() == "a\nbc\nxy");
}

TEST_CASE("long words are written in several commits, all of them") {
    Two two("");
    Tab tab(two.amina, "one");
    std::string page;
    while (page.size() < 200'000) page += "All work and no play. \xF0\x9F\x91\x8D\n";
    tab.type(0, 0, page);
    REQUIRE(tab.push().ok());
    two.amina.events.clear();
    two.amina.poll();
    CHECK(two.amina.words() == page.substr(0, two.amina.words().size()));
    CHECK(of_kind(two.amina, "saved").empty());
    while (two.amina.notes().deadline() <= two.amina.now) two.amina.poll();
    CHECK(two.amina.words() == page);
    CHECK(of_kind(two.amina, "saved").size() == 1);
}

TEST_CASE("what is no change of the note is refused whole; another session's is over") {
    Two two("ab");
    Tab tab(two.amina, "one");
    auto desk = two.amina.desk();
    const auto push = [&](const char* updates, std::uint64_t version) {
        return two.amina.notes().push(
            desk, {{"session", tab.session}, {"version", version}, {"updates", json::parse(updates)}}, 0);
    };
    for (const auto* wrong : {"{}", "[1]", "[{}]", R"([{"clientID":"one"}])", R"([{"clientID":"","changes":[2]}])",
                              R"([{"clientID":"one","changes":[3]}])",
                              R"([{"clientID":"one","changes":[2,[0,"good"]]},{"clientID":"one","changes":[2]}])"}) {
        CHECK_MESSAGE(push(wrong, 0).code() == Code::malformed, wrong);
    }
    CHECK(push("[]", 1).code() == Code::malformed);
    CHECK(push("[]", 0).ok());
    CHECK(two.amina.notes().pull({{"session", "nobody's"}, {"version", 0}}, 0).code() == Code::not_found);
    two.amina.poll();
    CHECK(two.amina.words() == "ab");
}

TEST_CASE("a tab that lacks more than is kept opens the note again") {
    Two two("");
    Tab late(two.amina, "late"), busy(two.amina, "busy");
    for (std::size_t i = 0; i <= api::updates_kept_max; ++i) {
        busy.type(0, 0, "a");
        if (i % 100 == 0) REQUIRE(busy.push().ok());
    }
    REQUIRE(busy.push().ok());
    late.type(0, 0, "b");
    CHECK(late.push().code() == Code::not_found);
}

TEST_CASE("before the profile is locked or the program ends all that is pending is written") {
    Two two("");
    two.amina.watcher.reset();  // so it waits for a pause
    Tab tab(two.amina, "one");
    for (const auto* word : {"one ", "two "}) {
        tab.type(0, 0, word);
        REQUIRE(tab.push().ok());
        two.amina.poll();
    }
    CHECK(two.amina.words() == "");
    auto desk = two.amina.desk();
    two.amina.notes().write_all(desk);
    two.amina.notes().end();
    CHECK(two.amina.words() == "two one ");
    CHECK(tab.push().code() == Code::not_found);
}

TEST_CASE(
    "tabs, daemon and a colleague, with random delays and letters: all end equal, and no letter that was put in is "
    "lost") {
    for (unsigned seed = 0; seed < 12; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](std::uint32_t bound) {
            return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(random);
        };
        const bool deletes = seed % 2 == 0;
        Two two("Begin.");
        Tab tabs[] = {Tab(two.amina, "one"), Tab(two.amina, "two"), Tab(two.birk, "three")};
        std::size_t put = 6;
        for (int step = 0; step < 120; ++step) {
            auto& tab = tabs[below(3)];
            auto& computer = below(2) == 0 ? two.amina : two.birk;
            switch (below(7)) {
                case 0:
                case 1:
                case 2: {
                    const auto length = static_cast<std::uint32_t>(scalar_count(tab.words()));
                    const auto at = below(length + 1);
                    const auto gone =
                        deletes && length > at && below(3) == 0 ? below(std::min(length - at, 3u) + 1) : 0;
                    std::string words;
                    for (auto count = 1 + below(3); count > 0; --count, ++put)
                        words += letters[below(std::size(letters))];
                    tab.type(at, gone, words);
                    break;
                }
                case 3:
                    (void)tab.push();
                    break;
                case 4:
                    tab.pull();
                    break;
                case 5:
                    computer.now += below(300);
                    computer.poll();
                    break;
                default:
                    (&computer == &two.amina ? two.amina.hears(two.birk) : two.birk.hears(two.amina));
            }
        }
        const auto settled = [&] {
            return std::none_of(std::begin(tabs), std::end(tabs), [&](const Tab& tab) { return tab.has_typed(); });
        };
        while (!settled()) {
            for (auto& tab : tabs) REQUIRE(tab.push().ok());
        }
        for (int round = 0; round < 3; ++round) {
            for (auto* computer : {&two.amina, &two.birk}) {
                computer->now += 1'000;
                computer->poll();
            }
            two.amina.hears(two.birk);
            two.birk.hears(two.amina);
        }
        two.amina.poll();
        two.birk.poll();
        for (auto& tab : tabs) tab.pull();
        const auto words = two.amina.words();
        CHECK_MESSAGE(two.birk.words() == words, "seed " << seed);
        for (const auto& tab : tabs) CHECK_MESSAGE(tab.words() == words, "seed " << seed);
        if (!deletes) CHECK_MESSAGE(scalar_count(words) == put, "seed " << seed);
    }
}
