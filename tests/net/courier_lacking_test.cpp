#include "net/courier/lacking.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/world/flat_log.h"

using namespace staffroom;
using namespace staffroom::net::courier;
using world::FlatLog;

namespace {

struct Desk {
    explicit Desk(const std::string& name)
        : secrets(new_device()), log(secrets, make_device_record(secrets, name), random_id<RunId>()) {
        log.open(group);
    }
    static const GroupId group;
    DeviceSecrets secrets;
    FlatLog log;

    void gives(Desk& other) {
        for (const auto kind : all_kinds) {
            net::StoreCommits batch;
            batch.group = group;
            for (const auto& key : all_of(log, group, kind)) batch.commits.push_back(*log.read(group, id_of(key)));
            REQUIRE(other.log.keep(batch).ok());
        }
    }
    std::vector<CommitKey> lacked_by(const Desk& other, CommitKind kind = CommitKind::content) const {
        return lacking(log, group, kind, {{other.have()}, {}, {}});
    }
    Have have() const {
        auto have = log.own_have(group);
        have.control.heads = log.heads(group, CommitKind::control);
        have.content.heads = log.heads(group, CommitKind::content);
        return have;
    }
};
const GroupId Desk::group = [] {
    init_crypto();
    return random_id<GroupId>();
}();

std::vector<CommitId> ids_of(const std::vector<CommitKey>& keys) {
    std::vector<CommitId> ids;
    for (const auto& key : keys) ids.push_back(id_of(key));
    return ids;
}

}  // namespace

TEST_CASE("somebody who has said nothing lacks everything, parents first") {
    Desk amina("Amina");
    amina.log.write(Desk::group, CommitKind::control);
    std::vector<CommitId> written;
    for (int i = 0; i < 5; ++i) written.push_back(amina.log.write(Desk::group, CommitKind::content).commit.id);
    CHECK(ids_of(lacking(amina.log, Desk::group, CommitKind::content, {})) == written);
}

TEST_CASE("equal replicas lack nothing; later work is exactly what is lacked") {
    Desk amina("Amina"), birk("Birk");
    amina.log.write(Desk::group, CommitKind::control);
    for (int i = 0; i < 3; ++i) amina.log.write(Desk::group, CommitKind::content);
    amina.gives(birk);
    CHECK(amina.lacked_by(birk).empty());
    std::vector<CommitId> later;
    for (int i = 0; i < 4; ++i) later.push_back(amina.log.write(Desk::group, CommitKind::content).commit.id);
    CHECK(ids_of(amina.lacked_by(birk)) == later);
}

TEST_CASE("two worked apart: what the other made is known to be lacked here, and is not given back") {
    Desk amina("Amina"), birk("Birk");
    for (int i = 0; i < 3; ++i) amina.log.write(Desk::group, CommitKind::content);
    amina.gives(birk);
    const auto mine = amina.log.write(Desk::group, CommitKind::content).commit.id;
    const auto others = birk.log.write(Desk::group, CommitKind::content).commit.id;
    birk.gives(amina);
    CHECK(ids_of(amina.lacked_by(birk)) == std::vector{mine});
    const auto joined = amina.log.write(Desk::group, CommitKind::content).commit.id;
    auto lacked = ids_of(amina.lacked_by(birk));
    CHECK(lacked == std::vector{mine, joined});
    CHECK(std::find(lacked.begin(), lacked.end(), others) == lacked.end());
}

TEST_CASE("a head that is not here never makes less than enough be given") {
    Desk amina("Amina"), birk("Birk");
    for (int i = 0; i < 3; ++i) amina.log.write(Desk::group, CommitKind::content);
    amina.gives(birk);
    birk.log.write(Desk::group, CommitKind::content);
    const auto mine = amina.log.write(Desk::group, CommitKind::content).commit.id;
    const auto lacked = ids_of(amina.lacked_by(birk));
    CHECK(std::find(lacked.begin(), lacked.end(), mine) != lacked.end());
    // What the head builds on, as the stick tells, makes it exact.
    const Known told{{birk.have()}, amina.log.heads(Desk::group, CommitKind::content), {}};
    CHECK(lacking(amina.log, Desk::group, CommitKind::content, told).empty());
}

TEST_CASE("of key commits exactly those are given that a receipt does not name") {
    Desk amina("Amina");
    amina.log.write(Desk::group, CommitKind::control);
    const auto first = amina.log.write(Desk::group, CommitKind::key).commit.id;
    const auto second = amina.log.write(Desk::group, CommitKind::key).commit.id;
    const Known known{{Have{}}, {}, {first}};
    CHECK(ids_of(lacking(amina.log, Desk::group, CommitKind::key, known)) == std::vector{second});
}

TEST_CASE("random histories: what is lacked is the difference of the two sets") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        INFO("seed ", seed);
        std::uint64_t state = seed;
        const auto draw = [&](std::uint64_t below) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            return (state >> 33) % below;
        };
        Desk desks[] = {Desk("Amina"), Desk("Birk"), Desk("Chidi")};
        for (int step = 0; step < 40; ++step) {
            auto& desk = desks[draw(3)];
            if (draw(3) > 0) {
                desk.log.write(Desk::group, CommitKind::content);
            } else {
                desk.gives(desks[draw(3)]);
            }
        }
        for (int i = 1; i < 3; ++i) desks[i].gives(desks[0]);
        for (int i = 1; i < 3; ++i) {
            std::vector<CommitId> expected;
            for (const auto& id : ids_of(all_of(desks[0].log, Desk::group, CommitKind::content))) {
                if (!desks[i].log.group(Desk::group).commits.contains(id)) expected.push_back(id);
            }
            CHECK(ids_of(desks[0].lacked_by(desks[i])) == expected);
        }
    }
}
