// Where people are in a note: cursors of colleagues, and how often typing is committed because of them.
#include "app/api/note_places.h"

#include "tests/app/live_story.h"

using namespace staffroom;
using namespace staffroom::world;
using api::NotePlaces;

namespace {

Text text_of(Computer& computer) {
    return computer.home->replica().text(computer.group, computer.note, "body").value();
}

// As the door hands on what the tab says.
void stand(Computer& computer, const Tab& tab, std::uint64_t head) {
    computer.notes().placed({to_text(computer.note), tab.client(), tab.session, head, head, tab.version});
}

std::uint64_t head_in(const Json& event) { return event.at("head").to_number<std::uint64_t>(); }

}  // namespace

TEST_CASE("a place in a text moves with what is put in and taken away, in units and in characters alike") {
    const auto set = json::parse(R"([2,[0,"ab"],3,[2,"\ud83d\udc4d"],1])");  // of a text of 8 units
    constexpr std::uint64_t wanted[] = {0, 1, 4, 5, 6, 7, 9, 9, 10};
    for (std::uint64_t units = 0; units < std::size(wanted); ++units)
        CHECK(api::place_after(set, units) == wanted[units]);
    CHECK(api::place_after(json::parse("[4]"), 9) == 9);
    CHECK(api::place_after(json::parse("{}"), 9) == 9);
    CHECK(api::place_after(json::parse(R"([[],"x"])"), 9) == 9);
    const std::vector<TextChange> changes{{2, 0, "ab"}, {7, 2, "\xF0\x9F\x91\x8D"}};
    constexpr std::uint32_t expected[] = {0, 1, 4, 5, 6, 7, 8, 8, 9};
    for (std::uint32_t at = 0; at < std::size(expected); ++at) CHECK(api::place_after(changes, at) == expected[at]);
    CHECK(api::units_before("a\xF0\x9F\x91\x8Dz", 2) == 3);
    CHECK(api::units_before("ab", 9) == 2);
}

TEST_CASE("a cursor stands behind its letter at the colleague's, whatever both typed meanwhile") {
    Two two("Plan: \xF0\x9F\x91\x8D");
    Tab mine(two.amina, "one"), theirs(two.birk, "two");
    two.amina.poll();
    two.birk.poll();
    NotePlaces places;
    places.put("one", 8);  // the end, where she types
    CHECK(places.has_to_tell(0));
    mine.type(7, 0, "light");
    REQUIRE(mine.push().ok());
    places.shift(json::parse(R"([8,[0,"light"]])"));
    two.amina.poll();
    const auto told = places.tell(text_of(two.amina), 1'000);
    CHECK(told.to_all);
    REQUIRE(told.tabs.size() == 1);

    theirs.type(0, 0, "Our ");
    REQUIRE(theirs.push().ok());
    // It comes before the words it stands in: nothing is shown yet.
    two.birk.watcher.reset();
    two.birk.events.clear();
    const auto amina = two.amina.home->identity().device();
    two.birk.notes().heard(amina, "Amina", two.birk.group, {two.birk.note, told.tabs}, two.birk.now);
    two.birk.now += 300;
    two.birk.poll();
    CHECK(of_kind(two.birk, "presence").empty());
    two.birk.hears(two.amina);
    two.birk.now += 300;
    two.birk.poll();
    auto shown = of_kind(two.birk, "presence");
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].at("name").as_string() == "Amina");
    theirs.pull();
    CHECK(theirs.words() == "Our Plan: \xF0\x9F\x91\x8Dlight");
    CHECK(head_in(shown[0]) == 4 + 8 + 5);
    CHECK(shown[0].at("version").to_number<std::uint64_t>() == theirs.version);

    // Heard again while he has typed what is not committed yet.
    theirs.type(0, 0, "So: ");
    REQUIRE(theirs.push().ok());
    two.birk.notes().heard(amina, "Amina", two.birk.group, {two.birk.note, told.tabs}, two.birk.now);
    two.birk.now += 100;
    two.birk.poll();
    two.birk.now += 100;
    two.birk.poll();
    CHECK(head_in(of_kind(two.birk, "presence").back()) == 4 + 4 + 8 + 5);

    // Silence: gone, and so is a tab that is no longer among those told.
    two.birk.now += NotePlaces::gone_after_ms;
    CHECK(two.birk.notes().deadline() <= two.birk.now);
    two.birk.poll();
    shown = of_kind(two.birk, "presence");
    CHECK(shown.back().at("gone").as_bool());
    CHECK(shown.back().at("client") == shown.front().at("client"));
    two.birk.notes().heard(amina, "Amina", two.birk.group, {two.birk.note, told.tabs}, two.birk.now);
    two.birk.events.clear();
    two.birk.notes().heard(amina, "Amina", two.birk.group, {two.birk.note, {}}, two.birk.now);
    two.birk.poll();
    CHECK(of_kind(two.birk, "presence").size() == 1);
}

TEST_CASE("all hear each five seconds that a note is open, and only who has it open hears more, five times a second") {
    Two two("words");
    const auto text = text_of(two.amina);
    NotePlaces places;
    CHECK(places.tell_at() == ~std::uint64_t{0});
    places.put("one", 0);
    auto told = places.tell(text, 10'000);
    CHECK(told.to_all);
    CHECK_FALSE(told.tabs[0].after.has_value());
    places.put("one", 3);
    CHECK(places.tell_at() == 15'000);  // nobody watches
    const auto birk = two.birk.home->identity().device();
    places.heard(birk, "Birk", {two.birk.note, {TabPresence{}}}, 10'100);
    CHECK(places.is_watched_by(birk));
    CHECK(places.tell_at() == 10'200);
    told = places.tell(text, 10'200);
    CHECK_FALSE(told.to_all);
    CHECK(told.tabs[0].after->nth == 2);
    CHECK(places.tell_at() == 15'000);
    places.take_away("one");
    CHECK(places.has_to_tell(10'201));
    told = places.tell(text, 10'201);
    CHECK(told.to_all);
    CHECK(told.tabs.empty());
    CHECK(places.tell_at() == ~std::uint64_t{0});
    // Bounds: of one computer, and of all.
    for (int i = 0; i < 20; ++i) places.put(std::to_string(i), 0);
    CHECK(places.tell(text, 20'000).tabs.size() == presence_tabs_max);
    for (int i = 0; i < 100; ++i) places.heard(random_id<DeviceId>(), "", {two.birk.note, {TabPresence{}}}, 20'000);
    CHECK(places.show(text, {}, "words", 20'000).size() == NotePlaces::colleagues_max);
    CHECK(places.take_gone(20'000 + NotePlaces::gone_after_ms).size() == NotePlaces::colleagues_max);
}

TEST_CASE("while nobody watches one commit holds what was typed up to a pause; with a colleague it is five a second") {
    Two two("");
    auto& amina = two.amina;
    const auto watcher = std::exchange(amina.watcher, std::nullopt);
    Tab tab(amina, "one");
    stand(amina, tab, 0);
    const auto commits = [&] { return amina.home->replica().count(amina.group, CommitKind::content); };
    const auto type_for = [&](std::uint64_t ms) {
        const auto before = commits();
        for (std::uint64_t passed = 0; passed < ms; passed += 100) {
            tab.type(0, 0, "a");
            REQUIRE(tab.push().ok());
            amina.now += 100;
            amina.poll();
        }
        return commits() - before;
    };
    CHECK(type_for(4'000) == 0);
    CHECK(amina.notes().deadline() <= amina.now + 1'000);
    CHECK(type_for(10'000) <= 3);  // at the latest after five seconds
    amina.now += api::pause_ms;
    amina.poll();
    CHECK(amina.words() == tab.words());
    amina.watcher = watcher;
    const auto often = type_for(10'000);
    CHECK(often >= 45);
    CHECK(often <= 50 + api::commits_at_once);
    // The last tab leaves: nobody is going to type on.
    amina.watcher.reset();
    amina.now += NotePlaces::gone_after_ms;
    amina.poll();
    tab.type(0, 0, "end ");
    REQUIRE(tab.push().ok());
    auto leaves = api::TabPlace{to_text(amina.note), "one", {}};
    leaves.is_gone = true;
    amina.notes().placed(leaves);
    amina.poll();
    CHECK(amina.words() == tab.words());
}

TEST_CASE("a removed member has no key to what is told of cursors afterwards") {
    Two two("words");
    auto& replica = two.amina.home->replica();
    RemoveOp remove;
    remove.who = two.birk.home->identity().person();
    REQUIRE(replica.write_control(two.amina.group, {make_op(remove)}).ok());
    const auto* group = replica.group(two.amina.group);
    const auto epoch = group->epochs.choose(group->members, group->held);
    REQUIRE(epoch.has_value());
    for (const auto kind : {CommitKind::control, CommitKind::key}) {
        std::vector<CommitFrame> frames;
        for (const auto& key : net::courier::all_of(replica.log(), two.amina.group, kind))
            frames.push_back(*replica.log().read(two.amina.group, id_of(key)));
        REQUIRE(two.birk.home->replica().ingest(two.amina.group, frames).ok());
    }
    CHECK(two.birk.home->replica().group(two.amina.group)->key(*epoch) == nullptr);
}
