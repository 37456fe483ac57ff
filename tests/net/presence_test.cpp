// Who is where in a note, told to the colleagues at the other end of a link.
#include "core/presence.h"

#include "tests/net/staff.h"

using namespace staffroom;
using namespace staffroom::net;
using world::Staff;

TEST_CASE("where a colleague is in a note is told over their link, and not passed on; not while commits have to wait") {
    Staff staff({"Amina", "Ben", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    staff.start_all();
    staff.introduce(0, 1);
    staff.introduce(1, 2);
    staff.run(3'000);
    std::vector<PresenceTold> told[3];
    for (std::size_t i = 0; i < 3; ++i) {
        staff[i].host->watch = [&told, i](const Action& action) {
            if (const auto* presence = std::get_if<PresenceTold>(&action)) told[i].push_back(*presence);
            return true;
        };
    }
    const auto key = random_secret<SymmetricKey>();
    const Presence here{random_id<RecordId>(), {{7, PlaceAfter{{}, 3}}}};
    const auto made = sealed(here, group, staff[0].device(), random_id<EpochId>(), key);
    const auto tell = [&] {
        staff[0].peers().tell_presence(group, made, [](const DeviceId&) { return true; });
        staff.run(100);
    };
    tell();
    REQUIRE(told[1].size() == 1);
    CHECK(told[2].empty());
    CHECK(told[1][0].from == staff[0].device());
    CHECK(told[1][0].group == group);
    const auto read = opened(told[1][0].sealed, group, staff[0].device(), key);
    REQUIRE(read.has_value());
    CHECK(read->tabs == here.tabs);
    // Nobody can show another's as their own, or read it without the epoch's key.
    CHECK_FALSE(opened(made, group, staff[1].device(), key).has_value());
    CHECK_FALSE(opened(made, random_id<GroupId>(), staff[0].device(), key).has_value());
    CHECK_FALSE(opened(made, group, staff[0].device(), random_secret<SymmetricKey>()).has_value());
    // A disk that does not keep up: what is least important is left out.
    staff[1].log->disk_full = true;
    for (int i = 0; i < 6; ++i) {
        staff.write(0, group, 30, CommitKind::content, 1'000);
        staff.run(10);
    }
    tell();
    CHECK(told[1].size() == 1);
    staff[1].log->disk_full = false;
    REQUIRE(staff.run_until([&] { return staff[0].peers().is_settled(); }, 60'000));
    tell();
    CHECK(told[1].size() == 2);
    // More than anybody moves a cursor is passed over.
    for (int i = 0; i < 1'000; ++i) staff[0].peers().tell_presence(group, made, [](const DeviceId&) { return true; });
    staff.run(100);
    CHECK(told[1].size() <= 2 + Session::presence_burst + 1);
    // Who is removed is told nothing more, and what they tell is passed over.
    staff.run(10'000);
    const auto before = told[1].size();
    auto& mine = staff[0].log->group(group);
    mine.standings[staff[1].device()] = Standing::removed;
    mine.removals = {staff.write(0, group, 1, CommitKind::control)[0]};
    tell();
    CHECK(told[1].size() == before);
    staff[1].peers().tell_presence(group, made, [](const DeviceId&) { return true; });
    staff.run(100);
    CHECK(told[0].empty());
}
