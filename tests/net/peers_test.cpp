// Who dials whom, which link stays, how a newcomer is let in.
#include "net/peers.h"

#include "tests/net/staff.h"

using namespace staffroom;
using namespace staffroom::net;
using world::Network;
using world::Staff;

TEST_CASE("T22 both dial at once: one link stays, and nobody dials again") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        CAPTURE(seed);
        Staff staff({"Amina", "Ben"}, seed);
        const auto group = staff.group({0, 1});
        staff.start_all();
        staff.introduce(0, 1);
        staff.introduce(1, 0);
        staff.run(120'000);
        CHECK(staff[0].peers().neighbours().size() == 1);
        CHECK(staff[1].peers().neighbours().size() == 1);
        CHECK(staff[0].host->partings.size() + staff[1].host->partings.size() <= 4);
        staff.write(0, group, 1);
        CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 1'000));
    }
}

TEST_CASE("T22 a link that died in silence does not keep its successor out") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    staff.start_all();
    staff.introduce(0, 1);
    staff.run(5'000);
    REQUIRE(staff[0].peers().neighbours().size() == 1);
    // Ben's computer loses power and comes back at once; Amina is not told.
    staff.network.faults.silent_cut = 1'000;
    staff[1].host.reset();
    staff.start(1);
    staff.network.faults.silent_cut = 0;
    staff.introduce(1, 0);
    staff.write(1, group, 1);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 20'000));
    staff.run(60'000);
    CHECK(staff[0].peers().neighbours().size() == 1);
}

TEST_CASE("P13 S12 one's own address is recognised, a copy of the disk is another device") {
    Staff staff({"Amina", "copy"});
    staff[1].secrets = staff[0].secrets;
    staff[1].record = staff[0].record;
    staff[1].log = std::make_unique<world::FlatLog>(staff[0].secrets, staff[0].record, staff[1].run);
    const auto group = staff.group({0, 1});
    staff.start_all();
    staff[0].host->hear_of(*staff[0].host);
    staff.run(20'000);
    CHECK(staff[0].peers().neighbours().empty());
    const auto& partings = staff[0].host->partings;
    CHECK(std::count(partings.begin(), partings.end(), Parting::myself) <= 2);
    // Both write on; both keep all.
    staff.write(0, group, 20);
    staff.write(1, group, 30);
    staff.introduce(1, 0);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 1}); }, 20'000));
    CHECK(staff[0].log->count(group, CommitKind::content) == 50);
}

TEST_CASE("strangers are not dialled, and at the members' door a stranger gets no word") {
    Staff staff({"Amina", "Stranger"});
    staff.group({0});
    staff.start_all();
    staff.introduce(0, 1);
    staff.introduce(1, 0);
    staff.run(60'000);
    CHECK(staff[0].host->plug().stats().frames_out == 0);
    CHECK(staff[1].host->plug().stats().frames_out == 0);
}

TEST_CASE("a newcomer whom only a far-away colleague let in is known after a visit to the lobby") {
    Staff staff({"Amina", "Ben", "Chidi"});
    const auto group = staff.group({0, 1});
    // Chidi has the key and knows everybody; Amina has not heard of Chidi.
    staff[2].log->open(group).key = staff[0].log->group(group).key;
    for (const std::size_t i : {0u, 1u, 2u}) staff.admit(2, group, i);
    const auto admission = staff[1].log->write(group, CommitKind::control);
    StoreCommits batch{1, group, {admission.frame}};
    REQUIRE(staff[2].log->keep(batch)->fresh.size() == 1);
    staff.start(0);
    staff.start(2);
    staff.introduce(2, 0);
    Bytes shown;
    staff[0].host->watch = [&](const Action& action) {
        if (const auto* send = std::get_if<Send>(&action)) append(shown, send->frame);
        return true;
    };
    CHECK(staff.run_until([&] { return staff[0].log->knows(group, admission.commit.id); }, 30'000));
    // The side that binds the lobby named nobody.
    const auto& name = staff[0].record.name;
    CHECK(std::search(shown.begin(), shown.end(), name.begin(), name.end()) == shown.end());
    CHECK(staff[0].log->count(group, CommitKind::content) == 0);
    // What the control commit says:
    staff.admit(0, group, 2);
    staff[0].peers().groups_changed(staff.network.now());
    staff.write(2, group, 3);
    CHECK(staff.run_until([&] { return staff.equal(group, {0, 2}); }, 60'000));
    REQUIRE(staff[0].peers().neighbours().size() == 1);
    CHECK(staff[0].peers().neighbours()[0].door == Door::members);
}

TEST_CASE("the doctor's facts: who was heard, whose door stayed shut, who said goodbye and who came back") {
    Staff staff({"Amina", "Ben", "Stranger"});
    staff.group({0, 1});
    staff.start_all();
    const auto of = [&](std::size_t whose) {
        for (const auto& each : staff[0].peers().heard_of()) {
            if (each.key == staff[whose].record.link) return std::optional(each);
        }
        return std::optional<HeardOf>();
    };
    CHECK_FALSE(of(1).has_value());
    staff.introduce(0, 1);
    staff.introduce(0, 2);
    CHECK(staff.run_until([&] { return !staff[0].peers().neighbours().empty(); }, 10'000));
    REQUIRE(of(2).has_value());
    CHECK_FALSE(of(2)->failed.has_value());  // a stranger is not dialled
    CHECK_FALSE(of(1)->failed.has_value());
    CHECK_FALSE(of(1)->left);
    // Ben ends the program, and says so; the link stays open long enough for it.
    staff[1].host->watch = [](const Action& action) { return !std::holds_alternative<Close>(action); };
    staff[1].peers().leave();
    CHECK(staff.run_until([&] { return of(1)->left; }, 10'000));
    staff[1].host.reset();
    staff.run(5'000);
    CHECK(of(1)->failed == Parting::silent);
    // Back again, under the same address.
    staff.start(1);
    staff.introduce(0, 1);
    CHECK(staff.run_until([&] { return !staff[0].peers().neighbours().empty(); }, 120'000));
    CHECK_FALSE(of(1)->left);
    CHECK_FALSE(of(1)->failed.has_value());
}

TEST_CASE("at most eight neighbours are dialled unasked") {
    std::vector<std::string> names(14, "Teacher");
    Staff staff(names);
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < names.size(); ++i) all.push_back(i);
    const auto group = staff.group(all);
    staff.start_all();
    for (std::size_t i = 1; i < names.size(); ++i) staff.introduce(0, i);
    staff.run(30'000);
    CHECK(staff[0].peers().neighbours().size() == 8);
    // What is typed is dialled all the same.
    for (std::size_t i = 1; i < names.size(); ++i) staff[0].host->hear_of(*staff[i].host, Told::typed);
    CHECK(staff.run_until([&] { return staff[0].peers().neighbours().size() == 13; }, 120'000));
    // Everybody hears of a commit: pushed to eight, announced to the others.
    staff.write(0, group, 1);
    CHECK(staff.run_until([&] { return staff.equal(group, all); }, 2'000));
}

TEST_CASE("two who share a group already invite each other to a second one over the link they have") {
    Staff staff({"Amina", "Ben"});
    staff.group({0, 1});
    staff.start_all();
    staff.introduce(0, 1);
    staff.introduce(1, 0);
    REQUIRE(staff.run_until([&] { return staff[1].peers().neighbours().size() == 1; }, 10'000));
    staff.run(10'000);  // of two dials at once one link stays
    const auto link = staff[1].peers().neighbours()[0].link;

    // The inviter's host answers each claim with "asked", and a minute later with "used".
    unsigned claims = 0;
    staff[0].host->watch = [&](const Action& action) {
        const auto* claimed = std::get_if<Claimed>(&action);
        if (!claimed) return true;
        const auto outcome = ++claims < 4 ? Outcome::asked : Outcome::used;
        staff[0].peers().claim_decided(claimed->link, {outcome, {}}, staff.network.now());
        return false;
    };
    Invitation invitation;
    invitation.seed = random_id<Hash>();
    invitation.group = random_id<GroupId>();
    invitation.link = staff[0].record.link;
    const PersonCard card{make_person(staff[1].secrets, {}), staff[1].record, {}};
    staff[1].peers().join(make_join(invitation, card, staff[1].device(), staff[1].secrets.box), staff.network.now());
    auto& outcomes = staff[1].host->outcomes;
    CHECK(staff.run_until([&] { return outcomes.size() == 4; }, 120'000));
    CHECK(outcomes == std::vector{Outcome::asked, Outcome::asked, Outcome::asked, Outcome::used});
    staff.run(60'000);
    CHECK(claims == 4);
    // The link was theirs before and stays.
    REQUIRE(staff[1].peers().neighbours().size() == 1);
    CHECK(staff[1].peers().neighbours()[0].link == link);
}

namespace {

// Amina and Ben share a group; Ben asks for others of hers, and she says yes to those in `open`, no to those in `shut`.
struct AtHerSide {
    Staff staff{{"Amina", "Ben"}};
    std::set<GroupId> open, shut, joined;
    std::map<GroupId, Genesis> groups;
    std::vector<GroupId> asked;

    AtHerSide() {
        staff.group({0, 1});
        staff.start_all();
        staff.introduce(1, 0);
        staff[0].host->watch = [&](const Action& action) {
            const auto* claim = std::get_if<AskClaimed>(&action);
            if (claim) decide(claim->link, claim->claim.group);
            return claim == nullptr;
        };
        staff[1].host->watch = [&](const Action& action) {
            const auto* in = std::get_if<Joined>(&action);
            if (in) joined.insert(id_of(in->welcome.genesis));
            return in == nullptr;
        };
        REQUIRE(staff.run_until([&] { return staff[1].peers().neighbours().size() == 1; }, 10'000));
        staff.run(1'000);
    }
    void decide(LinkId link, const GroupId& group) {
        asked.push_back(group);
        Answer answer{Outcome::asked, {}};
        if (shut.contains(group)) answer.outcome = Outcome::closed;
        if (open.contains(group)) {
            answer = {Outcome::welcome, *seal_box(staff[1].record.box, encode(Welcome{groups.at(group), {}}))};
        }
        staff[0].peers().claim_decided(link, answer, staff.network.now());
    }
    GroupId ask_for(const std::string& name) {
        const PersonCard founder{make_person(staff[0].secrets, {}), staff[0].record, {}};
        const auto genesis =
            make_genesis(GroupKind::team, name, NewcomersRead::all, {founder}, SigningKey(staff[0].secrets.signing));
        const auto group = id_of(genesis);
        groups.emplace(group, genesis);
        const PersonCard card{make_person(staff[1].secrets, {}), staff[1].record, {}};
        staff[1].peers().join(make_ask_request(staff[0].record.link, group, card, staff[1].device(), staff[1].secrets),
                              staff.network.now());
        return group;
    }
    void says(std::set<GroupId>& list, const GroupId& group) {
        list.insert(group);
        staff[0].peers().groups_changed(staff.network.now());
    }
    // Within a second: nobody comes again so soon.
    bool soon(const std::function<bool()>& done) { return staff.run_until(done, 1'000); }
};

}  // namespace

TEST_CASE(
    "who waits for an organiser on a link that is there hears the answer when it is given, not when they come again") {
    AtHerSide her;
    const auto choir = her.ask_for("Choir");
    her.staff.run(5'000);
    CHECK(her.asked == std::vector{choir});
    her.says(her.open, choir);
    CHECK(her.soon([&] { return her.joined.contains(choir); }));

    const auto drama = her.ask_for("Drama");
    her.staff.run(5'000);
    auto& outcomes = her.staff[1].host->outcomes;
    CHECK(outcomes.back() == Outcome::asked);
    her.says(her.shut, drama);
    CHECK(her.soon([&] { return outcomes.back() == Outcome::closed; }));
    const auto count = her.asked.size();
    her.staff.run(60'000);
    CHECK(her.asked.size() == count);  // both are over
    CHECK(her.staff[1].peers().neighbours().size() == 1);
}

TEST_CASE("a claim over a link is answered for itself, not with what was said about the one before") {
    AtHerSide her;
    her.says(her.open, her.ask_for("Choir"));
    CHECK(her.soon([&] { return her.joined.size() == 1; }));
    const auto drama = her.ask_for("Drama");
    her.open.insert(drama);
    CHECK(her.staff.run_until([&] { return her.joined.contains(drama); }, 3'000));

    // Of two at once each has its turn, and who was told to wait is found among both.
    const auto [one, other] = std::pair{her.ask_for("One"), her.ask_for("Other")};
    CHECK(her.staff.run_until([&] { return std::ranges::count(her.asked, other) > 0; }, 5'000));
    CHECK(std::ranges::count(her.asked, one) > 0);
    her.says(her.open, other);
    CHECK(her.soon([&] { return her.joined.contains(other); }));
    CHECK_FALSE(her.joined.contains(one));
    her.open.insert(one);
    CHECK(her.staff.run_until([&] { return her.joined.contains(one); }, 15'000));
}

// --- the lobby -------------------------------------------------------------------------------------------------------

namespace {

struct AtTheLobby {
    Staff staff{{"Amina", "Ben"}};
    Invitation invitation;
    JoinRequest request;

    AtTheLobby() {
        staff.group({0});
        invitation.seed = random_id<Hash>();
        invitation.group = random_id<GroupId>();
        invitation.link = staff[0].record.link;
        const auto& ben = staff[1];
        const PersonCard card{make_person(ben.secrets, {}), ben.record, {}};
        request = make_join(invitation, card, ben.device(), ben.secrets.box);
    }
    const Claim& wanted() const { return std::get<Claim>(request.claim); }
    // What comes back for a claim, said at time `now` from a link of its own.
    std::optional<Outcome> claim(Admitting& admitting, std::uint64_t number, const Claim& claim, std::uint64_t now,
                                 Outcome decision, std::uint8_t from = 1) {
        Outbox out;
        LinkKey key;
        key.bytes[0] = static_cast<std::uint8_t>(number);
        admitting.hear(LinkId{number}, {key, Network::address(from)}, frame_of(claim), now, out);
        std::optional<Outcome> outcome;
        while (auto action = out.poll()) {
            if (std::holds_alternative<Claimed>(*action)) {
                admitting.decided(LinkId{number}, {decision, {}}, now, out);
            } else if (const auto* send = std::get_if<Send>(&*action)) {
                outcome = message_in<Answer>(send->frame)->outcome;
            }
        }
        return outcome;
    }
};

}  // namespace

TEST_CASE("P04 a wrong claim costs that key and address a minute, others get in") {
    AtTheLobby door;
    const auto here = door.staff[0].here();
    Admitting admitting(here);
    auto wrong = std::get<Claim>(door.request.claim);
    wrong.signature.bytes[0] ^= 1;
    CHECK(door.claim(admitting, 1, wrong, 0, Outcome::welcome) == Outcome::unknown);
    CHECK(admitting.wrong_count() == 1);
    // From the same address, with another key and a good claim: wait. From elsewhere: come in.
    CHECK(door.claim(admitting, 2, door.wanted(), 10'000, Outcome::welcome) == Outcome::wait);
    CHECK(door.claim(admitting, 3, door.wanted(), 10'000, Outcome::welcome, 2) == Outcome::welcome);
    CHECK(door.claim(admitting, 4, door.wanted(), 61'000, Outcome::welcome) == Outcome::welcome);
}

TEST_CASE("a claim that comes again gets the answer that was given") {
    AtTheLobby door;
    const auto here = door.staff[0].here();
    Admitting admitting(here);
    CHECK(door.claim(admitting, 1, door.wanted(), 0, Outcome::asked) == Outcome::asked);
    CHECK(door.claim(admitting, 1, door.wanted(), 10, Outcome::welcome) == Outcome::asked);
    CHECK(admitting.overdue(9'000).empty());
    CHECK(admitting.overdue(10'000).size() == 1);
}

TEST_CASE("over a link that stays a colleague makes us decide once a second at most") {
    AtTheLobby door;
    const auto here = door.staff[0].here();
    Admitting admitting(here);
    Outbox out;
    unsigned decisions = 0;
    const PersonCard card{make_person(door.staff[1].secrets, {}), door.staff[1].record, {}};
    for (std::uint64_t now = 0; now < 10'000; now += 50) {
        const auto request = make_ask_request(door.staff[0].record.link, random_id<GroupId>(), card,
                                              door.staff[1].device(), door.staff[1].secrets);
        const auto frame = frame_of(std::get<AskClaim>(request.claim));
        admitting.hear(LinkId{1}, {door.staff[1].record.link, {}, true}, frame, now, out);
        while (auto action = out.poll()) {
            if (!std::holds_alternative<AskClaimed>(*action)) continue;
            ++decisions;
            admitting.decided(LinkId{1}, {Outcome::asked, {}}, now, out);
        }
    }
    CHECK(decisions == 10);
}

TEST_CASE("a newcomer comes again while asked to wait, and ends when refused") {
    AtTheLobby door;
    Joining joining(door.request);
    Outbox out;
    joining.opened(LinkId{1}, 0);
    CHECK_FALSE(joining.tick(0, out));
    CHECK(std::holds_alternative<Send>(*out.poll()));
    CHECK(joining.hear(LinkId{1}, frame_of(Answer{Outcome::asked, {}}), out));
    CHECK_FALSE(std::get<JoinAnswered>(*out.poll()).over);
    CHECK(joining.is_open());
    joining.opened(LinkId{2}, 20'000);
    CHECK(joining.hear(LinkId{2}, frame_of(Answer{Outcome::used, {}}), out));
    CHECK(std::get<JoinAnswered>(*out.poll()).over);
    CHECK_FALSE(joining.is_open());
}

TEST_CASE("a welcome that is not for us, or not of that group, lets nobody in") {
    AtTheLobby door;
    Joining joining(door.request);
    Outbox out;
    joining.opened(LinkId{1}, 0);
    const auto other = new_box_pair();
    auto sealed = seal_box(other.key, encode(Welcome{}));
    joining.hear(LinkId{1}, frame_of(Answer{Outcome::welcome, *sealed}), out);
    CHECK(joining.is_open());
    joining.opened(LinkId{2}, 0);
    const SigningKey key(door.staff[0].secrets.signing);
    const PersonCard card{make_person(door.staff[0].secrets, {}), door.staff[0].record, {}};
    Welcome welcome{make_genesis(GroupKind::school, "Another", NewcomersRead::all, {card}, key), {}};
    sealed = seal_box(door.staff[1].secrets.box.key, encode(welcome));
    joining.hear(LinkId{2}, frame_of(Answer{Outcome::welcome, *sealed}), out);
    CHECK(joining.is_open());
    while (auto action = out.poll()) CHECK_FALSE(std::holds_alternative<Joined>(*action));
}
