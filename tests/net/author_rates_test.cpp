// How fast a colleague may bring what it wrote itself.
#include "net/author_rates.h"

#include "tests/net/staff.h"

using namespace staffroom;
using namespace staffroom::net;
using world::Desk;
using world::Staff;

namespace {

// Commits side by side, as a program gone mad would write them.
std::vector<CommitFrame> flood(Desk& desk, const GroupId& group, std::size_t count) {
    const SymmetricKey key;
    Draft draft;
    draft.group = group;
    draft.run = desk.run;
    draft.depth = 1;
    draft.auth = {root_of(group)};
    draft.epoch = epoch_id(group, key);
    std::vector<CommitFrame> frames;
    for (std::size_t i = 0; i < count; ++i) {
        draft.wall_ms = i;
        frames.push_back(compose(draft, &key, desk.log->signing())->frame);
    }
    return frames;
}

void keep(Desk& desk, const GroupId& group, std::vector<CommitFrame> frames) {
    REQUIRE(desk.log->keep(StoreCommits{0, group, std::move(frames)}).ok());
}

// How many commits a host has declined for their rate.
struct Refusals {
    explicit Refusals(world::Host& host) {
        host.watch = [this](const Action& action) {
            const auto* send = std::get_if<Send>(&action);
            if (send == nullptr || kind_of(send->frame) != Kind::taken) return true;
            const auto taken = message_in<Taken>(send->frame).value();
            for (const auto& each : taken.declined) count += each.why == Declined::rate;
            return true;
        };
    }
    std::size_t count = 0;
};

Neighbour colleague(Desk& desk, const Desk& whom) {
    for (auto& each : desk.peers().neighbours()) {
        if (each.device == whom.device()) return each;
    }
    FAIL("no link to that colleague");
    return {};
}

constexpr std::size_t burst = staffroom::limits::author_burst, rate = staffroom::limits::author_rate;

}  // namespace

TEST_CASE("O16 a budget is a burst, refills evenly, belongs to one device, and is forgotten only when full") {
    AuthorRates rates;
    DeviceId author, other;
    author.bytes[0] = 1;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < 3 * burst; ++i) taken += rates.take(author, 1'000) ? 1u : 0u;
    CHECK(taken == burst);
    CHECK(rates.take(other, 1'000));
    for (std::size_t i = 0; i < 3 * rate; ++i) taken += rates.take(author, 2'000) ? 1u : 0u;
    CHECK(taken == burst + rate);
    for (std::uint16_t i = 0; i < 5'000; ++i) {
        DeviceId passer;
        passer.bytes[1] = static_cast<std::uint8_t>(i >> 8);
        passer.bytes[2] = static_cast<std::uint8_t>(i);
        CHECK(rates.take(passer, 2'000 + i));
    }
    taken = 0;
    for (std::size_t i = 0; i < 3 * burst; ++i) taken += rates.take(author, 7'000) ? 1u : 0u;
    CHECK(taken == 5 * rate);
    rates.drain(other, 7'000);
    CHECK_FALSE(rates.take(other, 7'000));
}

TEST_CASE(
    "O16 a flood by one member: 5,000 and then 200 a second are taken, the rest declined by name, others served") {
    Staff staff({"Amina", "Mallory", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    staff.start_all();
    staff.introduce(1, 0);
    staff.introduce(2, 0);
    staff.run(3'000);
    Refusals refusals(*staff[0].host);
    const auto all = flood(staff[1], group, 12'000);
    auto next = all.begin();
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) != Kind::commits) return;
        auto said = message_in<CommitsFrame>(frame).value();
        for (int i = 0; i < 400 && next != all.end(); ++i) said.commits.push_back(*next++);
        frame = frame_of(said);
    };
    const auto before = staff.network.now();
    while (next != all.end()) {
        staff.write(1, group, 1);
        staff.run(20);
    }
    const auto seconds = 1 + (staff.network.now() - before) / 1'000;
    CHECK(staff[0].log->count(group, CommitKind::content) <= burst + rate * seconds);
    CHECK(refusals.count >= all.size() - burst - rate * seconds);
    CHECK(colleague(staff[0], staff[1]).too_fast == refusals.count);

    // In the midst of it, what another colleague writes is here at once.
    const auto urgent = staff.write(2, group, 1).front();
    CHECK(staff.run_until([&] { return staff[0].log->knows(group, urgent); }, 200));
    CHECK(colleague(staff[0], staff[2]).too_fast == 0);
    // The link stays: what is declined is not broken.
    staff.run(60'000);
    CHECK(colleague(staff[0], staff[1]).taken > 0);
}

TEST_CASE("O16 dialling again buys no second burst") {
    Staff staff({"Amina", "Mallory"});
    const auto group = staff.group({0, 1});
    keep(staff[1], group, flood(staff[1], group, burst + 2'000));
    staff.start_all();
    staff.introduce(1, 0);
    staff.run(4'000);
    const auto begun = staff.network.now();
    const auto count = [&] { return staff[0].log->count(group, CommitKind::content); };
    CHECK(count() >= burst);
    staff.start(1);
    staff.introduce(1, 0);
    staff.run(4'000);
    CHECK(count() <= burst + rate * (1 + staff.network.now() / 1'000));
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 120'000));
    CHECK(staff.network.now() - begun > 2'000);
}

TEST_CASE(
    "O16 an honest colleague with more than the burst keeps the pace by itself: nothing is declined, all arrives") {
    for (const bool live : {false, true}) {
        CAPTURE(live);
        Staff staff({"Amina", "Ben"});
        const auto group = staff.group({0, 1});
        const auto all = flood(staff[1], group, burst + 1'200);
        if (!live) keep(staff[1], group, all);
        staff.start_all();
        staff.introduce(0, 1);
        Refusals refusals(*staff[0].host);
        staff.run(3'000);
        const auto begun = staff.network.now();
        for (auto each = all.begin(); live && each != all.end(); each += 50) {
            const auto report = staff[1].log->keep(StoreCommits{0, group, {each, each + 50}});
            staff[1].host->wrote(group, *report);
        }
        if (live) CHECK(staff.run_until([&] { return colleague(staff[1], staff[0]).held; }, 3'000));
        CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}) && staff[1].peers().is_settled(); }, 60'000));
        CHECK(refusals.count == 0);
        CHECK_FALSE(colleague(staff[1], staff[0]).held);
        // 1,200 at 200 a second, less what the greeting took.
        CHECK(staff.network.now() - begun >= 2'500);
        CHECK(staff.network.now() - begun < 30'000);
    }
}

TEST_CASE("O16 history that others pass on is never held back") {
    Staff staff({"Amina", "Ben", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    keep(staff[1], group, flood(staff[2], group, burst + 2'000));
    staff.start(0);
    staff.start(1);
    staff.introduce(0, 1);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 5'000));
    CHECK(staff[0].log->count(group, CommitKind::content) == burst + 2'000);
}
