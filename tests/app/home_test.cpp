#include "app/home.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "app/api/args.h"
#include "app/api/verbs.h"
#include "app/last_met.h"
#include "app/open_invitations.h"
#include "core/records/decide.h"

#include "tests/disposable.h"

using namespace staffroom;
namespace fs = std::filesystem;

namespace {

struct Folder : Disposable {
    Folder() { init_crypto(); }
    fs::path home() const { return path() / "home"; }
};

}  // namespace

TEST_CASE("a profile is made once and opens again as the same person") {
    const Folder folder;
    PersonId person;
    {
        const auto home = Home::create(folder.home(), {"Amina", "Hill School"}, std::nullopt);
        REQUIRE(home.ok());
        person = (*home)->identity().person();
        CHECK(Home::create(folder.home(), {"Brian", ""}, std::nullopt).code() == Code::busy);
    }
    CHECK(Home::create(folder.home(), {"Brian", ""}, std::nullopt).code() == Code::refused);
    const auto again = Home::open(folder.home(), std::nullopt);
    REQUIRE(again.ok());
    CHECK((*again)->identity().person() == person);
    CHECK((*again)->school() == "Hill School");
}

TEST_CASE("no profile, and a name that is none, are said in words") {
    const Folder folder;
    CHECK(Home::open(folder.home(), std::nullopt).code() == Code::not_found);
    CHECK(Home::create(folder.home(), {"", ""}, std::nullopt).code() == Code::malformed);
    CHECK(Home::create(folder.home(), {std::string(81, 'x'), ""}, std::nullopt).code() == Code::too_large);
    CHECK(Home::create(folder.home(), {"Amina", std::string(301, 'x')}, std::nullopt).code() == Code::too_large);
    CHECK(Home::create(folder.home(), {"Amina", "Hill\xff"}, std::nullopt).code() == Code::malformed);
}

TEST_CASE("D20 a wrong passphrase opens nothing and wipes nothing; the right one works") {
    const Folder folder;
    REQUIRE(Home::create(folder.home(), {"Amina", ""}, "correct horse").ok());
    CHECK(Home::open(folder.home(), std::nullopt).code() == Code::refused);
    CHECK(Home::open(folder.home(), "wrong horse").code() == Code::refused);
    CHECK(Home::open(folder.home(), "correct horse").ok());
}

TEST_CASE("things are found by id, by the beginning of an id, and by an exact name") {
    const Folder folder;
    const auto home = std::move(Home::create(folder.home(), {"Amina", ""}, std::nullopt)).value();
    auto& replica = home->replica();
    const auto school = replica.found(GroupKind::school, "Hill School", NewcomersRead::all).value();
    const Actor amina{home->identity().person(), Role::organiser};
    std::vector<RecordId> tasks;
    for (const auto* title : {"Order seeds", "Sow", "Sow"}) {
        const auto part = decide_create(school, amina, {"task", {{"title", Value(title), {}}}}, random_id<Nonce16>());
        REQUIRE(part.ok());
        REQUIRE(replica.write(school, {*part}).ok());
        tasks.push_back(part->record);
    }
    CHECK(api::find_group(replica, "Hill School").value()->id == school);
    CHECK(api::find_group(replica, to_text(school).substr(0, 6)).value()->id == school);
    CHECK(api::find_group(replica, to_text(school).substr(0, 5)).code() == Code::not_found);
    CHECK(api::find_record(replica, "Order seeds")->state.id == tasks[0]);
    CHECK(api::find_record(replica, to_text(tasks[1]))->state.id == tasks[1]);
    CHECK(api::find_record(replica, "Sow").code() == Code::refused);
    CHECK(api::find_record(replica, "Order seeds", {"note"}).code() == Code::not_found);
}

TEST_CASE("P03 K04 an invitation's minutes count this program's running, over restarts, and no clock") {
    const Folder folder;
    const auto home = std::move(Home::create(folder.home(), {"Amina", ""}, std::nullopt)).value();
    auto& store = home->profile().store();
    const GroupId group{{1}};
    const InviteKey invite{{2}};
    {
        OpenInvitations open(store, 1'000);
        REQUIRE(open.add(group, invite, 2, 1'000).ok());
        CHECK(open.ended(61'000).empty());  // a minute of it is over, and kept
    }
    OpenInvitations again(store, 500'000);
    CHECK(again.ended(559'000).empty());
    const auto ended = again.ended(561'000);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].invite == invite);
    // Until its end is written it comes again, also after a crash in between; a disk that is full is asked later.
    CHECK(OpenInvitations(store, 0).ended(~std::uint64_t{0}).size() == 1);
    again.closed(invite, Error{Code::io, "", ""}, 561'000);
    CHECK(again.ended(561'001).empty());
    CHECK(again.ended(621'000).size() == 1);
    again.closed(invite, Done{}, 621'000);
    CHECK(again.ended(~std::uint64_t{0}).empty());
    CHECK(OpenInvitations(store, 0).ended(~std::uint64_t{0}).empty());
}

TEST_CASE("when a colleague was last met is kept, to the minute") {
    const Folder folder;
    const auto home = std::move(Home::create(folder.home(), {"Amina", ""}, std::nullopt)).value();
    LastMet met(home->profile().store());
    const DeviceId birk{{1}}, chidi{{2}};
    CHECK_FALSE(met.of(birk));
    REQUIRE(met.note(birk, 1'000'000).ok());
    REQUIRE(met.note(birk, 1'030'000).ok());
    CHECK(met.of(birk) == 1'000'000);
    REQUIRE(met.note(birk, 1'060'000).ok());
    CHECK(met.of(birk) == 1'060'000);
    REQUIRE(met.note(birk, 5'000).ok());  // the clock was set back
    CHECK(met.of(birk) == 5'000);
    CHECK_FALSE(met.of(chidi));
}

TEST_CASE("what a verb throws is a refusal in words and no end of the program") {
    const auto reply = api::guarded([]() -> api::Reply { throw std::length_error("too long"); });
    const auto trouble = api::trouble_in(reply);
    REQUIRE(trouble);
    CHECK(trouble->code == "failed");
    CHECK(trouble->advice.find("too long") != std::string::npos);
}
