#include "storage/intakes.h"

#include <doctest/doctest.h>

#include <fstream>

#include "storage/file_copy.h"
#include "storage/file_refs.h"
#include "tests/disposable.h"
#include "tests/memory_kv.h"

using namespace staffroom;

namespace {

struct Shelf {
    FileRef take_in(Intakes::Intake& intake, char fill) {
        std::ofstream(folder / "film", std::ios::binary) << std::string(3 * limits::chunk_bytes + 100, fill);
        intake.begin();
        auto file = FileIntake::open(folder / "film", {}, "film.mp4", "video/mp4");
        REQUIRE(file.ok());
        while (!file->is_done()) REQUIRE(file->step(store, chunks).ok());
        return file->file();
    }
    void refer(const FileRef& file) {
        CHECK(store
                  .write([&](WriteTxn& txn) -> Result<> {
                      file_refs::refer(txn, chunks, 1, RecordId{}, file, file_refs::Fetch::now);
                      return Done{};
                  })
                  .ok());
    }
    std::size_t rows() const { return store.tables[static_cast<std::size_t>(Table::chunks)].size(); }
    bool is_marked() const { return std::filesystem::exists(folder / "intake"); }

    Disposable folder;
    MemoryStore store;
    Chunks chunks = *Chunks::open(folder / "chunks");
    Intakes intakes{store, chunks, folder / "intake"};
};

}  // namespace

TEST_CASE("a file that a record refers to stays, and one that was dropped half way goes") {
    Shelf shelf;
    {
        Intakes::Intake intake(shelf.intakes);
        CHECK_FALSE(shelf.is_marked());
        shelf.refer(shelf.take_in(intake, 'a'));
        CHECK(shelf.is_marked());
        intake.kept();
    }
    const auto kept = shelf.rows();
    CHECK(kept > 1);
    CHECK_FALSE(shelf.is_marked());
    {
        Intakes::Intake intake(shelf.intakes);
        shelf.take_in(intake, 'b');
        CHECK(shelf.rows() > kept);
    }
    CHECK(shelf.rows() == kept);
    CHECK_FALSE(shelf.is_marked());
}

TEST_CASE("what one work drops is kept for another that still goes on") {
    Shelf shelf;
    {
        Intakes::Intake other(shelf.intakes);
        FileRef file;
        {
            Intakes::Intake intake(shelf.intakes);
            shelf.take_in(intake, 'a');
            file = shelf.take_in(other, 'a');
        }
        CHECK(shelf.is_marked());
        shelf.refer(file);
        other.kept();
    }
    CHECK(shelf.rows() > 1);
    CHECK_FALSE(shelf.is_marked());
}

TEST_CASE("D01 what a crash left behind is dropped at the next start, files without a row too") {
    Shelf shelf;
    {
        Intakes::Intake intake(shelf.intakes);
        shelf.refer(shelf.take_in(intake, 'a'));
        intake.kept();
    }
    const auto kept = shelf.rows();
    const auto mark = shelf.folder / "intake";
    {
        // A crash runs no destructor: the mark is put back.
        Intakes::Intake intake(shelf.intakes);
        shelf.take_in(intake, 'b');
        intake.kept();
    }
    CHECK(shelf.rows() > kept);
    CHECK(shelf.intakes.drop_what_was_left().ok());
    CHECK(shelf.rows() > kept);
    std::ofstream(mark) << "";
    ChunkId orphan;
    orphan.bytes.fill(9);
    std::filesystem::create_directories(shelf.chunks.file_of(orphan).parent_path());
    std::ofstream(shelf.chunks.file_of(orphan)) << "x";
    CHECK(shelf.intakes.drop_what_was_left().ok());
    CHECK(shelf.rows() == kept);
    CHECK_FALSE(std::filesystem::exists(shelf.chunks.file_of(orphan)));
    CHECK_FALSE(shelf.is_marked());
}
