#include "storage/replica.h"

#include <algorithm>
#include <random>

#include "tests/storage/staff.h"

using namespace staffroom;

TEST_CASE("a note written here is still here after a restart") {
    Computer amina("Amina");
    const auto school = amina.founds("Hill School");
    const auto note = amina.notes(school, "Fractions");
    amina.types(school, note, {0, 0, "Cut an orange."});
    amina.start();
    CHECK(amina.title(school, note) == "Fractions");
    CHECK(amina.body(school, note) == "Cut an orange.");
}

TEST_CASE("two teachers edit the same lesson offline and meet") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    const auto note = amina.notes(school, "Fractions");
    amina.types(school, note, {0, 0, "Cut an orange."});
    amina.gives(brian, school);
    REQUIRE(brian.body(school, note) == "Cut an orange.");

    amina.types(school, note, {14, 0, " Then a pear."});
    brian.types(school, note, {0, 3, "Slice"});
    brian.titles(school, note, "Fractions with fruit");
    amina.gives(brian, school);
    brian.gives(amina, school);
    CHECK(amina.equals(brian, school));
    CHECK(amina.body(school, note) == "Slice an orange. Then a pear.");
    CHECK(brian.body(school, note) == "Slice an orange. Then a pear.");
    CHECK(amina.title(school, note) == "Fractions with fruit");
}

TEST_CASE("commits in any order end in the same replica") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    const auto note = amina.notes(school, "Fractions");
    for (int i = 0; i < 20; ++i) amina.types(school, note, {0, 0, std::to_string(i) + " "});
    std::vector<CommitFrame> all;
    for (const auto kind : all_kinds) {
        for (auto& frame : amina.frames(school, kind)) all.push_back(std::move(frame));
    }
    for (unsigned seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        Computer clara("Clara");
        REQUIRE(clara.replica->adopt(amina.replica->welcome_to(school).value()).ok());
        std::mt19937 random(seed);
        std::shuffle(all.begin(), all.end(), random);
        for (const auto& frame : all) REQUIRE(clara.replica->ingest(school, {frame}).ok());
        CHECK(amina.equals(clara, school));
        CHECK(clara.replica->log().waiting(school, 10).empty());
        CHECK(clara.replica->log().missing(school, 10).empty());
    }
}

TEST_CASE("O15 a commit whose parent never comes waits, is offered, and is in no root") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    const auto note = amina.notes(school, "Fractions");
    amina.gives(brian, school);
    const auto before = brian.replica->root(school, CommitKind::content);
    amina.titles(school, note, "lost on the way");
    amina.titles(school, note, "waits for it");
    const auto last = amina.frames(school, CommitKind::content).back();
    const auto done = brian.replica->ingest(school, {last});
    REQUIRE(done.ok());
    CHECK(done->report.waiting.size() == 1);
    CHECK(brian.replica->root(school, CommitKind::content) == before);
    CHECK(brian.title(school, note) == "Fractions");
    CHECK(brian.replica->log().waiting(school, 10).size() == 1);
    brian.start();
    amina.gives(brian, school);
    CHECK(amina.equals(brian, school));
    CHECK(brian.title(school, note) == "waits for it");
    CHECK(brian.replica->log().waiting(school, 10).empty());
}

namespace {

// Gives the reader a commit with something wrong in it; returns the reason why it was declined.
Declined declined(Computer& author, Computer& reader, const GroupId& group, Draft draft) {
    draft.group = group;
    draft.run = author.identity.run;
    const SigningKey key(author.identity.secrets.signing);
    const auto epoch_key = random_secret<SymmetricKey>();
    draft.epoch = epoch_id(group, epoch_key);
    draft.auth = {root_of(group)};
    const auto made = compose(draft, &epoch_key, key).value();
    const auto done = reader.replica->ingest(group, {made.frame});
    REQUIRE(done.ok());
    REQUIRE(done->report.fresh.empty());
    REQUIRE(done->report.declined.size() == 1);
    CHECK(done->report.declined[0].id == made.commit.id);
    return done->report.declined[0].why;
}

}  // namespace

TEST_CASE("O12 a depth that is not one more than the deepest parent is declined") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    amina.notes(school, "Fractions");
    amina.gives(brian, school);
    Draft draft;
    draft.parents = amina.replica->log().heads(school, CommitKind::content);
    for (const std::uint64_t depth : {1, 3, 1'000'000}) {
        draft.depth = depth;
        CHECK(declined(amina, brian, school, draft) == Declined::malformed);
    }
}

TEST_CASE("O14 parents of another group or another kind are declined") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    const auto other = amina.founds("Other School");
    amina.lets_in(brian, school);
    amina.lets_in(brian, other);
    amina.notes(school, "Fractions");
    amina.notes(other, "Rivers");
    amina.gives(brian, school);
    amina.gives(brian, other);
    Draft draft;
    draft.depth = 2;
    draft.parents = amina.replica->log().heads(other, CommitKind::content);
    CHECK(declined(amina, brian, school, draft) == Declined::malformed);
    draft.parents = amina.replica->log().heads(school, CommitKind::control);
    CHECK(declined(amina, brian, school, draft) == Declined::malformed);
}

TEST_CASE("a stranger's commit is declined, and a changed one of a member") {
    Computer amina("Amina"), brian("Brian"), stranger("Stranger");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    amina.gives(brian, school);
    REQUIRE(stranger.replica->adopt(amina.replica->welcome_to(school).value()).ok());
    Draft draft;
    draft.depth = 1;
    CHECK(declined(stranger, brian, school, draft) == Declined::no_right);
    CHECK_FALSE(stranger.replica->write(school, {}).ok());

    amina.notes(school, "Fractions");
    auto frame = amina.frames(school, CommitKind::content).back();
    frame.commit.back() ^= 1;
    const auto done = brian.replica->ingest(school, {frame});
    REQUIRE(done.ok());
    CHECK(done->report.fresh.empty());
    CHECK(brian.replica->log().waiting(school, 10).empty());
}

TEST_CASE("a reader reads and does not write") {
    Computer amina("Amina"), rita("Rita");
    const auto school = amina.founds("Hill School");
    amina.lets_in(rita, school, Role::reader);
    const auto note = amina.notes(school, "Fractions");
    amina.gives(rita, school);
    CHECK(rita.title(school, note) == "Fractions");
    const auto written = rita.replica->write(school, {{note, {}}});
    REQUIRE_FALSE(written.ok());
    CHECK(written.code() == Code::refused);
}

TEST_CASE("S10 a withheld part is wanted, wrong bytes change nothing, the right ones are folded") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    amina.gives(brian, school);
    const auto note = amina.notes(school, "Fractions");
    auto frame = amina.frames(school, CommitKind::content).back();
    const auto part = *frame.parts[0];
    frame.parts[0].reset();
    REQUIRE(brian.replica->ingest(school, amina.frames(school, CommitKind::key)).ok());
    REQUIRE(brian.replica->ingest(school, {frame}).ok());
    const auto wanted = brian.replica->log().wanted_parts(school, 10);
    REQUIRE(wanted.size() == 1);
    CHECK(brian.replica->root(school, CommitKind::content) == amina.replica->root(school, CommitKind::content));
    auto wrong = part;
    wrong[30] ^= 1;
    REQUIRE(brian.replica->ingest_parts(school, {{wanted[0], wrong}}).ok());
    CHECK(brian.replica->log().wanted_parts(school, 10).size() == 1);
    REQUIRE(brian.replica->ingest_parts(school, {{wanted[0], part}}).ok());
    CHECK(brian.replica->log().wanted_parts(school, 10).empty());
    CHECK(brian.title(school, note) == "Fractions");
}

TEST_CASE("O18 content of an epoch whose key is not here waits, and is counted") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    const auto note = amina.notes(school, "Fractions");
    REQUIRE(brian.replica->ingest(school, amina.frames(school, CommitKind::control)).ok());
    REQUIRE(brian.replica->ingest(school, amina.frames(school, CommitKind::content)).ok());
    CHECK(brian.title(school, note) == "");
    CHECK(brian.replica->unreadable_parts(school) == 1);
    CHECK(brian.replica->log().wanted_epochs(school).size() == 1);
    REQUIRE(brian.replica->ingest(school, amina.frames(school, CommitKind::key)).ok());
    CHECK(brian.title(school, note) == "Fractions");
    CHECK(brian.replica->unreadable_parts(school) == 0);
    CHECK(brian.replica->log().wanted_epochs(school).empty());
}

TEST_CASE("views made again from the log are the views that were kept") {
    Computer amina("Amina"), brian("Brian");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    std::vector<RecordId> notes;
    for (int i = 0; i < 5; ++i) notes.push_back(amina.notes(school, "Lesson " + std::to_string(i)));
    amina.gives(brian, school);
    for (unsigned i = 0; i < 40; ++i) {
        auto& writer = i % 2 == 0 ? amina : brian;
        writer.types(school, notes[i % 5], {0, 0, "word "});
        writer.titles(school, notes[(i + 1) % 5], "Title " + std::to_string(i));
        if (i % 7 == 0) amina.gives(brian, school);
        if (i % 11 == 0) brian.gives(amina, school);
    }
    amina.gives(brian, school);
    const auto kept = brian.views(school);
    const auto root = brian.replica->root(school, CommitKind::content);
    REQUIRE(brian.replica->rebuild().ok());
    CHECK(brian.views(school) == kept);
    CHECK(brian.replica->root(school, CommitKind::content) == root);
}

TEST_CASE("hundreds of records written at once are what they are when each part comes alone") {
    Computer amina("Amina"), brian("Brian"), clara("Clara");
    const auto school = amina.founds("Hill School");
    amina.lets_in(brian, school);
    amina.lets_in(clara, school);
    std::vector<CreateOp> creates;
    std::vector<ContentPart> parts;
    for (unsigned i = 0; i < 300; ++i) creates.push_back({"note", random_id<Nonce16>(), {}});
    // Each record in several parts, far from one another, the first of them without what made the record.
    for (unsigned round = 0; round < 4; ++round) {
        for (unsigned i = 0; i < creates.size(); ++i) {
            ContentPart part{id_of_record(school, amina.person(), creates[i]), {}};
            const auto title = std::to_string(round) + " of " + std::to_string(i);
            part.ops.push_back(round == 1 ? make_op(creates[i])
                                          : make_op(AssignOp{"title", std::nullopt, Value(title), {}}));
            if (i % 50 == 0) part.ops.push_back(make_op(EditOp{"body", {}, {{0, 0, title}}}));
            parts.push_back(std::move(part));
        }
    }
    REQUIRE(amina.replica->write(school, parts).ok());
    const auto frames = amina.frames(school, CommitKind::content);
    REQUIRE(frames.size() > 2);
    amina.gives(brian, school);
    for (const auto kind : {CommitKind::control, CommitKind::key}) {
        for (const auto& frame : amina.frames(school, kind)) REQUIRE(clara.replica->ingest(school, {frame}).ok());
    }
    for (const auto& frame : frames) {
        auto bare = frame;
        for (auto& part : bare.parts) part.reset();
        REQUIRE(clara.replica->ingest(school, {bare}).ok());
        const auto id = read_commit(frame.commit)->id;
        for (std::size_t index = frame.parts.size(); index-- > 0;) {
            const PartName name{id, static_cast<std::uint16_t>(index)};
            REQUIRE(clara.replica->ingest_parts(school, {{name, *frame.parts[index]}}).ok());
        }
    }
    const auto views = amina.views(school);
    CHECK(brian.views(school) == views);
    CHECK(clara.views(school) == views);
    const auto some = id_of_record(school, amina.person(), creates[50]);
    CHECK(amina.title(school, some) == "3 of 50");
    REQUIRE(amina.replica->rebuild().ok());
    CHECK(amina.views(school) == views);
}

TEST_CASE("a hall of forty writers leaves forty heads, and the next commits join them") {
    Computer amina("Amina");
    const auto school = amina.founds("Hall");
    std::vector<std::unique_ptr<Computer>> hall;
    for (int i = 0; i < 40; ++i) {
        hall.push_back(std::make_unique<Computer>("Teacher " + std::to_string(i)));
        amina.lets_in(*hall.back(), school);
    }
    const auto first = amina.notes(school, "Welcome");
    for (auto& each : hall) {
        amina.gives(*each, school);
        each->titles(school, first, each->identity.record.name);
    }
    for (const auto& each : hall) each->gives(amina, school);
    CHECK(amina.replica->log().heads(school, CommitKind::content).size() == 40);
    amina.titles(school, first, "All here");
    CHECK(amina.replica->log().heads(school, CommitKind::content).size() == 1);
    amina.gives(*hall[0], school);
    CHECK(amina.equals(*hall[0], school));
    CHECK(hall[0]->title(school, first) == amina.title(school, first));
}

TEST_CASE("a full disk changes nothing, and writing goes on afterwards") {
    Computer amina("Amina");
    const auto school = amina.founds("Hill School");
    const auto note = amina.notes(school, "Fractions");
    const auto root = amina.replica->root(school, CommitKind::content);
    amina.store.disk_full = true;
    AssignOp assign{"title", std::nullopt, Value("lost"), {}};
    CHECK_FALSE(amina.replica->write(school, {{note, {make_op(assign)}}}).ok());
    CHECK(amina.replica->root(school, CommitKind::content) == root);
    amina.store.disk_full = false;
    amina.titles(school, note, "kept");
    CHECK(amina.title(school, note) == "kept");
}
