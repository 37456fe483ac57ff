// A signed, content-addressed commit: the only truth. See core/MODEL.md for the grammar and a worked example.
//
// The header's layout is frozen; `version` says which program understands the ops. Bytes are kept as received and never
// encoded again, so an id or a signature can always be checked.
#pragma once

#include <optional>
#include <vector>

#include "core/crypto.h"
#include "core/for_each.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/wire.h"

namespace staffroom {

enum class CommitKind : std::uint8_t { control, key, content };
constexpr CommitKind last_value(CommitKind) { return CommitKind::content; }
inline constexpr CommitKind all_kinds[] = {CommitKind::control, CommitKind::key, CommitKind::content};

inline constexpr std::uint8_t commit_version = 1;

struct PartRef {
    Hash hash;  // BLAKE2b-256 of the part's bytes as they travel
    std::uint32_t size = 0;
    bool operator==(const PartRef&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(hash, size);
    }
};

struct CommitHeader {
    std::uint8_t version = commit_version;
    GroupId group;
    CommitKind kind = CommitKind::content;
    DeviceId author;
    RunId run;
    std::uint64_t depth = 0;        // 1 + the deepest parent (for key: of auth); the genesis is 0
    std::vector<CommitId> parents;  // of the same kind, ascending; none for key
    std::vector<CommitId> auth;     // control heads that give the right to write, ascending; none for control
    std::vector<CommitId> seen;     // control only: content heads the author knew, ascending
    std::uint64_t wall_ms = 0;      // the author's clock since 1970: shown, never decides
    EpochId epoch;                  // zero for control and key
    std::vector<PartRef> parts;

    bool operator==(const CommitHeader&) const = default;
    // What a part's seal is bound to: everything up to and including epoch.
    template <class A>
    void serialize_sealed_to(A& ar) {
        ar(version, group, choice(kind), author, run, depth, sorted<limits::heads_count>(parents),
           sorted<limits::heads_count>(auth), sorted<limits::heads_count>(seen), wall_ms, epoch);
    }
    template <class A>
    void serialize(A& ar) {
        serialize_sealed_to(ar);
        ar(capped<limits::parts_count>(parts));
    }
};

// A commit whose bytes are canonical and whose shape fits its kind. The signature may still be wrong: see
// has_signature().
struct Commit {
    CommitId id;
    CommitHeader header;
    Bytes bytes;  // header | signature, as received

    ByteView header_bytes() const { return ByteView(bytes).first(bytes.size() - Signature::size); }
    Signature signature() const { return *Signature::from(ByteView(bytes).last(Signature::size)); }
    // Where it stands in every order that is needed: (depth, id).
    auto order() const { return std::pair(header.depth, id); }
};

// How a commit travels and is kept: parts that are not here are absent.
struct CommitFrame {
    Bytes commit;
    std::vector<std::optional<Bytes>> parts;

    bool operator==(const CommitFrame&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(blob<limits::commit_bytes>(commit));
        std::vector<Part> list;
        if constexpr (!is_reader<A>) {
            for (auto& part : parts) list.push_back({part});
        }
        ar(capped<limits::parts_count>(list));
        if constexpr (is_reader<A>) {
            parts.clear();
            for (auto& part : list) parts.push_back(std::move(part.bytes));
        }
    }
    std::size_t size() const;

  private:
    struct Part {
        std::optional<Bytes> bytes;
        template <class A>
        void serialize(A& ar) {
            bool here = bytes.has_value();
            ar(here);
            if (!here) return;
            if (!bytes) bytes.emplace();
            ar(blob<limits::commit_bytes>(*bytes));
        }
    };
};

// Reads header and signature. Errors: malformed (not canonical, shape does not fit the kind), too_large (with its
// parts).
Result<Commit> read_commit(ByteView bytes);
// About 50 us.
bool has_signature(const Commit& commit);
// Whether these bytes are part `index` of the commit.
bool is_part(const CommitHeader& header, std::size_t index, ByteView part);

// What an author decides; depth, ids and signature follow from it.
struct Draft {
    GroupId group;
    CommitKind kind = CommitKind::content;
    RunId run;
    std::uint64_t depth = 0;
    std::vector<CommitId> parents, auth, seen;  // in any order
    std::uint64_t wall_ms = 0;
    EpochId epoch;
    std::vector<Bytes> parts;  // plain
};
struct Composed {
    Commit commit;
    CommitFrame frame;
};
// Seals the parts with `epoch_key` (content; ignored for control and key) and signs.
// Error: too_large above limits::commit_bytes or limits::parts_count.
Result<Composed> compose(const Draft& draft, const SymmetricKey* epoch_key, const SigningKey& author,
                         const ForEach& for_each_part = one_after_the_other);

// The plain bytes of a content part, or nothing when the key or the bytes are not those it was sealed with.
std::optional<Bytes> open_part(const CommitHeader& header, std::size_t index, ByteView part,
                               const SymmetricKey& epoch_key);

EpochId epoch_id(const GroupId& group, const SymmetricKey& epoch_key);

}  // namespace staffroom
