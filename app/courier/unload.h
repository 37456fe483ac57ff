// Empties a stick into the replica, and leaves on it what this device has now. Nothing is taken off it: others at this
// place want it too.
//
// Interrupted anywhere, the next attempt passes over what is here. A part is never held in memory: one box at a time, and
// some megabytes of what comes next.
#pragma once

#include <set>

#include "app/courier/passing.h"
#include "storage/chunk_batches.h"
#include "storage/wanted_chunks.h"

namespace staffroom {
class Home;
class Network;
}  // namespace staffroom

namespace staffroom::courier {

struct Unloaded {
    std::uint64_t commits = 0, chunks = 0;  // new here
    std::uint64_t bytes = 0;                // of what was taken in, for others too
    std::uint64_t skipped = 0;              // commits and chunks that were here, or that nothing here refers to
    std::uint64_t waiting = 0;              // commits kept that miss something before them
    std::uint64_t declined = 0;             // commits that are not what they claim, without right, or too many
    std::uint64_t damaged = 0;              // boxes, and stretches that were none; parts cut short
    std::uint64_t for_others = 0;           // parts that went into the bag
    std::uint64_t left_behind = 0;          // parts for others beyond what one giver or all may leave
    std::uint64_t receipts = 0;             // newest haves of others
    std::uint64_t no_room = 0;              // bytes of files that do not fit on this disk as a whole
    bool left_receipt = false;              // false: the stick cannot be written to
    std::vector<std::string> strange;       // files that are no parts
};

class Unload {
  public:
    // `home` and `network` outlive it.
    Unload(Home& home, Network& network, std::unique_ptr<Stick> stick, std::unique_ptr<Stick> bag);
    ~Unload();

    // A little of the work. True: all is done, and the stick may be taken out.
    Result<bool> step();
    const Unloaded& done() const { return done_; }
    // Bytes of the stick's parts that were looked through.
    struct Way {
        std::uint64_t done = 0, total = 0;
    };
    Way way() const;

  private:
    enum class Stage { list, next_part, read, for_others, copy, leave_receipt, end_group, over };
    struct Reading;

    Result<bool> list();
    bool find_own(std::vector<std::string>& names);
    Result<bool> next_part();
    Result<bool> read();
    Result<> end_part();
    Result<> take(format::Load load);
    Result<> store_commits();
    Result<> take_chunk(const format::PartReader::Box& box);
    Result<bool> has_room_for(const ChunkId& chunk);
    void verify_chunks();
    Result<> store_chunks();
    Result<bool> for_others();
    Result<bool> copy();
    Result<bool> leave_receipt();
    Result<bool> end_group();
    Result<bool> receipt_failed(const Error& why);

    Home& home_;
    Network& network_;
    std::unique_ptr<Stick> stick_, bag_;
    Unloaded done_;
    Way parts_;  // those that are over
    Stage stage_ = Stage::list;
    Packets packets_;
    std::vector<std::pair<std::string, GroupId>> own_;
    std::vector<std::string> others_;
    std::set<GroupId> groups_;  // whose parts were here: they get a receipt
    std::size_t own_at_ = 0;
    bool again_ = false;         // a later round: only chunks
    bool came_ = false;          // something came in this round
    bool passed_over_ = false;   // a chunk that nothing refers to yet
    wanted_chunks::Fit fit_;     // of what was wanted when it was last looked at
    std::set<ChunkId> no_room_;  // left on the stick, each counted once
    std::unique_ptr<Reading> reading_;
    std::vector<CommitFrame> commits_;
    std::size_t commits_size_ = 0;
    std::vector<GivenChunk> unverified_;
    std::vector<GivenChunk> chunks_;  // to go into the next batch
    ChunkBatches batches_;
    std::size_t chunks_size_ = 0;
    std::optional<Copying> copying_;
    std::optional<Packer> packer_;
};

}  // namespace staffroom::courier
