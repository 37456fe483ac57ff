// Who may do what, told as stories. Founders are in order of seniority: ana, then ben.
#include <doctest/doctest.h>

#include "tests/members_story.h"

using namespace staffroom;
using namespace staffroom::story;

TEST_CASE("M01 a removed member back-dates content and grants: nothing of it shows") {
    Story story({"ana"});
    story.control("c1", "ana", "appoint", "mal");
    story.content("honest", "mal", {.knowing = {"c1"}});
    story.control("c2", "ana", "remove", "mal", {.knowing = {"c1"}, .seen = {"honest"}});
    story.content("forged", "mal", {.knowing = {"c1"}, .seen = {"honest"}});
    story.control("sock", "mal", "add", "puppet", {.role = "member", .knowing = {"c1"}});
    story.content("by-sock", "puppet", {.knowing = {"sock"}});
    CHECK(story.shows("honest"));
    CHECK_FALSE(story.shows("forged"));
    CHECK_FALSE(story.is_effective("sock"));
    CHECK(story.role("puppet") == "none");
    CHECK_FALSE(story.shows("by-sock"));
}

TEST_CASE("M02 two organisers remove each other: the senior stays") {
    Story story({"ana", "ben"});
    story.control("x", "ana", "remove", "ben");
    story.control("y", "ben", "remove", "ana");
    CHECK(story.role("ana") == "organiser");
    CHECK(story.role("ben") == "none");
    CHECK_FALSE(story.is_effective("y"));
}

TEST_CASE("M03 three remove each other in a ring: the most senior stays and decides") {
    Story story({"ana", "ben", "cy"});
    story.control("x", "ana", "remove", "ben");
    story.control("y", "ben", "remove", "cy");
    story.control("z", "cy", "remove", "ana");
    CHECK(story.role("ana") == "organiser");
    CHECK(story.role("ben") == "none");
    CHECK(story.role("cy") == "organiser");  // ben, who would have removed cy, was out
}

TEST_CASE("M04 a junior removes a senior: effective, but it binds nothing, and can be shown") {
    Story story({"ana", "ben"});
    story.control("x", "ben", "remove", "ana");
    CHECK(story.role("ana") == "organiser");
    CHECK(story.is_effective("x"));
}

TEST_CASE("M05 a removal and a promotion at once: the removal wins if its author is senior to the new path") {
    Story senior({"ana", "ben"});
    senior.control("c1", "ana", "add", "cy", {.role = "member"});
    senior.control("x", "ana", "remove", "cy", {.knowing = {"c1"}});
    senior.control("y", "ben", "appoint", "cy", {.knowing = {"c1"}});
    CHECK(senior.role("cy") == "none");

    Story junior({"ana"});
    junior.control("c0", "ana", "appoint", "dan");
    junior.control("c1", "dan", "appoint", "eve", {.knowing = {"c0"}});
    junior.control("c2", "ana", "add", "cy", {.role = "member", .knowing = {"c1"}});
    junior.control("x", "eve", "remove", "cy", {.knowing = {"c2"}});
    junior.control("y", "ana", "appoint", "cy", {.knowing = {"c2"}});
    CHECK(junior.role("cy") == "organiser");
}

TEST_CASE("M06 a removal and a re-admission at once: out, until somebody re-admits who knows of the removal") {
    Story story({"ana", "ben"});
    story.control("c1", "ana", "add", "cy", {.role = "member"});
    story.control("x", "ben", "remove", "cy", {.knowing = {"c1"}});
    story.control("y", "ana", "add", "cy", {.role = "member", .knowing = {"c1"}});
    CHECK(story.role("cy") == "none");
    story.control("z", "ben", "add", "cy", {.role = "reader", .knowing = {"x", "y"}});
    CHECK(story.role("cy") == "reader");
}

TEST_CASE("M07 a friend appoints whom the principal removed: a member at most") {
    Story story({"ana", "ben"});
    story.control("c1", "ana", "appoint", "cy");
    story.control("x", "ana", "remove", "cy", {.knowing = {"c1"}});
    story.control("y", "ben", "appoint", "cy", {.knowing = {"x"}});
    CHECK(story.role("cy") == "member");
    story.control("z", "ana", "appoint", "cy", {.knowing = {"y"}});
    CHECK(story.role("cy") == "organiser");
}

TEST_CASE("M08 a removed organiser lets in a chain of 50 sock puppets: none is in") {
    Story story({"ana"});
    story.control("c1", "ana", "appoint", "mal");
    story.control("x", "ana", "remove", "mal", {.knowing = {"c1"}});
    Name before = "mal", knowing = "c1";
    for (int i = 0; i < 50; ++i) {
        const auto puppet = "sock" + std::to_string(i);
        const auto id = "s" + std::to_string(100 + i);
        story.control(id, before, "appoint", puppet, {.knowing = {knowing}});
        before = puppet;
        knowing = id;
    }
    story.content("p", before, {.knowing = {knowing}});
    CHECK(story.state().people.size() == 1);
    CHECK_FALSE(story.shows("p"));
}

TEST_CASE("M15 honest work from around a removal is set aside, and an organiser brings it back") {
    Story story({"ana"});
    story.control("c1", "ana", "add", "cy", {.role = "member"});
    story.control("x", "ana", "remove", "cy", {.knowing = {"c1"}});
    story.content("offline", "cy", {.knowing = {"c1"}});
    story.content("defiant", "cy", {.knowing = {"x"}});
    CHECK(story.verdict("offline") == Verdict::set_aside);
    CHECK(story.verdict("defiant") == Verdict::without_right);
    story.control("k", "ana", "admit", "", {.knowing = {"x"}, .seen = {"offline"}, .ids = {"offline"}});
    CHECK(story.verdict("offline") == Verdict::shown);
    story.control("h", "ana", "hide", "", {.knowing = {"k"}, .seen = {"offline"}, .ids = {"offline"}});
    CHECK(story.verdict("offline") == Verdict::hidden);
}

TEST_CASE("M15 of an admit and a hide at once the hide stays; of two in turn the later") {
    Story story({"ana", "ben"});
    story.control("c1", "ana", "add", "cy", {.role = "member"});
    story.content("p", "cy", {.knowing = {"c1"}});
    story.control("h", "ben", "hide", "", {.knowing = {"c1"}, .seen = {"p"}, .ids = {"p"}});
    story.control("k", "ana", "admit", "", {.knowing = {"c1"}, .seen = {"p"}, .ids = {"p"}});
    CHECK_FALSE(story.shows("p"));
    story.control("k2", "ben", "admit", "", {.knowing = {"h", "k"}, .seen = {"p"}, .ids = {"p"}});
    CHECK(story.shows("p"));
}

TEST_CASE("M15 nobody hides the words of somebody senior, or words they have not seen") {
    Story story({"ana", "ben"});
    story.content("hers", "ana");
    story.content("his", "ben");
    story.control("h1", "ben", "hide", "", {.seen = {"hers"}, .ids = {"hers"}});
    story.control("h2", "ana", "hide", "", {.seen = {"hers"}, .ids = {"his"}});
    CHECK(story.shows("hers"));
    CHECK(story.shows("his"));
}

TEST_CASE("M17 an organiser leaves; whoever knows of it may let them in again") {
    Story story({"ana", "ben"});
    story.control("l", "ben", "leave", "ben");
    CHECK(story.role("ben") == "none");
    story.control("c", "ben", "add", "cy", {.role = "member", .knowing = {"l"}});
    CHECK_FALSE(story.is_effective("c"));
    story.control("d", "ana", "appoint", "ben", {.knowing = {"l"}});
    CHECK(story.role("ben") == "organiser");
}

TEST_CASE("M17 founder 0 leaves: the group is governed by the others, and what founder 0 did stays") {
    Story story({"ana", "ben"});
    story.control("c1", "ana", "add", "cy", {.role = "member"});
    story.control("l", "ana", "leave", "ana", {.knowing = {"c1"}});
    CHECK(story.role("ana") == "none");
    CHECK(story.role("cy") == "member");
    story.control("c2", "ben", "remove", "cy", {.knowing = {"l"}});
    CHECK(story.role("cy") == "none");
}

TEST_CASE("M17 nobody removes themselves by a removal, nor leaves for another") {
    Story story({"ana", "ben"});
    story.control("x", "ben", "remove", "ben");
    story.control("y", "ana", "leave", "ben");
    story.control("z", "ana", "demote", "ben", {.role = "organiser"});
    CHECK(story.role("ben") == "organiser");
    CHECK(story.state().effective.count("x") == 0);
    CHECK_FALSE(story.is_effective("y"));
    CHECK_FALSE(story.is_effective("z"));
}

TEST_CASE("M18 an organiser shows two histories to two halves: both halves agree once they meet") {
    Story story({"ana", "ben"});
    story.control("one", "ben", "add", "cy", {.role = "member"});
    story.control("two", "ben", "remove", "cy");
    story.content("p", "cy", {.knowing = {"one"}});
    CHECK(story.role("cy") == "none");
    CHECK(story.verdict("p") == Verdict::set_aside);

    auto other = story.history();
    std::swap(other.lines[0], other.lines[1]);
    Played played(other);
    for (const auto& line : other.lines) played.add(line);
    CHECK((played.state() == story.state()));
}

TEST_CASE("M-1 the shorter path is senior, then the smaller") {
    Story story({"ana", "ben"});
    story.control("z", "ana", "appoint", "cy");
    story.control("a", "ben", "appoint", "dan");
    story.control("y", "cy", "remove", "dan", {.knowing = {"z", "a"}});
    story.control("x", "dan", "remove", "cy", {.knowing = {"z", "a"}});
    CHECK(story.role("cy") == "organiser");  // under founder 0
    CHECK(story.role("dan") == "none");
}

TEST_CASE("M-1 a second grant never lowers") {
    Story story({"ana"});
    story.control("c1", "ana", "appoint", "cy");
    story.control("c2", "ana", "add", "cy", {.role = "reader", .knowing = {"c1"}});
    CHECK(story.role("cy") == "organiser");
}

TEST_CASE("M-2 what an organiser did before being removed stays, if the removal knew it") {
    Story story({"ana"});
    story.control("c1", "ana", "appoint", "cy");
    story.control("c2", "cy", "add", "dan", {.role = "member", .knowing = {"c1"}});
    story.control("x", "ana", "remove", "cy", {.knowing = {"c2"}});
    CHECK(story.role("dan") == "member");
}

TEST_CASE("M-3 a demoted organiser writes on as a member and organises no more") {
    Story story({"ana"});
    story.control("c1", "ana", "appoint", "cy");
    story.control("d", "ana", "demote", "cy", {.role = "member", .knowing = {"c1"}});
    story.content("p", "cy", {.knowing = {"d"}});
    story.control("c2", "cy", "add", "dan", {.role = "member", .knowing = {"d"}});
    CHECK(story.role("cy") == "member");
    CHECK(story.shows("p"));
    CHECK_FALSE(story.is_effective("c2"));
}

TEST_CASE("M-4 a reader's words do not show, and being made a member later does not change it") {
    Story story({"ana"});
    story.control("c1", "ana", "add", "cy", {.role = "reader"});
    story.content("early", "cy", {.knowing = {"c1"}});
    story.control("c2", "ana", "add", "cy", {.role = "member", .knowing = {"c1"}});
    story.content("later", "cy", {.knowing = {"c2"}});
    CHECK_FALSE(story.shows("early"));
    CHECK(story.shows("later"));
}

TEST_CASE("M-5 a cut that a more senior cut masks does nothing") {
    Story story({"ana", "ben", "cy"});
    story.control("x", "ben", "remove", "cy");
    story.control("y", "ana", "remove", "ben");
    CHECK(story.role("cy") == "organiser");
}

// --- several acts in one commit, pair groups, devices

namespace {

Act act(ActKind kind, std::uint32_t op, const Name& who, Role role = Role::none) {
    Act made;
    made.kind = kind;
    made.op = op;
    made.who = id_named<PersonId>(who);
    made.role = role;
    return made;
}

ControlFact fact(const Name& id, std::uint64_t depth, const Name& by, Names parents, std::vector<Act> acts,
                 const Name& device = "d") {
    ControlFact made;
    made.id = id_named<CommitId>(id);
    made.depth = depth;
    made.author = id_named<PersonId>(by);
    made.device = id_named<DeviceId>(device);
    made.parents = ids_named<CommitId>(parents);
    made.acts = std::move(acts);
    return made;
}

Act revoke(const Name& whose, const Name& device, std::optional<std::vector<std::uint32_t>> authority = {}) {
    auto made = act(ActKind::revoke, 0, whose);
    made.device = id_named<DeviceId>(device);
    made.authority = std::move(authority);
    return made;
}

Role role_in(const Rules& rules, const Name& who) { return rules.role_now(id_named<PersonId>(who)).role; }

bool may_use(const Rules& rules, const Name& who, const Name& device) {
    return rules.role_through(id_named<PersonId>(who), id_named<DeviceId>(device)) != Role::none;
}

Rules group_of(Names founders, bool pair = false) {
    return Rules(id_named<CommitId>("g"), ids_named<PersonId>(founders), pair);
}

}  // namespace

TEST_CASE("M17 an organiser appoints a successor and leaves in one commit; the other way round nobody is appointed") {
    auto rules = group_of({"ana"});
    rules.add(fact("c", 1, "ana", {"g"}, {act(ActKind::appoint, 0, "ben"), act(ActKind::leave, 1, "ana")}));
    CHECK(role_in(rules, "ana") == Role::none);
    CHECK(role_in(rules, "ben") == Role::organiser);

    auto other = group_of({"ana"});
    other.add(fact("c", 1, "ana", {"g"}, {act(ActKind::leave, 0, "ana"), act(ActKind::appoint, 1, "ben")}));
    CHECK(role_in(other, "ben") == Role::none);
}

TEST_CASE("acts of one commit have paths of their own") {
    auto rules = group_of({"ana"});
    rules.add(fact("c", 1, "ana", {"g"}, {act(ActKind::appoint, 0, "ben"), act(ActKind::appoint, 1, "cy")}));
    rules.add(fact("d", 2, "cy", {"c"}, {act(ActKind::remove, 0, "ben")}));
    rules.add(fact("e", 2, "ben", {"c"}, {act(ActKind::remove, 0, "cy")}));
    CHECK(role_in(rules, "ben") == Role::organiser);
    CHECK(role_in(rules, "cy") == Role::none);
}

TEST_CASE("a pair group stays the two it is of") {
    auto rules = group_of({"ana", "ben"}, true);
    rules.add(fact("a", 1, "ana", {"g"},
                   {act(ActKind::remove, 0, "ben"), act(ActKind::demote, 1, "ben", Role::reader),
                    act(ActKind::add, 2, "cy", Role::member), act(ActKind::appoint, 3, "cy")}));
    CHECK(role_in(rules, "ben") == Role::organiser);
    CHECK(role_in(rules, "cy") == Role::none);
    rules.add(fact("b", 2, "ben", {"a"}, {act(ActKind::leave, 0, "ben")}));
    CHECK(role_in(rules, "ben") == Role::none);
    rules.add(fact("c", 3, "ana", {"b"}, {act(ActKind::appoint, 0, "ben")}));
    CHECK(role_in(rules, "ben") == Role::organiser);
}

TEST_CASE("M-8 a lost laptop is revoked by another device: what it had not heard is masked, what was known stays") {
    auto rules = group_of({"ana"});
    rules.add(fact("c1", 1, "ana", {"g"}, {act(ActKind::add, 0, "cy", Role::member)}, "laptop"));
    rules.add(fact("r", 2, "ana", {"c1"}, {revoke("ana", "laptop", std::vector<std::uint32_t>{})}, "desk"));
    rules.add(fact("c2", 2, "ana", {"c1"}, {act(ActKind::add, 0, "thief", Role::member)}, "laptop"));
    rules.add(fact("c3", 3, "ana", {"r"}, {act(ActKind::add, 0, "dan", Role::member)}, "desk"));
    CHECK(role_in(rules, "cy") == Role::member);
    CHECK(role_in(rules, "thief") == Role::none);
    CHECK(role_in(rules, "dan") == Role::member);
    CHECK_FALSE(may_use(rules, "ana", "laptop"));
    CHECK(may_use(rules, "ana", "desk"));
}

TEST_CASE("M-8 two devices revoke each other: the older authority stays, the recovery key before all") {
    const std::vector<std::uint32_t> first = {}, second = {0};
    auto rules = group_of({"ana"});
    rules.add(fact("x", 1, "ana", {"g"}, {revoke("ana", "phone", first)}, "laptop"));
    rules.add(fact("y", 1, "ana", {"g"}, {revoke("ana", "laptop", second)}, "phone"));
    CHECK(may_use(rules, "ana", "laptop"));
    CHECK_FALSE(may_use(rules, "ana", "phone"));

    rules.add(fact("z", 1, "ana", {"g"}, {revoke("ana", "laptop", std::nullopt)}, "new"));
    CHECK_FALSE(may_use(rules, "ana", "laptop"));
    CHECK(may_use(rules, "ana", "phone"));  // what the laptop wrote is masked by now
    CHECK(may_use(rules, "ana", "new"));
}

TEST_CASE("M-8 an organiser revokes a device of a junior, not of a senior; and no grant undoes it") {
    auto rules = group_of({"ana", "ben"});
    rules.add(fact("c1", 1, "ana", {"g"}, {act(ActKind::add, 0, "cy", Role::member)}, "a"));
    rules.add(fact("x", 2, "ben", {"c1"}, {revoke("ana", "a")}, "b"));
    rules.add(fact("y", 2, "ben", {"c1"}, {revoke("cy", "tablet")}, "b"));
    rules.add(fact("z", 3, "ana", {"x", "y"}, {act(ActKind::add, 0, "cy", Role::member)}, "a"));
    CHECK(may_use(rules, "ana", "a"));
    CHECK_FALSE(may_use(rules, "cy", "tablet"));
    CHECK(may_use(rules, "cy", "other"));
}

TEST_CASE("M-8 a removed organiser back-dates a revocation of its own device: its earlier acts stay") {
    auto rules = group_of({"ana"});
    rules.add(fact("c1", 1, "ana", {"g"}, {act(ActKind::appoint, 0, "mal")}, "a"));
    rules.add(fact("c2", 2, "mal", {"c1"}, {act(ActKind::add, 0, "cy", Role::member)}, "laptop"));
    rules.add(fact("x", 3, "ana", {"c2"}, {act(ActKind::remove, 0, "mal")}, "a"));
    rules.add(fact("f", 2, "mal", {"c1"}, {revoke("mal", "laptop", std::vector<std::uint32_t>{})}, "phone"));
    CHECK(role_in(rules, "cy") == Role::member);
}

TEST_CASE("M-8 evaluating afresh changes nothing about devices") {
    auto rules = group_of({"ana", "ben"});
    rules.add(fact("c1", 1, "ana", {"g"}, {act(ActKind::appoint, 0, "cy")}, "a"));
    rules.add(fact("c2", 2, "cy", {"c1"}, {act(ActKind::add, 0, "dan", Role::member)}, "lost"));
    rules.add(fact("r", 2, "cy", {"c1"}, {revoke("cy", "lost", std::vector<std::uint32_t>{})}, "kept"));
    CHECK(role_in(rules, "dan") == Role::none);
    rules.evaluate();
    CHECK(role_in(rules, "dan") == Role::none);
    CHECK(role_in(rules, "cy") == Role::organiser);
}

TEST_CASE("E3 an epoch is stale once a removal, a leave or a revocation is not in its past") {
    auto rules = group_of({"ana", "ben"});
    const auto at = [](Names heads) { return ids_named<CommitId>(heads); };
    rules.add(fact("c1", 1, "ana", {"g"}, {act(ActKind::add, 0, "cy", Role::member)}, "a"));
    CHECK(rules.knows_removals(at({"g"})));
    CHECK_FALSE(rules.knows_arrivals(at({"g"})));
    CHECK(rules.knows_arrivals(at({"c1"})));
    rules.add(fact("x", 2, "ana", {"c1"}, {act(ActKind::remove, 0, "cy")}, "a"));
    CHECK_FALSE(rules.knows_removals(at({"c1"})));
    CHECK(rules.knows_removals(at({"x"})));
    rules.add(fact("y", 3, "ana", {"x"}, {revoke("ben", "phone")}, "a"));
    CHECK_FALSE(rules.knows_removals(at({"x"})));
    CHECK(rules.knows_removals(at({"y"})));
    // Somebody long removed leaves again and again, from wherever: no new key for that.
    rules.add(fact("l", 2, "cy", {"c1"}, {act(ActKind::leave, 0, "cy")}, "c"));
    CHECK(rules.knows_removals(at({"y"})));
}

TEST_CASE("E3 an epoch is stale once somebody is removed who came after it, since its key was shared with them") {
    auto rules = group_of({"ana", "ben"});
    const auto at = [](Names heads) { return ids_named<CommitId>(heads); };
    rules.add(fact("in", 1, "ana", {"g"}, {act(ActKind::add, 0, "cy", Role::member)}, "a"));
    CHECK(rules.knows_removals(at({"g"})));
    rules.add(fact("out", 2, "ana", {"in"}, {act(ActKind::remove, 0, "cy")}, "a"));
    CHECK_FALSE(rules.knows_removals(at({"g"})));
    CHECK(rules.knows_removals(at({"out"})));
    // Likewise somebody who was out, is let in again and removed once more.
    rules.add(fact("again", 3, "ana", {"out"}, {act(ActKind::add, 0, "cy", Role::member)}, "a"));
    CHECK(rules.knows_removals(at({"out"})));
    rules.add(fact("for good", 4, "ana", {"again"}, {act(ActKind::remove, 0, "cy")}, "a"));
    CHECK_FALSE(rules.knows_removals(at({"out"})));
    CHECK(rules.knows_removals(at({"for good"})));
}
