// Sealed chunks by id: up to 16 KiB in the table `chunks`, larger ones as files under `chunks/ab/<id>`. Who may have
// them and what they are part of is storage/files.h.
//
// Rules:
//  - a chunk is here when its row is, and a row is written only after its bytes are durable: written under its name,
//    synced, the folder synced, then the row in one transaction. A batch shares these steps. What lies under that name
//    already may be a chunk that is here, so its successor is written to `part/` and put in its place when it is durable;
//  - a batch of 4 MiB and more is written past the system's memory, a smaller one through it;
//  - bytes are checked against the id whenever they are read, since neither LMDB nor the file system checks them; but not
//    when they go to somebody who checks them all the same;
//  - deleting goes the other way: the row first, then the file, so the disk is free as soon as remove_files() returns.
//    What a power cut leaves behind in between is found by sweep().
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/files.h"
#include "core/shared_bytes.h"
#include "storage/kv.h"
#include "storage/page_cache.h"
#include "storage/read_ahead.h"
#include "storage/under_way.h"

namespace staffroom {

struct ChunkTotals {
    std::uint64_t chunks = 0;
    std::uint64_t bytes = 0;
};

struct GivenChunk {
    ChunkId id;
    SharedBytes bytes;
};

class Chunks {
  public:
    // Without a folder every chunk lies in the table: for the simulator.
    // Makes the folder and drops what a power cut left half written. Error: io.
    static Result<Chunks> open(std::filesystem::path folder);

    // Makes the bytes durable and gives back what is to be entered in the same transaction as their rows:
    // Result<Staged> s = stage(...); store.write([&](txn) { enter(txn, s); ... }).
    // Needs chunk_id(bytes) == id for each. Error: io (disk full).
    struct Staged {
        std::vector<GivenChunk> small;
        std::vector<std::pair<ChunkId, std::uint32_t>> large;  // size
        void add(Staged&& more);
        // A transaction costs two waits for the disk, however much it enters.
        bool is_worth_a_transaction() const;
    };
    Result<Staged> stage(std::vector<GivenChunk> chunks) const;
    static void enter(WriteTxn& txn, const Staged& staged);
    // Cheapest in the order of their ids.
    static void enter(WriteTxn& txn, const std::vector<const GivenChunk*>& small);
    static void enter(WriteTxn& txn, const ChunkId& large, std::uint32_t size);

    // Whether so many bytes of one's own leave the disk enough (storage/disk.h).
    bool has_room_for(std::uint64_t bytes) const;
    // How many bytes colleagues' files may still take.
    std::uint64_t room() const;

    static bool has(ReadTxn& txn, const ChunkId& id);
    // Sealed bytes, or nothing when the chunk is not here.
    static std::optional<std::uint32_t> size(ReadTxn& txn, const ChunkId& id);
    // Errors: not_found; io when the bytes are not those of the id any more (then lose_chunk()); busy (too many files are
    // open on this computer).
    Result<Bytes> read(ReadTxn& txn, const ChunkId& id) const;
    // Errors: not_found; io when they cannot be read at all; busy.
    Result<Bytes> read_unverified(ReadTxn& txn, const ChunkId& id) const;
    // The same, appended to `behind`; nothing is when there is an error.
    Result<> append_unverified(ReadTxn& txn, const ChunkId& id, Bytes& behind) const;

    // The same behind `head`, which is short. What expect() had read is not copied.
    Result<SharedBytes> read_behind(ReadTxn& txn, ByteView head, const ChunkId& id) const;

    // It will be read behind something soon: the disk begins to, and nothing waits for it.
    void expect(const ChunkId& id) const;

    // Erases the row; the file goes by remove_files() once the transaction has returned.
    static void erase(WriteTxn& txn, const ChunkId& id);
    void remove_files(const std::vector<ChunkId>& ids) const;

    // Files that have no row: of a power cut between the two, or of rows that were lost. Linear in the files.
    std::vector<ChunkId> files_without_row(ReadTxn& txn) const;
    // Deletes those. Returns how many.
    Result<std::size_t> sweep(Store& store) const;
    // Gives those a row whose bytes are right. Returns how many.
    std::size_t adopt_files(WriteTxn& txn) const;

    std::filesystem::path file_of(const ChunkId& id) const;

  private:
    static constexpr std::uint64_t cached_bytes_max = std::uint64_t{64} << 20;

    explicit Chunks(std::filesystem::path folder)
        : folder_(std::move(folder)),
          under_way_(std::make_unique<UnderWay>()),
          cached_(std::make_unique<PageCacheShare>(cached_bytes_max)),
          ahead_(std::make_unique<ReadAhead>(sealed_chunk_bytes_max)),
          rooms_(std::make_unique<PagePool>(whole_pages_in(sealed_chunk_bytes_max))) {}
    std::filesystem::path part_folder() const { return folder_ / "part"; }
    Result<> write_files(const std::vector<const GivenChunk*>& chunks) const;

    std::filesystem::path folder_;
    std::unique_ptr<UnderWay> under_way_;
    std::unique_ptr<PageCacheShare> cached_;
    std::unique_ptr<ReadAhead> ahead_;
    std::unique_ptr<PagePool> rooms_;  // to write from
};

}  // namespace staffroom
