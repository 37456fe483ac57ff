// Files between colleagues, chunk by chunk.
#include "net/chunks.h"

#include "tests/net/staff.h"

using namespace staffroom;
using namespace staffroom::net;
using world::Staff;

namespace {

// A file of so many chunks that the first desk has and the others want.
std::vector<ChunkId> share(Staff& staff, const GroupId& group, std::size_t count, std::size_t bytes,
                           const std::vector<std::size_t>& who_want) {
    std::vector<ChunkId> ids;
    for (std::size_t i = 0; i < count; ++i) {
        Bytes chunk(bytes);
        random_bytes(chunk);
        const auto id = chunk_id(chunk);
        ids.push_back(id);
        staff[0].log->chunks[id] = chunk;
        staff[0].log->chunk_groups[id] = {group};
        for (const auto desk : who_want) {
            staff[desk].log->chunk_groups[id] = {group};
            staff[desk].log->wanted_chunks.push_back({id, group, static_cast<std::uint32_t>(bytes)});
        }
    }
    return ids;
}

std::size_t asked_of(const Staff& staff, std::size_t desk) { return staff.desks[desk]->host->plug().stats().frames_in; }

}  // namespace

TEST_CASE("a file of a thousand chunks is fetched whole") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    share(staff, group, 1'000, 500, {1});
    staff.start_all();
    staff.introduce(1, 0);
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 60'000));
    CHECK(staff[1].log->chunks.size() == 1'000);
    CHECK(staff.run_until([&] { return staff[1].peers().is_settled(); }, 10'000));
}

TEST_CASE("the largest chunk fits a frame") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    share(staff, group, 20, sealed_chunk_bytes_max, {1});
    staff.start_all();
    staff.introduce(1, 0);
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 60'000));
}

TEST_CASE("S15 a transfer that is cut 50 times goes on where it was") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    share(staff, group, 400, 20'000, {1});
    staff.network.faults.delay_ms_min = 40;
    staff.network.faults.delay_ms_max = 60;
    staff.start_all();
    std::size_t stored = 0;
    for (int cut = 0; cut < 50; ++cut) {
        staff.introduce(1, 0);
        const auto before = staff[1].log->chunks.size();
        staff.run_until([&] { return staff[1].log->chunks.size() >= before + 5; }, 20'000);
        stored = staff[1].log->chunks.size();
        CHECK(stored >= before);
        staff[1].host.reset();
        staff.start(1);
    }
    staff.introduce(1, 0);
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 120'000));
    for (const auto& [id, chunk] : staff[1].log->chunks) CHECK(chunk_id(chunk) == id);
}

TEST_CASE("S10 A04 wrong bytes are thrown away and fetched from somebody else") {
    Staff staff({"Amina", "Mallory", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    share(staff, group, 20, 1'000, {2});
    staff[1].log->chunks = staff[0].log->chunks;
    staff[1].log->chunk_groups = staff[0].log->chunk_groups;
    staff.start_all();
    std::size_t lies = 0;
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) != Kind::chunk) return;
        frame.back() ^= 1;
        ++lies;
    };
    staff.introduce(2, 1);
    staff.run(20'000);
    CHECK(lies == 20);
    CHECK(staff[2].log->wanted_chunks.size() == 20);
    CHECK(staff[2].log->chunks.empty());
    staff.introduce(2, 0);
    CHECK(staff.run_until([&] { return staff[2].log->wanted_chunks.empty(); }, 60'000));
}

TEST_CASE("a chunk is served only for a group that both are in") {
    Staff staff({"Amina", "Ben"});
    const auto both = staff.group({0, 1});
    const auto secret = staff.group({0});
    const auto ids = share(staff, secret, 1, 100, {});
    // Ben knows the id from somewhere, and says it is for the group both are in.
    staff[1].log->wanted_chunks.push_back({ids[0], both, 100});
    staff.start_all();
    staff.introduce(1, 0);
    staff.run(5'000);
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) == Kind::ping || kind_of(frame) == Kind::haves) frame = frame_of(GetChunk{ids[0]});
    };
    staff.run(60'000);
    CHECK(staff[1].log->chunks.empty());
}

TEST_CASE("three who want a file fetch much of it from each other") {
    Staff staff({"Amina", "Ben", "Chidi", "Dora"});
    const auto group = staff.group({0, 1, 2, 3});
    share(staff, group, 120, 10'000, {1, 2, 3});
    staff.start_all();
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t k = 0; k < i; ++k) staff.introduce(i, k);
    }
    staff.run(100);
    // Amina's line is the narrow one.
    std::size_t from_amina = 0;
    staff[0].host->watch = [&](const Action& action) {
        if (const auto* send = std::get_if<Send>(&action)) from_amina += kind_of(send->frame) == Kind::chunk;
        return true;
    };
    CHECK(staff.run_until(
        [&] {
            return staff[1].log->wanted_chunks.empty() && staff[2].log->wanted_chunks.empty() &&
                   staff[3].log->wanted_chunks.empty();
        },
        120'000));
    CHECK(from_amina < 3 * 120);
    CHECK(asked_of(staff, 1) > 0);
}

TEST_CASE("a full disk stops the requests, and they go on when there is room") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    share(staff, group, 30, 1'000, {1});
    staff[1].log->disk_full = true;
    staff.start_all();
    staff.introduce(1, 0);
    staff.run(60'000);
    CHECK(staff[0].host->plug().stats().frames_out < 120);
    CHECK(staff[1].log->wanted_chunks.size() == 30);
    staff[1].log->disk_full = false;
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 60'000));
}
