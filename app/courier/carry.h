// Fills a stick: what those whom it is for lack, what waits at home for others, and what this device has, as a receipt.
//
// Interrupted anywhere, the next attempt finds the parts that are on the stick and packs only what is not in them.
// Whatever is on the stick and nobody of a group lacks any more is taken off it.
#pragma once

#include <deque>
#include <set>

#include "app/courier/lacked.h"
#include "app/courier/passing.h"
#include "storage/chunks.h"

namespace staffroom {
class Home;
}

namespace staffroom::courier {

struct CarryOptions {
    std::vector<GroupId> groups;                          // none: all, and what waits in the bag
    std::optional<PersonId> person;                       // for their computers alone; else for all of each group
    std::uint64_t bytes_max = std::uint64_t{4} << 30;     // of commits and chunks
    std::uint64_t part_bytes = std::uint64_t{256} << 20;  // what a pulled stick costs at most
};

struct Carried {
    std::uint64_t commits = 0, chunks = 0;  // written to the stick
    std::uint64_t bytes = 0;                // of all that was written
    std::uint64_t skipped = 0;              // commits and chunks that they have, or that are on the stick already
    std::uint64_t damaged = 0;              // chunks that this disk has spoiled: lost, and wanted again
    std::uint64_t left_out = 0;             // lacked, and found no room within bytes_max or on the stick
    std::uint64_t passed_on = 0;            // parts for others, out of the bag
    std::uint64_t receipts = 0;             // devices whose receipt was on the stick
    std::uint64_t removed = 0;              // parts that nobody needs any more
    std::vector<std::string> strange;       // files that are no parts
};

class Carry {
  public:
    // `home` outlives it.
    Carry(Home& home, std::unique_ptr<Stick> stick, std::unique_ptr<Stick> bag, CarryOptions options);
    ~Carry();

    // A little of the work. True: all is on the stick, and it may be taken out.
    Result<bool> step();
    const Carried& done() const { return done_; }
    // Bytes of pieces of files that are on the stick, of those that are known to go there: a group is looked at when those
    // before it are done.
    struct Way {
        std::uint64_t done = 0, total = 0;
    };
    Way way() const { return {std::min(way_.done, way_.total), way_.total}; }

  private:
    enum class Stage { look, plan, pack, leave_receipt, end_group, open_the_bag, pass_on, over };
    struct Reading;   // a part on the stick
    struct OnStick {  // what the group's parts on the stick hold
        std::map<std::string, std::pair<std::set<CommitId>, std::set<ChunkId>>> parts;
        Told told;
        std::set<ChunkId> wanted;  // by receipts on it
    };
    struct Plan {
        std::vector<CommitId> commits;  // parents first
        std::vector<ChunkId> chunks;
        std::size_t commit_at = 0, chunk_at = 0, expected = 0;
        std::deque<GivenChunk> read;  // of the chunks before `chunk_at`
    };

    Result<bool> begin();
    Result<bool> look();
    Result<bool> plan();
    Result<bool> pack();
    void read_chunks();
    void lose(const ChunkId& chunk);
    Result<bool> leave_receipt();
    Result<bool> end_group();
    Result<bool> open_the_bag();
    Result<bool> pass_on();
    bool has_room_for(std::uint64_t bytes, std::uint64_t margin) const;
    std::uint64_t bytes_of(const std::vector<ChunkId>& chunks) const;

    Home& home_;
    std::unique_ptr<Stick> stick_, bag_;
    CarryOptions options_;
    Carried done_;
    Way way_;
    Stage stage_ = Stage::look;
    bool begun_ = false;
    std::vector<GroupId> groups_;
    std::size_t group_at_ = 0;
    Packets packets_;
    std::vector<std::pair<std::string, GroupId>> unread_;
    std::unique_ptr<Reading> reading_;
    std::map<GroupId, OnStick> on_stick_;
    Plan plan_;
    std::optional<Packer> packer_;
    std::uint64_t packed_bytes_ = 0;                              // of commits and chunks
    std::vector<std::pair<std::string, std::uint64_t>> waiting_;  // in the bag, and how large
    std::optional<Copying> copying_;
};

// Which group a part belongs to, of those that are here.
std::optional<GroupId> group_of(const Home& home, const format::PartHeader& header);
// This device's own receipt.
format::Receipt own_receipt(const Home& home, const GroupId& group);

}  // namespace staffroom::courier
