#include "net/gathered_commits.h"

#include <doctest/doctest.h>

namespace staffroom::net {
namespace {

const SigningKey author(random_secret<SigningSeed>());
const auto school = random_id<GroupId>(), team = random_id<GroupId>();

// A content commit that nobody will take, which is enough to be named.
CommitFrame some_commit(const GroupId& group, std::uint64_t depth) {
    static const auto key = random_secret<SymmetricKey>();
    Draft draft;
    draft.group = group;
    draft.epoch = random_id<EpochId>();
    draft.depth = depth;
    draft.parents = {random_id<CommitId>()};
    draft.auth = {random_id<CommitId>()};
    draft.parts = {Bytes(10)};
    return compose(draft, &key, author)->frame;
}
CommitId id_in(const CommitFrame& frame) { return read_commit(frame.commit)->id; }

StoreCommits frame(std::uint64_t ticket, const GroupId& group, std::size_t count) {
    StoreCommits action{ticket, group, {}};
    for (std::size_t i = 0; i < count; ++i) action.commits.push_back(some_commit(group, 7 + i));
    return action;
}

TEST_CASE("frames of one group become one batch, those of another one of their own, in the order of arrival") {
    GatheredCommits gathered;
    CHECK_FALSE(gathered.take());
    gathered.add(frame(1, team, 2));
    gathered.add(frame(2, school, 1));
    gathered.add(frame(3, team, 3));
    const auto first = gathered.take();
    REQUIRE(first);
    CHECK(first->group == team);
    CHECK(first->commits.size() == 5);
    REQUIRE(first->frames.size() == 2);
    CHECK(first->frames[0].ticket == 1);
    CHECK(first->frames[1].ticket == 3);
    const auto second = gathered.take();
    REQUIRE(second);
    CHECK(second->group == school);
    CHECK_FALSE(gathered.take());
}

TEST_CASE("a frame without commits, all declined before, is reported too") {
    GatheredCommits gathered;
    gathered.add(frame(4, team, 0));
    const auto batch = gathered.take();
    REQUIRE(batch);
    const auto reports = reports_of(*batch, {});
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].ticket == 4);
}

TEST_CASE("what is gathered is bounded in bytes over all groups, and empties again") {
    GatheredCommits gathered;
    for (std::uint64_t ticket = 1; !gathered.is_full(); ++ticket) {
        REQUIRE(ticket < 10'000);
        auto action = frame(ticket, ticket % 2 == 0 ? school : team, 1);
        action.commits[0].parts = {Bytes(limits::batch_bytes / 2)};
        gathered.add(std::move(action));
    }
    std::size_t commits = 0;
    while (const auto batch = gathered.take()) commits += batch->commits.size();
    CHECK(commits <= 17);
    CHECK_FALSE(gathered.is_full());
}

TEST_CASE("everyone is told what of theirs was declined and nothing else; what is fresh is told once") {
    GatheredCommits gathered;
    auto one = frame(1, team, 2), two = frame(2, team, 3);
    two.commits[2] = one.commits[1];  // two colleagues sent the same bad commit
    const auto bad_of_both = id_in(one.commits[1]), bad_of_two = id_in(two.commits[0]);
    IngestReport report;
    report.fresh = {id_in(one.commits[0]), id_in(two.commits[1])};
    report.declined = {{bad_of_both, Declined::no_right}, {bad_of_two, Declined::malformed}};
    report.control = true;
    gathered.add(std::move(one));
    gathered.add(std::move(two));
    const auto reports = reports_of(*gathered.take(), report);
    REQUIRE(reports.size() == 2);
    CHECK(reports[0].ticket == 1);
    CHECK(reports[0].report.fresh.empty());
    REQUIRE(reports[0].report.declined.size() == 1);
    CHECK(reports[0].report.declined[0].id == bad_of_both);
    CHECK(reports[0].report.declined[0].why == Declined::no_right);
    CHECK(reports[1].report.fresh.size() == 2);
    CHECK(reports[1].report.control);
    REQUIRE(reports[1].report.declined.size() == 2);
    CHECK(reports[1].report.declined[0].id == bad_of_two);
    CHECK(reports[1].report.declined[1].id == bad_of_both);
}

TEST_CASE("a batch that could not be stored comes apart into its frames") {
    GatheredCommits gathered;
    gathered.add(frame(1, team, 2));
    gathered.add(frame(2, team, 0));
    gathered.add(frame(3, team, 1));
    auto batch = *gathered.take();
    const auto last = id_in(batch.commits[2]);
    const auto apart = one_by_one(std::move(batch));
    REQUIRE(apart.size() == 3);
    CHECK(apart[0].commits.size() == 2);
    CHECK(apart[1].commits.empty());
    REQUIRE(apart[2].commits.size() == 1);
    CHECK(id_in(apart[2].commits[0]) == last);
    CHECK(apart[2].frames.size() == 1);
    CHECK(apart[2].frames[0].ticket == 3);
}

TEST_CASE("what depends on a group waits for its commits, what is only said does not") {
    CHECK(waits_for_commits(StoreParts{}));
    CHECK(waits_for_commits(ShareKeys{}));
    CHECK(waits_for_commits(Joined{}));
    CHECK_FALSE(waits_for_commits(Send{}));
    CHECK_FALSE(waits_for_commits(StoreChunk{}));
    CHECK_FALSE(waits_for_commits(Close{}));
}

}  // namespace
}  // namespace staffroom::net
