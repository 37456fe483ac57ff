// Whether this start continues the writer that wrote last, or begins another one (replica.md "Persons, devices, runs").
//
// Two computers that write as one device under one run would break what a run is for: that its commits are one line. So
// a run goes on only where nothing says that the disk was cloned, restored or used since: same boot, same folder, the
// store as often written as when the last process closed it, and its file not touched since by anything else (putting
// an old copy back changes the file's change time, which nobody can set). Beginning another run costs 16 bytes, so
// every doubt begins one; after a crash too.
#pragma once

#include <filesystem>
#include <optional>

#include "core/ids.h"
#include "core/result.h"
#include "core/wire.h"

namespace staffroom {

struct Place {
    Hash computer;  // stays the same as long as it is this computer; zero when unknown
    Nonce16 boot;   // zero when unknown
    std::uint64_t folder_device = 0;
    std::uint64_t folder_inode = 0;
    std::uint64_t store_changed_ns = 0;  // change time of the store's file
    std::uint64_t store_writes = 0;      // LmdbStore::writes()

    bool operator==(const Place&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(computer, boot, folder_device, folder_inode, store_changed_ns, store_writes);
    }
};

// Left by the last process when it closed: the file `run`.
struct RunStamp {
    std::uint8_t version = 1;
    RunId run;
    Place place;

    bool operator==(const RunStamp&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(version, run, place);
    }
};

struct RunDecision {
    RunId run;
    bool continues = false;
    // Not where the last run was: on another computer or in another folder. So it moved, or it is a copy: ask.
    bool elsewhere = false;
};
// `drawn` is used when the run does not continue.
RunDecision decide_run(const std::optional<RunStamp>& last, const Place& now, const RunId& drawn);

// All of Place but the number of writes. `store_file` may be missing. Error: io.
Result<Place> place_of(const std::filesystem::path& folder, const std::filesystem::path& store_file);

// A damaged stamp is none.
std::optional<RunStamp> read_stamp(const std::filesystem::path& file);
Result<> write_stamp(const std::filesystem::path& file, const RunStamp& stamp);

}  // namespace staffroom
