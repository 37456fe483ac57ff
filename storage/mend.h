// Puts a store in order in which values are damaged or rows are missing (found by storage/doctor.h, or left by
// storage/salvage.h), so that it opens, shows what is here, and asks colleagues for the rest.
//
//  - what does not open is erased;
//  - a bad content commit keeps its place and is asked for by its id; its descendants stay readable;
//  - a bad control or key commit leaves the log, and control commits after it wait, since nobody may judge by half of
//    them; they are fetched like anything that is missing;
//  - bad parts and chunks are wanted again; a chunk's file that only lost its row gets one;
//  - places and heads are made anew from the commits themselves. Trees, views and the references to files must be made
//    anew after this by whoever knows the groups (Replica::rebuild()); until then needs_rebuild() says so, also after a
//    crash in between.
// Needs an unlocked profile. One transaction; linear in the store; about 200 bytes of memory a commit.
#pragma once

#include "storage/chunks.h"
#include "storage/lmdb.h"

namespace staffroom {

struct Mended {
    std::uint64_t values_erased = 0;
    std::uint64_t commits_lost = 0;  // to be fetched again
    std::uint64_t commits_waiting = 0;
    std::uint64_t parts_lost = 0;
    std::uint64_t chunks_lost = 0;
    std::uint64_t chunks_adopted = 0;  // files whose row had gone
    std::uint64_t secrets_lost = 0;    // of groups, epochs or invitations: nobody can send those again
};
Result<Mended> mend(LmdbStore& store, const Chunks& chunks);

bool needs_rebuild(ReadTxn& txn);
void set_rebuilt(WriteTxn& txn);

}  // namespace staffroom
