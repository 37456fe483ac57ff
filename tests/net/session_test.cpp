// Stories of two or three colleagues and one link between each two of them.
#include "net/session.h"

#include "tests/net/staff.h"

using namespace staffroom;
using namespace staffroom::net;
using world::Staff;

TEST_CASE("two colleagues who wrote apart become equal") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    for (const auto kind : all_kinds) {
        staff.write(0, group, 5, kind);
        staff.write(1, group, 7, kind);
    }
    staff.start_all();
    staff.introduce(0, 1);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}) && staff[0].peers().is_settled(); }, 5'000));
    CHECK(staff[0].log->count(group, CommitKind::content) == 12);
    CHECK(staff.run_until([&] { return staff[1].peers().is_settled(); }, 5'000));
    REQUIRE(staff[1].peers().neighbours().size() == 1);
    CHECK(staff[1].peers().neighbours()[0].name == "Amina");
    CHECK(staff[1].peers().neighbours()[0].settled);
}

TEST_CASE("a new commit reaches a colleague at once, and a third through the second") {
    Staff staff({"Amina", "Ben", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    staff.start_all();
    staff.introduce(0, 1);
    staff.introduce(1, 2);
    staff.run(3'000);
    staff.write(0, group, 1);
    const auto before = staff.network.now();
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1, 2}); }, 1'000));
    CHECK(staff.network.now() - before < 30);
    CHECK(staff[2].log->count(group, CommitKind::content) == 1);
}

TEST_CASE("taken is said only when the store has returned, and a full disk is tried again") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    staff.start_all();
    staff.introduce(0, 1);
    staff.run(3'000);
    staff[1].log->disk_full = true;
    std::size_t taken = 0;
    staff[1].host->watch = [&](const Action& action) {
        if (const auto* send = std::get_if<Send>(&action)) taken += kind_of(send->frame) == Kind::taken;
        return true;
    };
    staff.write(0, group, 3);
    staff.run(5'000);
    CHECK(taken == 0);
    CHECK_FALSE(staff[0].peers().is_settled());
    staff[1].log->disk_full = false;
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}) && staff[0].peers().is_settled(); }, 60'000));
    CHECK(taken > 0);
}

TEST_CASE("a frame that was passed over promises nothing, and is taken as it comes again") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    staff.start_all();
    staff.introduce(0, 1);
    staff.run(3'000);
    // The first time it names a group that is not shared, as when offers have not come yet, and a change is damaged.
    std::size_t damaged = 0, taken_early = 0;
    staff[0].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) != Kind::commits || damaged > 0) return;
        auto said = message_in<CommitsFrame>(frame).value();
        said.group.bytes[0] ^= 1;
        said.commits[0].commit.back() ^= 1;
        frame = frame_of(said);
        ++damaged;
    };
    staff[1].host->watch = [&](const Action& action) {
        const auto* send = std::get_if<Send>(&action);
        const bool taken = send && kind_of(send->frame) == Kind::taken;
        taken_early += taken && staff[1].log->count(group, CommitKind::content) < 3;
        return true;
    };
    staff.write(0, group, 3);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}) && staff[0].peers().is_settled(); }, 60'000));
    CHECK(damaged == 1);
    CHECK(taken_early == 0);
    CHECK(staff[1].log->count(group, CommitKind::content) == 3);
}

TEST_CASE("S06 a frame of commits without a number is not taken: the session ends") {
    Staff staff({"Amina", "Mallory"});
    const auto group = staff.group({0, 1});
    staff.start_all();
    staff.introduce(1, 0);
    staff.run(3'000);
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) != Kind::commits) return;
        auto said = message_in<CommitsFrame>(frame).value();
        said.number = 0;
        frame = frame_of(said);
    };
    std::size_t taken = 0;
    staff[0].host->watch = [&](const Action& action) {
        const auto* send = std::get_if<Send>(&action);
        taken += send && kind_of(send->frame) == Kind::taken;
        return true;
    };
    staff.write(1, group, 1);
    staff.run(5'000);
    CHECK(taken == 0);
    const auto& partings = staff[0].host->partings;
    CHECK(std::count(partings.begin(), partings.end(), Parting::protocol) >= 1);
}

TEST_CASE("S09 a device that is not in a group learns nothing of it") {
    Staff staff({"Amina", "Ben", "Chidi"});
    const auto both = staff.group({0, 1, 2});
    const auto secret = staff.group({0, 1});
    staff.write(0, secret, 5, CommitKind::control);
    staff.write(0, secret, 5);
    staff.start_all();
    Bytes seen;
    staff[0].host->watch = [&](const Action& action) {
        if (const auto* send = std::get_if<Send>(&action)) append(seen, send->frame);
        return true;
    };
    staff.introduce(2, 0);
    staff.run(20'000);
    REQUIRE(staff[0].peers().neighbours().size() == 1);
    CHECK(staff[0].peers().neighbours()[0].groups == 1);
    CHECK(std::search(seen.begin(), seen.end(), secret.bytes.begin(), secret.bytes.end()) == seen.end());
    CHECK(staff.equal(both, {0, 2}));
}

TEST_CASE("S09 whoever echoes our own tags is in no group with us") {
    Staff staff({"Amina", "Mallory"});
    const auto group = staff.group({0, 1});
    const auto secret = staff.group({0});
    staff.write(0, secret, 3, CommitKind::control);
    staff.start_all();
    // Mallory says back every tag that Amina offered.
    Groups heard;
    staff[0].host->watch = [&](const Action& action) {
        const auto* send = std::get_if<Send>(&action);
        if (send && kind_of(send->frame) == Kind::groups) heard = message_in<Groups>(send->frame).value();
        return true;
    };
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) != Kind::groups) return;
        auto said = message_in<Groups>(frame).value();
        said.offers.insert(said.offers.end(), heard.offers.begin(), heard.offers.end());
        std::sort(said.offers.begin(), said.offers.end());
        said.offers.erase(std::unique(said.offers.begin(), said.offers.end()), said.offers.end());
        frame = frame_of(said);
    };
    staff.introduce(1, 0);
    staff.run(20'000);
    REQUIRE(staff[0].peers().neighbours().size() == 1);
    CHECK(heard.offers.size() == 2);
    CHECK(staff[0].peers().neighbours()[0].groups == 1);
    CHECK(staff.equal(group, {0, 1}));
}

TEST_CASE("S08 commits of another group, or of none that is shared, are not kept") {
    Staff staff({"Amina", "Mallory"});
    const auto group = staff.group({0, 1});
    const auto other = staff.group({1});
    staff.start_all();
    staff.introduce(1, 0);
    staff.run(3'000);
    const auto foreign = staff[1].log->write(other, CommitKind::control).frame;
    Tag name;
    bool sent = false;
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) != Kind::commits) return;
        auto said = message_in<CommitsFrame>(frame).value();
        said.commits.push_back(foreign);
        frame = frame_of(said);
        sent = true;
    };
    staff.write(1, group, 1);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 5'000));
    staff.run(10'000);
    CHECK(sent);
    CHECK(staff[0].log->count(group, CommitKind::content) == 1);
    CHECK(staff[0].log->count(group, CommitKind::control) == 0);
    CHECK_FALSE(staff[0].log->knows(group, read_commit(foreign.commit)->id));
}

TEST_CASE("E6 a removed device is told so and gets the control commits up to its removal, nothing more") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    staff.write(0, group, 3, CommitKind::control);
    staff.start_all();
    staff.introduce(1, 0);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 5'000));
    // Amina removes Ben, then goes on.
    auto& mine = staff[0].log->group(group);
    mine.standings[staff[1].device()] = Standing::removed;
    mine.removals = {staff[0].log->write(group, CommitKind::control).commit.id};
    const auto removal = mine.removals[0];
    staff.write(0, group, 2, CommitKind::control);
    staff.write(0, group, 4, CommitKind::content);
    staff.run(60'000);
    CHECK(staff[1].log->knows(group, removal));
    CHECK(staff[1].log->count(group, CommitKind::control) == 4);
    CHECK(staff[1].log->count(group, CommitKind::content) == 0);
}

TEST_CASE("M10 who is removed from the last common group hears so on the link that is open, and is let go") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    staff.start_all();
    staff.introduce(1, 0);  // Ben dials
    staff.write(0, group, 3, CommitKind::control);
    REQUIRE(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 5'000));
    REQUIRE(staff[0].peers().within() == std::vector{staff[1].record.link});
    auto& mine = staff[0].log->group(group);
    mine.standings[staff[1].device()] = Standing::removed;
    mine.removals = {staff.write(0, group, 1, CommitKind::control)[0]};
    CHECK(staff.run_until([&] { return staff[1].log->knows(group, mine.removals[0]); }, 1'000));
    staff.write(0, group, 2);
    CHECK(staff.run_until([&] { return staff[0].peers().within().empty(); }, 15'000));
    CHECK(staff[1].log->count(group, CommitKind::content) == 0);
}

TEST_CASE("O15 what waits for an ancestor is offered, and the ancestor is looked for") {
    Staff staff({"Amina", "Ben", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    const auto first = staff[0].log->write(group, CommitKind::content);
    const auto second = staff[0].log->write(group, CommitKind::content);
    // Ben has the second only; Chidi neither. Nobody has the first for now.
    staff[0].log->group(group) = {};
    staff[0].log->group(group).key = staff[1].log->group(group).key;
    for (const std::size_t i : {0u, 1u, 2u}) staff.admit(0, group, i);
    StoreCommits batch{1, group, {second.frame}};
    CHECK(staff[1].log->keep(batch)->waiting.size() == 1);
    staff.start(1);
    staff.start(2);
    staff.introduce(1, 2);
    CHECK(staff.run_until([&] { return staff[2].log->knows(group, second.commit.id); }, 30'000));
    CHECK(staff[2].log->count(group, CommitKind::content) == 0);
    CHECK(staff[2].log->root(group, CommitKind::content).is_zero());
    // Amina comes back with the first.
    batch.commits = {first.frame};
    REQUIRE(staff[0].log->keep(batch)->fresh.size() == 1);
    staff.start(0);
    staff.introduce(0, 1);
    CHECK(staff.run_until([&] { return staff[2].log->count(group, CommitKind::content) == 2; }, 60'000));
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1, 2}); }, 60'000));
}

TEST_CASE("S10 a part that comes wrong is fetched from somebody else") {
    Staff staff({"Amina", "Mallory", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    const auto made = staff[0].log->write(group, CommitKind::content, 500);
    StoreCommits batch{1, group, {made.frame}};
    CHECK(staff[1].log->keep(batch).ok());
    CHECK(staff[2].log->keep(batch).ok());
    staff[0].log->lose_part(group, made.commit.id);
    staff.start_all();
    staff[1].host->lie = [](Bytes& frame) {
        if (kind_of(frame) == Kind::parts) frame.back() ^= 1;
    };
    staff.introduce(0, 1);
    staff.run(20'000);
    CHECK(staff[0].log->wanted_parts(group, 9).size() == 1);
    staff.introduce(0, 2);
    CHECK(staff.run_until([&] { return staff[0].log->wanted_parts(group, 9).empty(); }, 30'000));
}

TEST_CASE("E4 a device without an epoch key asks a holder for it, not too often") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    const auto epoch = random_id<EpochId>();
    staff[1].log->group(group).wanted_epochs = {epoch};
    staff.start_all();
    staff.introduce(0, 1);
    staff.run(40'000);
    CHECK(staff[0].log->shares.size() >= 3);  // it may have come here only after it was first asked for
    CHECK(staff[0].log->shares.size() <= 5);
    CHECK(staff[0].log->shares[0].asker == staff[1].device());
    CHECK(staff[0].log->shares[0].epochs == std::vector{epoch});
}

TEST_CASE("S14 versions N-1 and N speak the smaller, versions apart part with a word") {
    Staff staff({"Amina", "Ben", "Old"});
    const auto group = staff.group({0, 1, 2});
    staff[0].newest = 3;
    staff[0].oldest = 2;
    staff[1].newest = 2;
    staff[2].newest = 1;
    staff.write(1, group, 3);
    staff.start_all();
    staff.introduce(0, 1);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 5'000));
    staff.introduce(0, 2);
    staff.run(5'000);
    const auto& partings = staff[0].host->partings;
    CHECK(std::count(partings.begin(), partings.end(), Parting::version) >= 1);
    CHECK_FALSE(staff.equal(group, {0, 2}));
    // The doctor can say so, once the word has come through, and of Ben nothing of the kind.
    const auto failed = [&](std::size_t at, std::size_t whose) {
        for (const auto& each : staff[at].peers().heard_of()) {
            if (each.key == staff[whose].record.link) return each.failed;
        }
        return std::optional<Parting>();
    };
    CHECK(staff.run_until([&] { return failed(0, 2) == Parting::version; }));
    CHECK_FALSE(failed(0, 1).has_value());
}

TEST_CASE("S14 kinds of a newer program are passed over; S06 a broken message ends the session") {
    Staff staff({"Amina", "Ben"});
    staff.group({0, 1});
    staff.start_all();
    staff.introduce(0, 1);
    staff.run(3'000);
    int phase = 0;
    staff[1].host->lie = [&](Bytes& frame) {
        if (phase == 1) frame = {200, 1, 2, 3};
        if (phase == 2 && kind_of(frame) == Kind::haves) frame = {static_cast<std::uint8_t>(Kind::announce), 0xFF};
    };
    phase = 1;
    staff.run(25'000);
    CHECK(staff[0].peers().neighbours().size() == 1);
    phase = 2;
    staff.run(25'000);
    const auto& partings = staff[0].host->partings;
    CHECK(std::count(partings.begin(), partings.end(), Parting::protocol) >= 1);
}

TEST_CASE("S05 who offers what they never deliver is left, others are served meanwhile") {
    Staff staff({"Amina", "Mallory", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    staff.write(2, group, 20);
    staff.start_all();
    staff.introduce(1, 0);
    staff.run(3'000);
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) != Kind::haves) return;
        Announce lie{message_in<Haves>(frame)->group, {}};
        for (int i = 0; i < 512; ++i) lie.ids.push_back(random_id<CommitId>());
        frame = frame_of(lie);
    };
    staff.introduce(2, 0);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 2}); }, 20'000));
    CHECK(staff.run_until(
        [&] {
            const auto& partings = staff[0].host->partings;
            return std::count(partings.begin(), partings.end(), Parting::promises) > 0;
        },
        300'000));
}

TEST_CASE("S04 a colleague who lies that both are equal keeps nothing from us that an honest third has") {
    Staff staff({"Amina", "Mallory", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    const auto ids = staff.write(2, group, 20);
    StoreCommits known{0, group, {}};
    for (const auto& id : ids) known.commits.push_back(*staff[2].log->read(group, id));
    REQUIRE(staff[1].log->keep(known).ok());
    staff.start(0);
    staff.start(1);
    std::map<CommitKind, Hash> wanted;  // the roots that Mallory says back
    staff[1].host->hear = [&](LinkId, ByteView frame) {
        if (kind_of(frame) != Kind::reconcile) return;
        const auto message = message_in<ReconcileFrame>(frame).value();
        const auto body = decode<ReconcileBody>(message.body).value();
        if (const auto* opening = std::get_if<Opening>(&body.says)) wanted[message.set] = opening->root;
    };
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) == Kind::haves || kind_of(frame) == Kind::commits) frame = frame_of(Ping{1});
        if (kind_of(frame) != Kind::reconcile) return;
        auto message = message_in<ReconcileFrame>(frame).value();
        auto body = decode<ReconcileBody>(message.body).value();
        body.says = Closing{0, wanted[message.set], true, 0, 0};
        message.body = encode(body);
        frame = frame_of(message);
    };
    staff.introduce(0, 1);
    staff.run(5'000);
    REQUIRE(staff[0].peers().neighbours().size() == 1);
    CHECK(staff[0].peers().neighbours()[0].settled);
    CHECK(staff[0].log->count(group, CommitKind::content) == 0);

    staff.start(2);
    staff.introduce(2, 0);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 2}); }, 5'000));
    CHECK(staff[0].log->count(group, CommitKind::content) == ids.size());
}

TEST_CASE("S16 a slow line does not delay the others, and gets everything in the end") {
    Staff staff({"Amina", "Slow", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    staff.start_all();
    staff.introduce(0, 1);
    staff.introduce(0, 2);
    staff.run(3'000);
    // 1 kB a second towards the second desk: a frame is as late as its size says.
    staff.network.bytes_per_second[world::Network::address(2)] = 1'000;
    staff.write(0, group, 60, CommitKind::content, 1'000);
    const auto before = staff.network.now();
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 2}); }, 5'000));
    CHECK(staff.network.now() - before < 5'000);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 600'000));
}

TEST_CASE("T12 T14 under loss, doubling and overtaking everybody becomes equal") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        Staff staff({"Amina", "Ben", "Chidi"}, seed);
        staff.network.faults = {200, 100, 100};
        const auto group = staff.group({0, 1, 2});
        for (std::size_t i = 0; i < 3; ++i) {
            staff.write(i, group, 3, CommitKind::control);
            staff.write(i, group, 40);
        }
        staff.start_all();
        staff.introduce(0, 1);
        staff.introduce(1, 2);
        CHECK(staff.run_until([&] { return staff.equal(group, {0, 1, 2}); }, 600'000));
    }
}

TEST_CASE("T15 a recorded conversation brings nothing") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    staff.write(0, group, 3);
    staff.start_all();
    std::vector<Bytes> recorded;
    staff[0].host->watch = [&](const Action& action) {
        if (const auto* send = std::get_if<Send>(&action)) recorded.push_back(copy_of(send->frame));
        return true;
    };
    staff.introduce(0, 1);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 5'000));
    REQUIRE(recorded.size() > 3);
    // The same frames once more, to a session of Ben's that is new.
    Outbox out;
    const auto here = staff[1].here();
    OwnRates rates;
    Session session(here, {LinkId{99}, staff[0].record.link, Door::members, false}, rates, out, 0);
    for (const auto& frame : recorded) session.receive(frame, 1);
    CHECK_FALSE(session.greeted());
    while (auto action = out.poll()) CHECK(std::holds_alternative<Send>(*action));
}
