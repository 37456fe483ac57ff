// Two teachers who share no network, one stick between them, and a hand that pulls it out at every possible moment.
#include "app/courier/carry.h"

#include <doctest/doctest.h>

#include <fstream>

#include "app/api/intake.h"
#include "app/api/records.h"
#include "app/courier/unload.h"
#include "app/home.h"
#include "app/node.h"
#include "storage/file_refs.h"
#include "tests/app/pulled_stick.h"
#include "tests/disposable.h"

using namespace staffroom;
using namespace staffroom::courier;
namespace fs = std::filesystem;

namespace {

struct Desk : Disposable {
    explicit Desk(const std::string& name) {
        init_crypto();
        home = std::move(Home::create(path() / "home", {name, ""}, std::nullopt)).value();
        node.emplace(*home);
    }
    api::Desk desk() { return {*home, *node}; }
    Replica& replica() { return home->replica(); }
    GroupId founds() { return replica().found(GroupKind::school, "Hill School", NewcomersRead::all).value(); }
    // Lets a colleague in; the colleague holds the keys and nothing of the group.
    void lets_in(Desk& other, const GroupId& group) {
        AddOp add;
        add.who = other.home->identity().person();
        add.role = Role::member;
        REQUIRE(replica().write_control(group, {make_op(PersonsOp{{other.home->identity().card}}), make_op(add)}).ok());
        REQUIRE(other.replica().adopt(replica().welcome_to(group).value()).ok());
    }
    void notes(const GroupId& group, const std::string& title) {
        auto mine = desk();
        REQUIRE(api::make(mine, group, {"note", {{"title", Value(title), {}}}}).ok());
    }
    void adds_file(const GroupId& group, std::size_t bytes) {
        std::string content(bytes, 0);
        random_bytes({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
        std::ofstream(path() / "lesson.bin", std::ios::binary) << content;
        auto mine = desk();
        Intakes::Intake intake(home->intakes());
        const auto files = api::at_once(api::take_in(mine, group, intake, {(path() / "lesson.bin").string()}));
        REQUIRE(files.ok());
        REQUIRE(
            api::make(mine, group,
                      {"resource", {{"title", Value(std::string("Lesson")), {}}, {"files", Value(files->front()), {}}}})
                .ok());
        intake.kept();
    }
    // Everything that the other one has. (Whoever is let in also writes a profile of their own.)
    bool holds_all_of(Desk& other, const GroupId& group) {
        for (const auto kind : all_kinds) {
            const auto mine = format::all_of(replica().log(), group, kind);
            const auto theirs = format::all_of(other.replica().log(), group, kind);
            if (!std::includes(mine.begin(), mine.end(), theirs.begin(), theirs.end())) return false;
        }
        return true;
    }
    bool equals(Desk& other, const GroupId& group) {
        return holds_all_of(other, group) && other.holds_all_of(*this, group);
    }
    bool wants_nothing() { return replica().chunks().wanted(1).empty(); }
    std::unique_ptr<Stick> bag() { return std::move(open_bag(home->folder())).value(); }

    std::unique_ptr<Home> home;
    std::optional<Node> node;
};

template <class Work>
Result<> run(Work& work) {
    while (true) {
        const auto over = work.step();
        if (!over) return over.error();
        if (*over) return Done{};
    }
}

bool kept(Stick& stick) {
    while (true) {
        const auto done = stick.keep();
        if (!done || *done) return done.ok();
    }
}

CarryOptions small_parts() {
    CarryOptions options;
    options.part_bytes = 300'000;
    return options;
}
Result<Carried> carry(Desk& desk, const fs::path& folder, Hand& hand, CarryOptions options = small_parts()) {
    Carry work(*desk.home, std::make_unique<PulledStick>(folder, hand), desk.bag(), std::move(options));
    auto done = run(work);
    return done ? Result<Carried>(work.done()) : Result<Carried>(done.error());
}
Result<Carried> carry(Desk& desk, const fs::path& folder) {
    Hand hand;
    return carry(desk, folder, hand);
}
Result<Unloaded> unload(Desk& desk, const fs::path& folder, Hand& hand) {
    Unload work(*desk.home, *desk.node, std::make_unique<PulledStick>(folder, hand), desk.bag());
    auto done = run(work);
    return done ? Result<Unloaded>(work.done()) : Result<Unloaded>(done.error());
}
Result<Unloaded> unload(Desk& desk, const fs::path& folder) {
    Hand hand;
    return unload(desk, folder, hand);
}

// Whatever has a part's name is whole.
bool all_whole(const fs::path& folder, std::size_t& unkept) {
    const auto stick = std::move(open_stick(folder, Make::yes)).value();
    const auto listed = std::move(stick->list()).value();
    unkept = listed.unkept.size();
    for (const auto& name : listed.parts) {
        const auto source = std::move(stick->open(name)).value();
        auto reader = format::PartReader::open(*source);
        if (!reader) return false;
        format::PartCheck check(*reader);
        while (true) {
            const auto whole = check.step();
            if (!whole) return false;
            if (*whole) break;
        }
    }
    return true;
}

fs::path fresh_folder(const fs::path& folder) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

}  // namespace

TEST_CASE("a colleague who was let in and has nothing gets everything by a stick, and the answer comes back on it") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.notes(group, "Water");
    amina.adds_file(group, 700'000);
    const auto stick = fresh_folder(amina.path() / "stick");
    const auto packed = carry(amina, stick);
    REQUIRE(packed.ok());
    CHECK(packed->chunks == 4);
    const auto got = unload(birk, stick);
    REQUIRE(got.ok());
    CHECK((got->commits == packed->commits && got->chunks == 4 && got->damaged == 0 && got->left_receipt));
    CHECK((birk.holds_all_of(amina, group) && birk.wants_nothing()));

    birk.notes(group, "Fire");
    const auto back = carry(birk, stick);
    REQUIRE(back.ok());
    // Birk's profile, and the note.
    CHECK((back->commits == 2 && back->chunks == 0 && back->receipts == 1 && back->removed > 0));
    CHECK(unload(amina, stick)->commits == 2);
    CHECK(birk.equals(amina, group));
    amina.notes(group, "Earth");
    CHECK(carry(amina, stick)->commits == 1);
    CHECK(unload(birk, stick)->commits == 1);
    CHECK(birk.equals(amina, group));
}

TEST_CASE("filling a stick before emptying it is exact too: heads on it tell what they build on") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.notes(group, "Water");
    const auto stick = fresh_folder(amina.path() / "stick");
    REQUIRE(carry(amina, stick).ok());
    REQUIRE(unload(birk, stick).ok());
    birk.notes(group, "Fire");
    REQUIRE(carry(birk, stick).ok());
    amina.notes(group, "Earth");
    CHECK(carry(amina, stick)->commits == 1);
}

TEST_CASE("B01 a stick is pulled at every step of an export: whole parts remain, and the next attempt goes on") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.notes(group, "Water");
    amina.adds_file(group, 400'000);
    const auto stick = amina.path() / "stick";
    std::size_t commits = 0;
    for (std::size_t at = 0;; ++at) {
        INFO("pulled at ", at);
        REQUIRE(at < 1'000);
        fresh_folder(stick);
        Hand hand;
        hand.at = at;
        const auto pulled = carry(amina, stick, hand);
        std::size_t unkept = 0;
        CHECK(all_whole(stick, unkept));
        CHECK(unkept <= 1);
        if (pulled.ok()) {
            commits = pulled->commits;
            break;
        }
        CHECK(pulled.code() == Code::io);
        REQUIRE(carry(amina, stick).ok());
        CHECK(all_whole(stick, unkept));
        CHECK(unkept == 0);
        const auto again = carry(amina, stick);
        CHECK((again->commits == 0 && again->chunks == 0));
    }
    CHECK(unload(birk, stick)->commits == commits);
    CHECK((birk.holds_all_of(amina, group) && birk.wants_nothing()));
}

TEST_CASE("B02 a stick is pulled at every step of an import: what came is kept, and the next attempt goes on") {
    Desk amina("Amina"), birk("Birk"), chidi("Chidi");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.lets_in(chidi, group);
    amina.notes(group, "Water");
    amina.adds_file(group, 400'000);
    const auto stick = fresh_folder(amina.path() / "stick");
    REQUIRE(carry(amina, stick).ok());
    // Pulled at every step in turn, each attempt a little further than the one before.
    for (std::size_t at = 0;; ++at) {
        REQUIRE(at < 1'000);
        Hand hand;
        hand.at = at;
        const auto pulled = unload(birk, stick, hand);
        if (pulled.ok()) break;
        CHECK(pulled.code() == Code::io);
    }
    CHECK((birk.holds_all_of(amina, group) && birk.wants_nothing()));
    // And of computers that have nothing yet, pulled once each at some steps.
    for (const std::size_t at : {1, 3, 5, 8, 12, 16, 20, 25, 30}) {
        Desk fresh("Fresh");
        REQUIRE(fresh.replica().adopt(amina.replica().welcome_to(group).value()).ok());
        Hand hand;
        hand.at = at;
        CHECK(unload(fresh, stick, hand).code() == Code::io);
        CHECK(unload(fresh, stick).ok());
        CHECK((fresh.holds_all_of(amina, group) && fresh.wants_nothing()));
    }
}

TEST_CASE("B03 a part is bent or cut on the stick: the rest is taken, the damage is said, and the next trip mends it") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.notes(group, "Water");
    amina.adds_file(group, 800'000);
    const auto stick = fresh_folder(amina.path() / "stick");
    CarryOptions whole;
    Hand hand;
    REQUIRE(carry(amina, stick, hand, whole).ok());
    for (const auto& entry : fs::directory_iterator(stick / "staffroom")) {
        if (entry.file_size() < 500'000) continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(500'000);
        file.put('x').put('y');
    }
    const auto got = unload(birk, stick);
    REQUIRE(got.ok());
    CHECK((got->damaged == 1 && got->chunks == 4));
    CHECK(birk.holds_all_of(amina, group));
    CHECK_FALSE(birk.wants_nothing());
    CHECK(carry(amina, stick)->chunks == 1);
    CHECK(unload(birk, stick)->chunks == 1);
    CHECK(birk.wants_nothing());
}

TEST_CASE("B06 unloading the same stick again changes nothing") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.adds_file(group, 100'000);
    const auto stick = fresh_folder(amina.path() / "stick");
    REQUIRE(carry(amina, stick).ok());
    REQUIRE(unload(birk, stick).ok());
    const auto root = birk.replica().root(group, CommitKind::content);
    for (int time = 0; time < 3; ++time) {
        const auto again = unload(birk, stick);
        CHECK((again->commits == 0 && again->chunks == 0 && again->damaged == 0));
    }
    CHECK(birk.replica().root(group, CommitKind::content) == root);
}

TEST_CASE("B07 what is larger than one part goes into several") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.adds_file(group, 2'000'000);
    const auto stick = fresh_folder(amina.path() / "stick");
    REQUIRE(carry(amina, stick).ok());
    std::size_t parts = 0;
    for (const auto& entry : fs::directory_iterator(stick / "staffroom")) {
        ++parts;
        CHECK(entry.file_size() <= 300'000 + format::box_bytes_max);
    }
    CHECK(parts > 4);
    Hand hand;
    REQUIRE(unload(birk, stick, hand).ok());
    CHECK((birk.holds_all_of(amina, group) && birk.wants_nothing()));
    // For its header, and to be read: what a chunk belongs to stands before it, be it in the part before.
    for (const auto& [name, times] : hand.opened) CHECK_EQ(times, 2);
}

TEST_CASE("B08 of one giver a bag takes 2 GiB, the latest; of all 8 GiB") {
    Packets bag;
    const auto packet = [](std::uint8_t giver, std::uint64_t serial, std::uint64_t mebibytes) {
        Packet made;
        made.header.giver.bytes[0] = giver;
        made.header.serial = serial;
        made.size = mebibytes << 20;
        return made;
    };
    CHECK(make_way(bag, packet(1, 1, 2'048))->empty());
    CHECK_FALSE(make_way(bag, packet(1, 1, 2'049)));
    bag["a"] = packet(1, 5, 1'000);
    bag["b"] = packet(1, 6, 1'000);
    CHECK(*make_way(bag, packet(1, 7, 1'000)) == std::vector<std::string>{"a"});
    CHECK_FALSE(make_way(bag, packet(1, 4, 1'000)));  // older than what is here
    for (std::uint8_t giver = 2; giver < 5; ++giver)
        bag[std::string(1, static_cast<char>('b' + giver))] = packet(giver, 1, 2'000);
    CHECK_FALSE(make_way(bag, packet(9, 1, 500)));
    CHECK(make_way(bag, packet(9, 1, 100))->empty());
}

TEST_CASE("B08 a stranger carries what they cannot read, there and back") {
    Desk amina("Amina"), birk("Birk"), eve("Eve");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.notes(group, "Water");
    const auto here = fresh_folder(amina.path() / "stick"), there = fresh_folder(birk.path() / "stick");
    REQUIRE(carry(amina, here).ok());
    const auto taken = unload(eve, here);
    CHECK((taken->for_others == 2 && taken->commits == 0));
    CHECK(unload(eve, here)->for_others == 0);
    CHECK(carry(eve, there)->passed_on == 2);
    CHECK(unload(birk, there)->commits > 0);
    CHECK(birk.holds_all_of(amina, group));
    // The receipt goes home the same way: a newer one takes the older one's place.
    CHECK(unload(eve, there)->for_others == 1);
    CHECK(carry(eve, here)->passed_on == 1);
    CHECK(unload(amina, here)->receipts == 1);
    CHECK(carry(amina, here)->commits == 0);
}

TEST_CASE("B09 a member's part of junk is given up, and one's own data is as it was") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.notes(group, "Water");
    const auto stick = fresh_folder(amina.path() / "stick");
    REQUIRE(carry(amina, stick).ok());
    REQUIRE(unload(birk, stick).ok());
    const auto root = birk.replica().root(group, CommitKind::content);
    const auto folder = std::move(open_stick(stick, Make::yes)).value();
    const auto keys = amina.replica().group(group)->keys;
    const auto header = format::make_header(format::PartKind::changes, keys.tag, amina.home->identity().device(), 99);
    format::PartWriter writer(header, keys.envelope);
    REQUIRE(folder->begin(format::name_of(header)).ok());
    REQUIRE(folder->write(writer.front()).ok());
    auto frame = *amina.replica().log().read(group, amina.replica().log().heads(group, CommitKind::content).front());
    for (std::uint32_t batch = 0; batch < 50; ++batch) {
        format::Load load;
        for (std::uint32_t i = 0; i < 100; ++i) {
            auto junk = frame;
            junk.commit[junk.commit.size() - 1 - i % 60] ^= static_cast<std::uint8_t>(1 + batch);
            junk.commit[60] ^= static_cast<std::uint8_t>(i);
            load.commits.push_back(std::move(junk));
        }
        REQUIRE(folder->write(writer.load(load)).ok());
    }
    REQUIRE(folder->write(writer.end()).ok());
    REQUIRE(kept(*folder));
    const auto got = unload(birk, stick);
    REQUIRE(got.ok());
    CHECK((got->commits == 0 && got->declined + got->waiting > 0 && got->declined < 5'000));
    CHECK(birk.replica().root(group, CommitKind::content) == root);
}

TEST_CASE("B12 a full stick is said, and nothing half written stays on it") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.adds_file(group, 600'000);
    const auto stick = fresh_folder(amina.path() / "stick");
    std::size_t unkept = 0;
    Hand full;
    full.full = true;
    CHECK(carry(amina, stick, full).code() == Code::too_large);
    CHECK(all_whole(stick, unkept));
    CHECK(unkept == 0);

    CarryOptions little = small_parts();
    little.bytes_max = 400'000;
    Hand hand;
    const auto some = carry(amina, stick, hand, little);
    REQUIRE(some.ok());
    CHECK((some->left_out > 0 && some->commits > 0 && some->chunks > 0));
    REQUIRE(unload(birk, stick).ok());
    CHECK_FALSE(birk.wants_nothing());
    const auto rest = carry(amina, stick);
    CHECK((rest->commits == 0 && rest->chunks == some->left_out && rest->left_out == 0));
    REQUIRE(unload(birk, stick).ok());
    CHECK((birk.holds_all_of(amina, group) && birk.wants_nothing()));
}

TEST_CASE("B12 on a stick with little room goes what people wrote, and their files go on the next trip") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.adds_file(group, 600'000);
    const auto stick = fresh_folder(amina.path() / "stick");
    Hand hand;
    hand.room = 1'000'000;
    const auto some = carry(amina, stick, hand);
    REQUIRE(some.ok());
    CHECK((some->commits > 0 && some->chunks == 0 && some->left_out > 0));
    REQUIRE(unload(birk, stick).ok());
    CHECK(birk.holds_all_of(amina, group));
    CHECK_FALSE(birk.wants_nothing());
    REQUIRE(carry(amina, stick).ok());
    REQUIRE(unload(birk, stick).ok());
    CHECK(birk.wants_nothing());
}

TEST_CASE("how far a trip is goes up to all of it, on the way out and on the way in") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    amina.adds_file(group, 3'000'000);
    const auto stick = fresh_folder(amina.path() / "stick");
    const auto follow = [](auto& work) {
        std::uint64_t before = 0, seen = 0;
        for (;;) {
            const auto over = work.step();
            REQUIRE(over.ok());
            const auto way = work.way();
            CHECK_LE(before, way.done);
            CHECK_LE(way.done, way.total);
            seen += way.done > before;
            before = way.done;
            if (*over) break;
        }
        CHECK_GE(seen, 1);
        CHECK_GE(before, 3'000'000);
        CHECK_EQ(work.way().done, work.way().total);
    };
    Carry out(*amina.home, std::move(open_stick(stick, Make::yes)).value(), amina.bag(), {});
    follow(out);
    Unload in(*birk.home, *birk.node, std::move(open_stick(stick, Make::no)).value(), birk.bag());
    follow(in);
}

TEST_CASE("S05 a receipt that names a million things that are not here costs nothing but itself") {
    Desk amina("Amina"), birk("Birk");
    const auto group = amina.founds();
    amina.lets_in(birk, group);
    const auto stick = fresh_folder(amina.path() / "stick");
    REQUIRE(carry(amina, stick).ok());
    REQUIRE(unload(birk, stick).ok());
    auto receipt = own_receipt(*birk.home, group);
    receipt.have.wanted_chunks = 1'000'000;
    receipt.have.counter += 1'000;
    sign(receipt.have, SigningKey(birk.home->identity().secrets.signing));
    for (int i = 0; i < 16'384; ++i) receipt.chunks.push_back(random_id<ChunkId>());
    for (int i = 0; i < 4'096; ++i) receipt.parts.push_back({random_id<CommitId>(), 1});
    const auto folder = std::move(open_stick(stick, Make::yes)).value();
    Packer packer(*folder, birk.replica().group(group)->keys,
                  {birk.home->identity().device(), receipt.have.counter, 0});
    REQUIRE(packer.add_receipt(receipt, {}).ok());
    while (!*packer.is_ready()) {
    }
    const auto packed = carry(amina, stick);
    REQUIRE(packed.ok());
    CHECK((packed->commits == 0 && packed->chunks == 0 && packed->receipts == 1));
}
