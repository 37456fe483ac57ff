// Groups that show themselves: what a stranger hears, and how they ask.
#include "net/looking.h"

#include <doctest/doctest.h>

#include "tests/decoder_laws.h"
#include "tests/net/staff.h"

using namespace staffroom;
using namespace staffroom::net;
using namespace staffroom::world;

TEST_CASE("a stranger hears of the groups that are shown, and of no other") {
    Staff staff({"Amina", "Stranger"});
    staff.group({0});
    staff.start_all();
    std::vector<ShownGroup> heard;
    unsigned answers = 0;
    staff[1].host->watch = [&](const Action& action) {
        if (const auto* shown = std::get_if<GroupsShown>(&action)) {
            heard = shown->groups;
            ++answers;
        }
        return true;
    };
    const ShownGroup science{random_id<GroupId>(), "Science", "Lessons for all", "Amina"};
    staff[0].peers().show_groups({science});
    staff.introduce(1, 0);
    staff[1].peers().look_around(staff.network.now());
    CHECK(staff.run_until([&] { return answers == 1; }, 30'000));
    CHECK(heard == std::vector{science});
    staff[1].peers().look_around(staff.network.now());
    staff.run(30'000);
    CHECK(answers == 1);  // each computer is asked once
    CHECK(staff[1].peers().neighbours().empty());
}

TEST_CASE("a colleague of one group looks over the link that is there, and is answered once a second at most") {
    Staff staff({"Amina", "Birk"});
    staff.group({0, 1});
    staff.start_all();
    unsigned answers = 0;
    staff[1].host->watch = [&](const Action& action) {
        answers += std::holds_alternative<GroupsShown>(action);
        return true;
    };
    staff[0].peers().show_groups({{random_id<GroupId>(), "Science", "", "Amina"}});
    staff.introduce(1, 0);
    CHECK(staff.run_until([&] { return staff[1].peers().neighbours().size() == 1; }, 30'000));
    CHECK_FALSE(staff[1].peers().has_looked());
    staff[1].peers().look_around(staff.network.now());
    CHECK(staff.run_until([&] { return staff[1].peers().has_looked(); }, 5'000));
    CHECK(answers == 1);
    for (unsigned again = 0; again < 5; ++again) {
        staff[1].peers().look_anew();
        staff[1].peers().look_around(staff.network.now());
        staff.run(50);
    }
    CHECK(answers == 1);
    CHECK(staff[1].peers().neighbours().size() == 1);
}

TEST_CASE("who asks is told to wait for an organiser, and comes in with the welcome") {
    Staff staff({"Amina", "Stranger"});
    staff.group({0});
    staff.start_all();
    auto& stranger = staff[1];
    const SigningKey key(staff[0].secrets.signing);
    const PersonCard founder{make_person(staff[0].secrets, {}), staff[0].record, {}};
    const auto genesis = make_genesis(GroupKind::team, "Science", NewcomersRead::all, {founder}, key);
    unsigned asked = 0;
    staff[0].host->watch = [&](const Action& action) {
        const auto* claim = std::get_if<AskClaimed>(&action);
        if (!claim) return true;
        CHECK(claim->claim.group == id_of(genesis));
        const bool yes = ++asked == 3;
        auto sealed = seal_box(stranger.record.box, encode(Welcome{genesis, {}}));
        staff[0].peers().claim_decided(claim->link, {yes ? Outcome::welcome : Outcome::asked, yes ? *sealed : Bytes{}},
                                       staff.network.now());
        return false;
    };
    std::optional<GroupId> joined;
    stranger.host->watch = [&](const Action& action) {
        const auto* in = std::get_if<Joined>(&action);
        if (in) joined = id_of(in->welcome.genesis);
        return in == nullptr;
    };
    staff.introduce(1, 0);
    const PersonCard card{make_person(stranger.secrets, {}), stranger.record, {}};
    stranger.peers().join(
        make_ask_request(staff[0].record.link, id_of(genesis), card, stranger.device(), stranger.secrets),
        staff.network.now());
    CHECK(staff.run_until([&] { return joined.has_value(); }, 120'000));
    CHECK(joined == id_of(genesis));
    CHECK(asked == 3);
}

TEST_CASE("O01 O02 O03 O04 O05 what is said about groups that show themselves is decoded exactly or not at all") {
    init_crypto();
    laws::check_decoder(Look{});
    laws::check_decoder(
        ShownGroups{{{random_id<GroupId>(), "Science", "Lessons", "Amina"}, {random_id<GroupId>(), "Maths", "", ""}}});
    const auto secrets = new_device();
    const auto record = make_device_record(secrets, "Stranger");
    AskClaim claim;
    claim.group = random_id<GroupId>();
    claim.card = {make_person(secrets, {}), record, {}};
    claim.device = record.device;
    sign(claim, SigningKey(secrets.signing));
    CHECK(is_valid(claim));
    laws::check_decoder(claim);
    auto bent = claim;
    bent.group.bytes[0] ^= 1;
    CHECK_FALSE(is_valid(bent));
    bent = claim;
    bent.device = random_id<DeviceId>();
    sign(bent, SigningKey(secrets.signing));
    CHECK_FALSE(is_valid(bent));
}
