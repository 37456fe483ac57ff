// Passages of a note: kept by their letters' own ids (app/api/note_passages.cpp).
#include "tests/app/live_story.h"

using namespace staffroom;
using namespace staffroom::world;

TEST_CASE("a passage stays with its letters, whoever writes around and in it; without any left it is gone") {
    Two two("Bring \xF0\x9F\x8D\x9E and knives.");
    Tab hers(two.amina, "one"), his(two.birk, "two");
    const auto ask = [](Computer& computer, const Tab& tab, Json args) {
        args["session"] = tab.session;
        args["version"] = tab.version;
        auto desk = computer.desk();
        return args.contains("anchors") ? computer.notes().places(desk, args, computer.now)
                                        : computer.notes().passage(desk, args, computer.now);
    };
    const auto meet = [&] {
        for (auto* computer : {&two.amina, &two.birk}) computer->now += 10'000;  // what is pending is due
        two.amina.poll();
        two.birk.poll();
        two.amina.hears(two.birk);
        two.birk.hears(two.amina);
        two.amina.poll();
        two.birk.poll();
        hers.pull();
        his.pull();
    };
    // Places count as a browser does: the bread is two.
    const auto kept = ask(two.amina, hers, {{"from", 6}, {"to", 12}});
    REQUIRE(kept.ok());
    const Json anchors{{"anchors", json::array{kept->at("anchor")}}};
    his.type(0, 0, "Please: ");
    his.type(14, 1, "\xF0\x9F\xA5\x96 bread");
    REQUIRE(his.push().ok());
    CHECK(ask(two.birk, his, {{"from", 3}, {"to", 3}}).code() == Code::malformed);
    meet();
    const auto moved = ask(two.amina, hers, anchors);
    REQUIRE(moved.ok());
    const auto place = moved->at("places").at(0);
    CHECK(place.at("to").to_number<int>() == 26);
    CHECK(hers.words() == "Please: Bring \xF0\x9F\xA5\x96 bread and knives.");

    hers.type(14, 11, "");
    REQUIRE(hers.push().ok());
    CHECK(hers.words() == "Please: Bring  knives.");
    his.type(0, 6, "Do");
    REQUIRE(his.push().ok());
    two.birk.now += 10'000;
    two.birk.poll();
    two.amina.hears(two.birk);
    CHECK(ask(two.amina, hers, anchors).code() == Code::busy);  // her tab does not have his words yet
    meet();
    CHECK(ask(two.birk, his, anchors)->at("places").at(0).is_null());
    CHECK(ask(two.birk, his, {{"anchors", json::array{"body:none"}}})->at("places").at(0).is_null());
}
