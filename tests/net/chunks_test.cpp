// Files between colleagues, chunk by chunk.
#include "net/chunks.h"

#include <map>
#include <set>

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

TEST_CASE("what finds the queue full goes as soon as there is a place: chunks, and what is said of them") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    share(staff, group, 40, 200'000, {1});
    share(staff, group, 3'000, 100, {1});  // more than are told at a time
    staff.start_all();
    staff.introduce(1, 0);
    // Three frames of four of each kind are turned away.
    std::map<Kind, std::size_t> tried;
    std::size_t asked = 0;
    for (const std::size_t desk : {0, 1}) {
        staff[desk].host->watch = [&, desk](const Action& action) {
            const auto* send = std::get_if<Send>(&action);
            if (!send) return true;
            const auto kind = kind_of(send->frame);
            const bool is_of_chunks = kind == Kind::want_chunks || kind == Kind::have_chunks || kind == Kind::chunk ||
                                      kind == Kind::chunks || kind == Kind::get_chunks;
            if (is_of_chunks && ++tried[kind] % 4 != 0) {
                staff[desk].peers().unsent(*send, staff.network.now());
                return false;
            }
            if (kind == Kind::get_chunks) asked += message_in<GetChunks>(send->frame)->ids.size();
            return true;
        };
    }
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, ChunkExchange::wait_ms - 1));
    CHECK_EQ(asked, 40 + 3'000);
    CHECK_EQ(tried.size(), 5);
}

TEST_CASE("S05 nothing more is read for an asker whose queue stays full") {
    Staff staff({"Amina", "Mallory"});
    const auto group = staff.group({0, 1});
    share(staff, group, 200, 200'000, {1});
    staff.start_all();
    std::size_t given = 0;
    std::set<ChunkId> turned_away;
    bool is_full = false;
    staff[0].host->watch = [&](const Action& action) {
        const auto* send = std::get_if<Send>(&action);
        if (!send || kind_of(send->frame) != Kind::chunk) return true;
        if (!is_full) return ++given, true;
        turned_away.insert(message_in<ChunkFrame>(send->frame)->id);
        staff[0].peers().unsent(*send, staff.network.now());
        return false;
    };
    staff.introduce(1, 0);
    REQUIRE(staff.run_until([&] { return given >= 100; }, 10'000));  // many are under way by now
    is_full = true;
    staff.run(500);
    CHECK_GT(turned_away.size(), 0);
    CHECK_LE(turned_away.size(), ChunkGiving::frames_a_turn);
    is_full = false;
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, ChunkExchange::wait_ms / 2));
}

TEST_CASE("S05 of what finds the queue full no more is kept than a member may cost") {
    Staff staff({"Amina", "Mallory"});
    const auto group = staff.group({0, 1});
    share(staff, group, 1, 500, {});
    staff.start_all();
    std::optional<LinkId> link;
    std::size_t kept = 0;
    staff[0].host->watch = [&](const Action& action) {
        const auto* send = std::get_if<Send>(&action);
        if (!send) return true;
        link = send->link;
        kept += kind_of(send->frame) == Kind::have_chunks;
        return true;
    };
    staff.introduce(1, 0);
    staff.run(5'000);
    REQUIRE(link);
    kept = 0;
    for (std::size_t i = 0; i < 1'000; ++i)
        staff[0].peers().unsent(Send{*link, frame_of(HaveChunks{})}, staff.network.now());
    staff.run(1'000);
    CHECK_EQ(kept, ChunkGiving::unsent_max);
}

TEST_CASE("while the disk is behind nothing more is asked for, and then it goes on") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    share(staff, group, 200, 200'000, {1});
    staff.start_all();
    staff.introduce(1, 0);
    const auto has = [&] { return staff[1].log->chunks.size(); };
    REQUIRE(staff.run_until([&] { return has() >= 100; }, 10'000));
    staff[1].peers().set_disk_behind(true, staff.network.now());
    staff.run(2'000);
    const auto before = has();
    CHECK_LE(before, 100 + 2 * net::limits::chunks_ahead);
    CHECK_FALSE(staff[1].peers().chunks().is_fetching());
    CHECK_FALSE(staff[1].peers().is_settled());
    staff.run(2 * ChunkExchange::wait_ms);
    CHECK_EQ(has(), before);
    staff[1].peers().set_disk_behind(false, staff.network.now());
    CHECK(staff.run_until([&] { return has() == 200; }, ChunkExchange::wait_ms / 2));
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
        if (kind_of(frame) == Kind::chunk) {
            frame.back() ^= 1;
            ++lies;
        } else if (kind_of(frame) == Kind::chunks) {
            auto several = *message_in<ChunksFrame>(frame);
            for (auto& chunk : several.chunks) {
                auto bytes = copy_of(*chunk.bytes);
                bytes.back() ^= 1;
                chunk.bytes = std::move(bytes);
            }
            lies += several.chunks.size();
            frame = frame_of(several);
        }
    };
    staff.introduce(2, 1);
    staff.run(20'000);
    CHECK(lies == 20);
    CHECK(staff[2].log->wanted_chunks.size() == 20);
    CHECK(staff[2].log->chunks.empty());
    staff.introduce(2, 0);
    CHECK(staff.run_until([&] { return staff[2].log->wanted_chunks.empty(); }, 60'000));
}

TEST_CASE("a chunk that is damaged where it lies is found out by who gets it, and fetched again there") {
    Staff staff({"Amina", "Ben", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    const auto ids = share(staff, group, 10, 1'000, {1, 2});
    const auto damaged = ids[3];
    const auto good = staff[0].log->chunks[damaged];
    staff[0].log->chunks[damaged].back() ^= 1;
    staff.start_all();
    staff.introduce(1, 0);
    CHECK(staff.run_until([&] { return staff[1].log->chunks.size() == 9; }, 20'000));
    CHECK(staff.run_until([&] { return !staff[0].log->chunks.contains(damaged); }, 20'000));
    // Somebody comes who has it.
    staff[2].log->chunks[damaged] = good;
    std::erase_if(staff[2].log->wanted_chunks, [&](const WantedChunk& wanted) { return wanted.id == damaged; });
    staff.introduce(2, 0);
    staff.introduce(2, 1);
    CHECK(staff.run_until([&] { return staff[0].log->chunks.contains(damaged); }, 60'000));
    CHECK(staff[0].log->chunks[damaged] == good);
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 60'000));
}

TEST_CASE("who lost a damaged chunk and has it again is asked again, three times at most") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    const auto ids = share(staff, group, 10, 1'000, {1});
    const auto damaged = ids[3];
    const auto good = staff[0].log->chunks[damaged];
    const auto mend = [&](const Bytes& bytes) {
        staff[0].log->chunks[damaged] = bytes;
        std::erase_if(staff[0].log->wanted_chunks, [&](const WantedChunk& wanted) { return wanted.id == damaged; });
    };
    auto bad = good;
    bad.back() ^= 1;
    mend(bad);
    staff.start_all();
    staff.introduce(1, 0);
    for (unsigned times = 1; times < ChunkExchange::tries_max; ++times) {
        CHECK(staff.run_until([&] { return !staff[0].log->chunks.contains(damaged); }, 60'000));
        mend(times + 1 < ChunkExchange::tries_max ? bad : good);
    }
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 60'000));
}

TEST_CASE("who says of a sound chunk that it was wrong changes nothing") {
    Staff staff({"Amina", "Mallory"});
    const auto group = staff.group({0, 1});
    const auto ids = share(staff, group, 2, 1'000, {});
    staff.start_all();
    staff.introduce(1, 0);
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) == Kind::ping || kind_of(frame) == Kind::haves) frame = frame_of(WrongChunk{ids[0]});
    };
    staff.run(60'000);
    CHECK(staff[0].log->chunks.size() == 2);
    CHECK(staff[0].log->wanted_chunks.empty());
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
        const auto* send = std::get_if<Send>(&action);
        if (send && kind_of(send->frame) == Kind::chunk) ++from_amina;
        if (send && kind_of(send->frame) == Kind::chunks)
            from_amina += message_in<ChunksFrame>(send->frame)->chunks.size();
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

TEST_CASE("D05 what does not fit is not asked for, colleagues know, and it comes once it does fit") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    share(staff, group, 30, 20'000, {1});
    auto& bens = *staff[1].log;
    for (std::size_t i = 10; i < 30; ++i) bens.too_large.insert(bens.wanted_chunks[i].id);
    staff.start_all();
    staff[1].peers().set_room(RoomForFiles::some, staff.network.now());
    staff.introduce(1, 0);
    CHECK(staff.run_until([&] { return bens.wanted_chunks.size() == 20; }, 60'000));
    staff.run(30'000);
    CHECK_EQ(bens.wanted_chunks.size(), 20);
    CHECK(staff[0].peers().neighbours().at(0).full);
    CHECK(staff[1].peers().is_settled());
    // Less is in the way than before, though not all of it.
    bens.too_large.erase(bens.wanted_chunks[0].id);
    staff[1].peers().set_room(RoomForFiles::some, staff.network.now());
    CHECK(staff.run_until([&] { return bens.wanted_chunks.size() == 19; }, 60'000));
    CHECK(staff[0].peers().neighbours().at(0).full);
    bens.too_large.clear();
    staff[1].peers().set_room(RoomForFiles::all, staff.network.now());
    CHECK(staff.run_until([&] { return bens.wanted_chunks.empty(); }, 60'000));
    CHECK_FALSE(staff[0].peers().neighbours().at(0).full);
}

TEST_CASE("D05 a disk without room asks for no file and says so, also to who comes later; then the file goes on") {
    Staff staff({"Amina", "Ben", "Chidi"});
    const auto group = staff.group({0, 1, 2});
    share(staff, group, 50, 20'000, {1});
    staff.start_all();
    staff[1].peers().set_room(RoomForFiles::none, staff.network.now());
    staff.introduce(1, 0);
    staff.run(30'000);
    const auto knows = [&](std::size_t who, bool full) {
        const auto near = staff[who].peers().neighbours();
        return std::any_of(near.begin(), near.end(), [&](const Neighbour& each) { return each.full == full; });
    };
    CHECK(knows(0, true));
    CHECK(staff[1].log->chunks.empty());
    CHECK(staff[1].peers().is_settled());
    staff.introduce(2, 1);
    CHECK(staff.run_until([&] { return knows(2, true); }, 20'000));
    staff[1].peers().set_room(RoomForFiles::all, staff.network.now());
    CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 60'000));
    CHECK_FALSE(knows(0, true));
    CHECK_FALSE(knows(2, true));
}

TEST_CASE("small chunks share frames, and with whoever speaks version 1 they do not") {
    for (const std::uint64_t version : {1, 2}) {
        Staff staff({"Amina", "Ben"});
        staff[1].newest = version;
        const auto group = staff.group({0, 1});
        share(staff, group, 3'000, 300, {1});
        staff.start_all();
        std::size_t frames = 0;
        staff[1].host->hear = [&](LinkId, ByteView frame) {
            frames += kind_of(frame) == Kind::chunk || kind_of(frame) == Kind::chunks;
        };
        // None keeps the frame that it came in, whatever else was in that.
        bool alone = true;
        staff[1].host->watch = [&](const Action& action) {
            if (const auto* store = std::get_if<StoreChunk>(&action))
                alone = alone && store->bytes.keeper().use_count() == 1;
            return true;
        };
        staff.introduce(1, 0);
        CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 60'000));
        CHECK(staff[1].log->chunks.size() == 3'000);
        if (version == 1) CHECK(frames >= 3'000);
        if (version == 2) CHECK(frames < 300);
        if (version == 2) CHECK(alone);
    }
}

TEST_CASE("whoever asks for hundreds of chunks at once is given them in turn with others") {
    Staff staff({"Amina", "Mallory", "Ben"});
    const auto group = staff.group({0, 1, 2});
    const auto large = share(staff, group, 300, sealed_chunk_bytes_max, {});
    for (const auto& id : large) staff[1].log->chunk_groups[id] = {group};
    share(staff, group, 5, 500, {2});
    staff.start_all();
    staff[0].peers().set_pace({0, std::uint64_t{1} << 20, false}, staff.network.now());
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) == Kind::haves) frame = frame_of(GetChunks{large});
    };
    staff.introduce(1, 0);
    staff.run(5'000);
    staff.introduce(2, 0);
    CHECK(staff.run_until([&] { return staff[2].log->wanted_chunks.empty(); }, 5'000));
}

TEST_CASE("a worksheet that is asked for behind a film is given before the rest of it") {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    auto asked = share(staff, group, 40, sealed_chunk_bytes_max, {});
    const auto worksheet = share(staff, group, 3, 500, {});
    asked.insert(asked.end(), worksheet.begin(), worksheet.end());
    staff.start_all();
    staff[0].peers().set_pace({0, std::uint64_t{1} << 20, false}, staff.network.now());
    staff[1].host->lie = [&](Bytes& frame) {
        if (kind_of(frame) == Kind::haves) frame = frame_of(GetChunks{asked});
    };
    std::vector<ChunkId> came;
    staff[1].host->hear = [&](LinkId, ByteView frame) {
        if (kind_of(frame) == Kind::chunk) came.push_back(message_in<ChunkFrame>(frame)->id);
        if (kind_of(frame) != Kind::chunks) return;
        const auto several = message_in<ChunksFrame>(frame);
        for (const auto& each : several->chunks) came.push_back(each.id);
    };
    staff.introduce(1, 0);
    REQUIRE(staff.run_until([&] { return came.size() >= 6; }, 60'000));
    // Frames may overtake each other on their way.
    for (const auto& each : worksheet) CHECK(std::find(came.begin(), came.end(), each) != came.end());
}

namespace {

// Seconds, as simulated, that 20 MiB take between two of whom `capped` has a pace.
double seconds_for_20_mib(std::size_t capped, const Pace& pace) {
    Staff staff({"Amina", "Ben"});
    const auto group = staff.group({0, 1});
    share(staff, group, 80, std::size_t{256} << 10, {1});
    staff.start_all();
    staff[capped].peers().set_pace(pace, staff.network.now());
    staff.introduce(1, 0);
    const auto began = staff.network.now();
    REQUIRE(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 600'000));
    return static_cast<double>(staff.network.now() - began) / 1000;
}

}  // namespace

TEST_CASE("a cap on what comes, or on what goes, holds") {
    constexpr std::uint64_t mib = std::uint64_t{1} << 20;
    CHECK(seconds_for_20_mib(1, {}) < 5);
    for (const auto& [who, pace] : {std::pair<std::size_t, Pace>{1, {mib, 0, false}}, {0, {0, mib, false}}}) {
        const auto seconds = seconds_for_20_mib(who, pace);
        CHECK(seconds > 19);
        CHECK(seconds < 22);
    }
    // One that lets a chunk through in 16 seconds, with answers that others would call lost.
    const auto slow = seconds_for_20_mib(0, {0, mib / 16, false});
    CHECK(slow > 19 * 16);
    CHECK(slow < 25 * 16);
}

TEST_CASE("while transfers are paused no file moves and edits do; then the file goes on where it was") {
    for (const std::size_t pausing : {0, 1}) {
        Staff staff({"Amina", "Ben"});
        const auto group = staff.group({0, 1});
        share(staff, group, 200, 20'000, {1});
        staff.network.faults.delay_ms_min = 20;
        staff.network.faults.delay_ms_max = 30;
        staff.start_all();
        staff.introduce(1, 0);
        CHECK(staff.run_until([&] { return staff[1].log->chunks.size() > 20; }, 60'000));
        staff[pausing].peers().set_pace({0, 0, true}, staff.network.now());
        staff.run(5'000);  // what was under way comes
        const auto here = staff[1].log->chunks.size();
        CHECK(here < 200);
        staff.write(0, group, 3);
        staff.run(60'000);
        CHECK(staff[1].log->chunks.size() == here);
        CHECK(staff.equal(group, {0, 1}));
        staff[pausing].peers().set_pace({}, staff.network.now());
        CHECK(staff.run_until([&] { return staff[1].log->wanted_chunks.empty(); }, 60'000));
    }
}
