#include "storage/chunks.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "storage/file_copy.h"
#include "storage/file_refs.h"
#include "storage/wanted_chunks.h"
#include "tests/disposable.h"
#include "tests/memory_kv.h"
#include "tests/storage/in_memory.h"

using namespace staffroom;

namespace {

SymmetricKey file_key() {
    SymmetricKey key;
    key.bytes.fill(3);
    return key;
}

RecordId record(std::uint8_t number) {
    RecordId id;
    id.bytes.fill(number);
    return id;
}

Bytes pattern(std::size_t size, unsigned seed = 1) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = std::uint8_t((i * 31 + i / 251) * seed);
    return bytes;
}

// A device's chunks: the store in memory, large chunks in a folder.
struct Shelf {
    explicit Shelf(const std::filesystem::path& folder) : chunks(*Chunks::open(folder)) {}

    FileRef add(const std::filesystem::path& path, std::string name = "plan.pdf") {
        auto intake = FileIntake::open(path, file_key(), std::move(name), "application/pdf");
        REQUIRE(intake.ok());
        while (!intake->is_done()) REQUIRE(intake->step(store, chunks).ok());
        CHECK_EQ(intake->bytes_done(), intake->bytes_total());
        return intake->file();
    }
    void write(const std::function<void(WriteTxn&)>& step) {
        CHECK(store.write([&](WriteTxn& txn) -> Result<> { return step(txn), Done{}; }).ok());
    }
    void refer(std::uint8_t to, const FileRef& file, file_refs::Fetch fetch = file_refs::Fetch::now) {
        write([&](WriteTxn& txn) { file_refs::refer(txn, chunks, 1, record(to), file, fetch); });
    }
    std::vector<wanted_chunks::Wanted> wanted(std::size_t most = 1000) {
        std::vector<wanted_chunks::Wanted> list;
        write([&](WriteTxn& txn) { list = wanted_chunks::first(txn, most); });
        return list;
    }
    file_refs::Presence presence(const FileRef& file) {
        file_refs::Presence presence;
        write([&](WriteTxn& txn) { presence = file_refs::presence(txn, chunks, file); });
        return presence;
    }
    Result<Bytes> read(const ChunkId& id) {
        Result<Bytes> bytes = Bytes{};
        write([&](WriteTxn& txn) { bytes = chunks.read(txn, id); });
        return bytes;
    }
    // Everything wanted here that the other has, as a colleague would give it. Returns how many.
    std::size_t fetch_from(Shelf& other) {
        std::vector<GivenChunk> given;
        for (const auto& want : wanted()) {
            auto bytes = other.read(want.id);
            if (!bytes) continue;
            if (want.size != 0) CHECK_EQ(bytes->size(), want.size);
            given.push_back({want.id, std::move(*bytes)});
        }
        const auto count = given.size();
        CHECK(store_chunks(store, chunks, std::move(given)).ok());
        return count;
    }
    Bytes whole(const FileRef& file) {
        Bytes all;
        const auto read = read_out(store, chunks, file, [&](ByteView plain) -> Result<> {
            append(all, plain);
            return Done{};
        });
        if (!read) return copy_of(view_of(read.error().say));
        return all;
    }
    std::size_t rows(Table table) { return store.tables[std::size_t(table)].size(); }

    std::filesystem::path folder() const { return chunks.file_of({}).parent_path().parent_path(); }
    std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
            count += entry.is_regular_file();
        return count;
    }
    // Of the chunks that are files.
    std::size_t bytes_in_memory() const {
        std::size_t bytes = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder())) {
            if (entry.is_regular_file()) bytes += staffroom::bytes_in_memory(entry.path(), entry.file_size());
        }
        return bytes;
    }

    MemoryStore store;
    Chunks chunks;
};

struct Stage {
    std::filesystem::path file(const char* name, const Bytes& content) {
        std::ofstream(folder / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), std::streamsize(content.size()));
        return folder / name;
    }
    Disposable folder;
    Shelf mine{folder / "mine"}, theirs{folder / "theirs"};
};

}  // namespace

TEST_CASE("a film's chunks are not left in the system's memory, a worksheet's are") {
    Stage stage;
    const auto film = stage.file("film", pattern(20 * limits::chunk_bytes));
    const Descriptor past(::open(film.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
    if (!past.is_open()) {
        MESSAGE("skipped: this file system cannot write past the memory");
        return;
    }
    (void)stage.mine.add(film);
    // Their last bytes, which are not a whole page, go when they are synced, and that is not done for real here.
    CHECK_LE(stage.mine.bytes_in_memory(), 21 * memory_page_bytes);
    (void)stage.mine.add(stage.file("worksheet", pattern(100'000)));
    CHECK_GE(stage.mine.bytes_in_memory(), 100'000u);
}

TEST_CASE("A07 files of every size around a chunk's come back as they were") {
    Stage stage;
    constexpr std::size_t chunk = limits::chunk_bytes;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, chunk - 1, chunk, chunk + 1, 3 * chunk, 70 * chunk + 5}) {
        CAPTURE(size);
        const auto content = pattern(size);
        const auto file = stage.mine.add(stage.file("plan", content));
        CHECK_EQ(file.size, size);
        CHECK(stage.mine.whole(file) == content);
    }
    const auto sparse = stage.file("sparse", {});
    REQUIRE_EQ(::truncate(sparse.c_str(), off_t(limits::file_bytes + 1)), 0);
    CHECK_EQ(FileIntake::open(sparse, file_key(), "a", "b").code(), Code::too_large);
}

TEST_CASE("a file that is written to while it is read is not taken, and is once that is done") {
    Stage stage;
    const auto path = stage.file("plan", pattern(70 * limits::chunk_bytes));
    const auto take = [&](const std::function<void()>& meanwhile) {
        auto intake = FileIntake::open(path, file_key(), "plan", "a/b");
        REQUIRE(intake.ok());
        REQUIRE(intake->step(stage.mine.store, stage.mine.chunks).ok());
        meanwhile();
        while (!intake->is_done()) {
            if (const auto stepped = intake->step(stage.mine.store, stage.mine.chunks); !stepped)
                return std::optional(stepped.code());
        }
        return std::optional<Code>();
    };
    CHECK(take([&] { std::ofstream(path, std::ios::app) << "more"; }) == Code::busy);
    CHECK(take([&] { std::filesystem::resize_file(path, 40 * limits::chunk_bytes); }) == Code::busy);
    CHECK_EQ(stage.mine.add(path).size, 40 * limits::chunk_bytes);
}

TEST_CASE("only plain files are taken in") {
    Stage stage;
    REQUIRE_EQ(::mkfifo((stage.folder / "pipe").c_str(), 0600), 0);
    CHECK_EQ(FileIntake::open(stage.folder / "pipe", file_key(), "a", "b").code(), Code::refused);
    CHECK_EQ(FileIntake::open(stage.folder.path(), file_key(), "a", "b").code(), Code::refused);
    CHECK_EQ(FileIntake::open(stage.folder / "nothing", file_key(), "a", "b").code(), Code::not_found);
}

TEST_CASE("the same file added twice is stored once") {
    Stage stage;
    const auto path = stage.file("plan", pattern(5 * limits::chunk_bytes));
    const auto first = stage.mine.add(path);
    const auto files = stage.mine.files(), rows = stage.mine.rows(Table::chunks);
    CHECK(stage.mine.add(path) == first);
    CHECK_EQ(stage.mine.files(), files);
    CHECK_EQ(stage.mine.rows(Table::chunks), rows);
    // Under another name only the manifest differs.
    stage.mine.add(path, "copy.pdf");
    CHECK_EQ(stage.mine.rows(Table::chunks), rows + 1);
}

TEST_CASE("small chunks lie in the table, large ones as files, none of them readable") {
    Stage stage;
    stage.mine.add(stage.file("small", Bytes(limits::small_chunk_bytes - seal_overhead, 'a')));
    CHECK_EQ(stage.mine.files(), 0);
    const auto file = stage.mine.add(stage.file("large", Bytes(limits::small_chunk_bytes, 'a')));
    CHECK_EQ(stage.mine.files(), 1);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(stage.folder / "mine")) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path());
        const std::string content{std::istreambuf_iterator<char>(in), {}};
        CHECK(content.find("aaaaaaaa") == std::string::npos);
    }
    CHECK(stage.mine.whole(file) == Bytes(limits::small_chunk_bytes, 'a'));
}

TEST_CASE("a reference wants the manifest, then what it names, and is whole when that is here") {
    Stage stage;
    const auto content = pattern(9 * limits::chunk_bytes + 77);
    const auto file = stage.mine.add(stage.file("plan", content));
    stage.theirs.refer(7, file);
    CHECK_EQ(stage.theirs.wanted().size(), 1);
    CHECK(!stage.theirs.presence(file).manifest_here);
    CHECK_EQ(stage.theirs.fetch_from(stage.mine), 1);
    CHECK_EQ(stage.theirs.wanted().size(), 10);
    CHECK_EQ(stage.theirs.whole(file), copy_of(view_of("Part of this file is not here yet.")));
    CHECK_EQ(stage.theirs.presence(file).chunks_total, 10);
    CHECK_EQ(stage.theirs.fetch_from(stage.mine), 10);
    CHECK(stage.theirs.presence(file).is_whole());
    CHECK(stage.theirs.whole(file) == content);
    CHECK(stage.theirs.wanted().empty());
    CHECK_EQ(stage.theirs.rows(Table::wants), 0);
}

TEST_CASE("S15 a transfer goes on where it was, chunk by chunk, however often it is interrupted") {
    Stage stage;
    const auto content = pattern(20 * limits::chunk_bytes, 3);
    const auto file = stage.mine.add(stage.file("film", content));
    stage.theirs.refer(7, file);
    std::size_t transfers = 0;
    for (auto list = stage.theirs.wanted(1); !list.empty(); list = stage.theirs.wanted(1)) {
        REQUIRE(++transfers <= 21);
        auto bytes = stage.mine.read(list[0].id);
        REQUIRE(bytes.ok());
        CHECK(store_chunks(stage.theirs.store, stage.theirs.chunks, {{list[0].id, *bytes}}).ok());
        stage.theirs.chunks = *Chunks::open(stage.folder / "theirs");  // as after a power cut
    }
    CHECK(stage.theirs.whole(file) == content);
}

TEST_CASE("small files come before large ones") {
    Stage stage;
    const auto large = stage.mine.add(stage.file("large", pattern(20 * limits::chunk_bytes)));
    const auto small = stage.mine.add(stage.file("small", pattern(40, 5)));
    stage.theirs.refer(1, large);
    stage.theirs.refer(2, small);
    CHECK_EQ(stage.theirs.wanted(1).at(0).id, small.manifest[0].id);
    stage.theirs.fetch_from(stage.mine);
    CHECK_EQ(stage.theirs.wanted().size(), 21);
    CHECK_EQ(stage.theirs.wanted(1).at(0).size, 40 + seal_overhead);
    stage.theirs.write([&](WriteTxn& txn) {
        const auto totals = wanted_chunks::totals(txn, 1);
        CHECK_EQ(totals.chunks, 21);
        CHECK_EQ(totals.bytes, 20 * limits::chunk_bytes + 40 + 21 * seal_overhead);
        CHECK_EQ(wanted_chunks::totals(txn, 2).chunks, 0);
    });
}

TEST_CASE("on demand nothing is fetched before somebody asks for it") {
    Stage stage;
    const auto file = stage.mine.add(stage.file("plan", pattern(3 * limits::chunk_bytes)));
    stage.theirs.refer(7, file, file_refs::Fetch::on_demand);
    CHECK(stage.theirs.wanted().empty());
    stage.theirs.write([&](WriteTxn& txn) { file_refs::fetch(txn, stage.theirs.chunks, 1, file.manifest[0].id); });
    stage.theirs.fetch_from(stage.mine);
    stage.theirs.fetch_from(stage.mine);
    CHECK(stage.theirs.presence(file).is_whole());
}

TEST_CASE("what arrives while the profile is locked is unfolded after the unlock") {
    Stage stage;
    const auto file = stage.mine.add(stage.file("plan", pattern(3 * limits::chunk_bytes)));
    stage.theirs.refer(7, file);
    stage.theirs.store.locked = true;
    stage.theirs.fetch_from(stage.mine);
    CHECK(stage.theirs.wanted().empty());
    stage.theirs.store.locked = false;
    stage.theirs.write([&](WriteTxn& txn) { file_refs::unfold_pending(txn, stage.theirs.chunks); });
    CHECK_EQ(stage.theirs.fetch_from(stage.mine), 3);
    CHECK(stage.theirs.presence(file).is_whole());
}

TEST_CASE("a chunk goes with its last user, and then the disk is free") {
    Stage stage;
    const auto shared = stage.mine.add(stage.file("shared", pattern(4 * limits::chunk_bytes)));
    const auto other = stage.mine.add(stage.file("other", pattern(2 * limits::chunk_bytes, 7)));
    auto& mine = stage.mine;
    mine.refer(1, shared);
    mine.refer(1, other);
    mine.refer(2, shared);
    mine.write([&](WriteTxn& txn) {
        CHECK_EQ(file_refs::groups_of(txn, shared.manifest[0].id), std::vector<keys::GroupNumber>{1});
        file_refs::refer(txn, mine.chunks, 900, record(1), shared, file_refs::Fetch::now);
        CHECK_EQ(file_refs::groups_of(txn, shared.manifest[0].id), std::vector<keys::GroupNumber>{1, 900});
    });
    const auto forget = [&](keys::GroupNumber group, std::uint8_t who) {
        std::vector<ChunkId> gone;
        mine.write([&](WriteTxn& txn) { gone = file_refs::forget(txn, group, record(who)); });
        mine.chunks.remove_files(gone);
        return gone.size();
    };
    CHECK_EQ(mine.files(), 6);
    CHECK_EQ(forget(1, 1), 3);  // `other`: two chunks and a manifest
    CHECK_EQ(mine.files(), 4);
    CHECK_EQ(forget(1, 2), 0);
    CHECK(mine.presence(shared).is_whole());
    CHECK_EQ(forget(900, 1), 5);
    CHECK_EQ(mine.files(), 0);
    for (const auto table : {Table::chunks, Table::chunk_users, Table::group_chunks, Table::files, Table::wants}) {
        CHECK_EQ(mine.rows(table), 0);
    }
}

TEST_CASE("forgetting one file of a record leaves the others whole, shared chunks included") {
    Stage stage;
    auto& mine = stage.mine;
    auto content = pattern(3 * limits::chunk_bytes);
    const auto first = mine.add(stage.file("first", content));
    content.back() ^= 1;
    const auto second = mine.add(stage.file("second", content));
    mine.refer(1, first);
    mine.refer(1, second);
    std::vector<ChunkId> gone;
    mine.write(
        [&](WriteTxn& txn) { gone = file_refs::forget_file(txn, mine.chunks, 1, record(1), first.manifest[0].id); });
    mine.chunks.remove_files(gone);
    CHECK_EQ(gone.size(), 2);  // its last chunk and its manifest
    CHECK(mine.whole(second) == content);
    CHECK(!mine.presence(first).manifest_here);
    CHECK_EQ(mine.rows(Table::files), 1);
}

TEST_CASE("forgetting a file that is still to come stops wanting it") {
    Stage stage;
    const auto file = stage.mine.add(stage.file("plan", pattern(3 * limits::chunk_bytes)));
    stage.theirs.refer(7, file);
    stage.theirs.fetch_from(stage.mine);
    stage.theirs.write([&](WriteTxn& txn) { file_refs::forget(txn, 1, record(7)); });
    CHECK(stage.theirs.wanted().empty());
    CHECK_EQ(stage.theirs.rows(Table::wants), 0);
    CHECK_EQ(stage.theirs.rows(Table::chunks), 0);
    stage.theirs.refer(8, file);
    stage.theirs.write([&](WriteTxn& txn) { file_refs::forget(txn, 1, record(8)); });
    CHECK_EQ(stage.theirs.rows(Table::wants), 0);
}

TEST_CASE("A04 a chunk that the disk spoiled is found on reading and fetched again") {
    Stage stage;
    auto& theirs = stage.theirs;
    const auto content = pattern(2 * limits::chunk_bytes);
    const auto file = stage.mine.add(stage.file("plan", content));
    theirs.refer(7, file);
    theirs.fetch_from(stage.mine);
    const auto victim = theirs.wanted(1).at(0).id;
    theirs.fetch_from(stage.mine);
    {
        std::fstream out(theirs.chunks.file_of(victim), std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(1000);
        out.put('!');
    }
    CHECK_EQ(theirs.read(victim).code(), Code::io);
    theirs.write([&](WriteTxn& txn) { file_refs::lost(txn, victim); });
    CHECK_EQ(theirs.fetch_from(stage.mine), 1);
    CHECK(theirs.whole(file) == content);
}

namespace {

ChunkId large_chunk_of(Shelf& shelf, const FileRef& file) {
    Manifest manifest;
    shelf.write([&](WriteTxn& txn) { manifest = *file_refs::manifest_of(txn, shelf.chunks, file); });
    return manifest.chunks.at(0).id;
}

void overwrite(const std::filesystem::path& path, const std::string& words) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << words;
}

}  // namespace

TEST_CASE("A04 whoever reads a file whose piece is damaged loses that piece, so that it is wanted and comes again") {
    Stage stage;
    auto& theirs = stage.theirs;
    const auto content = pattern(3 * limits::chunk_bytes);
    const auto file = stage.mine.add(stage.file("plan", content));
    theirs.refer(7, file);
    while (theirs.fetch_from(stage.mine) > 0) continue;
    const auto victim = theirs.chunks.file_of(large_chunk_of(theirs, file));
    enum class Damage { flipped, cut, gone };
    for (const auto damage : {Damage::flipped, Damage::cut, Damage::gone}) {
        CAPTURE(int(damage));
        if (damage == Damage::flipped) {
            std::fstream(victim, std::ios::in | std::ios::out | std::ios::binary).put('!');
        } else if (damage == Damage::cut) {
            std::filesystem::resize_file(victim, 1'000);
        } else {
            std::filesystem::remove(victim);
        }
        CHECK_EQ(theirs.whole(file), copy_of(view_of("A piece of a file is damaged on this disk.")));
        CHECK_EQ(theirs.wanted().size(), 1);
        CHECK_FALSE(std::filesystem::exists(victim));
        CHECK_EQ(theirs.fetch_from(stage.mine), 1);
        CHECK(theirs.whole(file) == content);
        CHECK(theirs.wanted().empty());
    }
}

TEST_CASE("A04 the manifest's own piece is lost and wanted in the same way") {
    Stage stage;
    auto& theirs = stage.theirs;
    const auto content = pattern(600 * limits::chunk_bytes / 64);
    const auto file = stage.mine.add(stage.file("plan", content));
    theirs.refer(7, file);
    while (theirs.fetch_from(stage.mine) > 0) continue;
    auto& rows = theirs.store.tables[std::size_t(Table::chunks)];
    const auto& id = file.manifest.at(0).id;
    const auto row = rows.find(Bytes(id.view().begin(), id.view().end()));
    REQUIRE(row != rows.end());
    row->second.back() ^= 1;
    CHECK_EQ(theirs.whole(file), copy_of(view_of("A piece of a file is damaged on this disk.")));
    CHECK_EQ(theirs.fetch_from(stage.mine), 1);
    CHECK(theirs.whole(file) == content);
}

TEST_CASE("A04 adding the same file once more mends what the disk has spoiled of it") {
    Stage stage;
    const auto content = pattern(3 * limits::chunk_bytes);
    const auto path = stage.file("plan", content);
    const auto file = stage.mine.add(path);
    stage.mine.refer(7, file);
    overwrite(stage.mine.chunks.file_of(large_chunk_of(stage.mine, file)), "spoiled");
    CHECK(stage.mine.add(path) == file);
    CHECK(stage.mine.whole(file) == content);
    CHECK_EQ(stage.mine.files(), 3);
    CHECK(stage.mine.wanted().empty());
}

// A power cut between the file and its row leaves a name that is taken, by all of the chunk or by a piece of it.
TEST_CASE("D01 a chunk whose file's name is taken by something else comes under that name all the same") {
    Stage stage;
    auto& theirs = stage.theirs;
    const auto content = pattern(3 * limits::chunk_bytes);
    const auto file = stage.mine.add(stage.file("plan", content));
    const auto id = large_chunk_of(stage.mine, file);
    const auto name = theirs.chunks.file_of(id);
    std::filesystem::create_directories(name.parent_path());
    const auto elsewhere = stage.file("elsewhere", pattern(5));
    enum Taken { half, whole, longer, empty, link, folder, end };
    for (int taken = half; taken < end; ++taken) {
        CAPTURE(taken);
        auto bytes = *stage.mine.read(id);
        const auto size = bytes.size();
        bytes.resize(taken == half ? size / 2 : taken == longer ? 2 * size : taken == empty ? 0 : size);
        if (taken == link) std::filesystem::create_symlink(elsewhere, name);
        if (taken == folder) std::filesystem::create_directories(name / "in it");
        if (taken < link) overwrite(name, {bytes.begin(), bytes.end()});
        theirs.refer(7, file);
        while (theirs.fetch_from(stage.mine) > 0) continue;
        CHECK(theirs.whole(file) == content);
        CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(name)));
        CHECK(std::filesystem::file_size(elsewhere) == 5);
        CHECK(std::filesystem::is_empty(stage.folder / "theirs/part"));
        theirs.write([&](WriteTxn& txn) { file_refs::forget(txn, 1, record(7)); });
        std::filesystem::remove(name);
    }
}

TEST_CASE("half-written files are dropped at the next start, orphans by the sweep") {
    Stage stage;
    const auto file = stage.mine.add(stage.file("plan", pattern(2 * limits::chunk_bytes)));
    std::ofstream(stage.folder / "mine/part/half") << "x";
    stage.mine.chunks = *Chunks::open(stage.folder / "mine");
    CHECK_EQ(stage.mine.files(), 2);
    ChunkId orphan;
    std::filesystem::create_directories(stage.mine.chunks.file_of(orphan).parent_path());
    std::ofstream(stage.mine.chunks.file_of(orphan)) << "x";
    const auto swept = stage.mine.chunks.sweep(stage.mine.store);
    REQUIRE(swept.ok());
    CHECK_EQ(*swept, 1);
    CHECK(stage.mine.presence(file).is_whole());
}

TEST_CASE("a manifest that lies about the file is refused and leaves nothing behind") {
    Stage stage;
    auto& theirs = stage.theirs;
    Manifest lie{"film.mp4", "video/mp4", 5 * limits::chunk_bytes, {}};
    const auto sealed = seal_chunk(file_key(), encode(lie));
    const FileRef file{lie.name, lie.media_type, lie.size, {sealed.ref}};
    theirs.refer(7, file);
    CHECK(store_chunks(theirs.store, theirs.chunks, {{sealed.ref.id, sealed.bytes}}).ok());
    CHECK(theirs.wanted().empty());
    CHECK_EQ(theirs.whole(file), copy_of(view_of("A piece of this file is damaged.")));
}
