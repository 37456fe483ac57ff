// What one device says it has of one group, signed: "saved here, on 2 of 4 devices" and "safe to leave" are computed
// from haves alone, and a have is the only acknowledgement there is. It is read from committed state, so whoever shows
// one has it on disk.
#pragma once

#include <vector>

#include "core/commit.h"
#include "core/crypto.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/wire.h"

namespace staffroom {

// One set of complete commits. `heads` are those without a complete child; above 32 the greatest by (depth, id). Key
// commits have no children, so for them (and above 32 heads) only an equal root tells that two devices have the same.
struct HaveSet {
    std::uint64_t count = 0;  // complete commits
    Hash root;                // of the tree over them
    std::vector<CommitId> heads;

    bool operator==(const HaveSet&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(count, root, sorted<limits::heads_count>(heads));
    }
};

struct Have {
    std::uint8_t version = 1;
    DeviceId device;
    RunId run;
    GroupId group;
    std::uint64_t counter = 0;  // rises with every have of this (device, run): the newest wins
    HaveSet control, key, content;
    std::uint64_t wanted_parts = 0;  // missing here and within policy
    std::uint64_t wanted_chunks = 0;
    // Of both; and one more when files may be missing here that are not wanted, since they were dropped or the policy leaves
    // them out: only who has everything says 0.
    std::uint64_t wanted_bytes = 0;
    std::uint64_t erasures = 0;  // carried out here
    Signature signature;         // by the device

    const HaveSet& set(CommitKind kind) const {
        return kind == CommitKind::control ? control : kind == CommitKind::key ? key : content;
    }
    // Nothing of what that device knows of is missing there.
    bool lacks_nothing() const { return wanted_parts == 0 && wanted_chunks == 0 && wanted_bytes == 0; }
    bool operator==(const Have&) const = default;
    template <class A>
    void serialize_body(A& ar) {
        ar(version, device, run, group, counter, control, key, content, wanted_parts, wanted_chunks, wanted_bytes,
           erasures);
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(signature);
    }
};

// Signs all but the signature, which it sets.
void sign(Have& have, const SigningKey& device);
// Version and signature. About 50 us.
bool is_valid(const Have& have);

}  // namespace staffroom
