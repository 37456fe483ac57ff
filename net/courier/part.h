// What a stick carries, as bytes: a part is one file of sealed changes, pieces of files and receipts of one group. Its
// grammar, a worked example and the reasons are in net/courier/COURIER.md.
//
// Rules:
//  - whoever does not hold the group's key sees how large a part is and that some device gave it, and nothing else: no
//    group, no name, no author. It can be passed on and checked for damage without being read;
//  - every box can be judged alone: a bent byte costs the box that it is in, never the rest of the part;
//  - everything read here is hostile until it is unsealed, and then still only a colleague's word.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "core/commit.h"
#include "core/crypto.h"
#include "core/have.h"
#include "core/ids.h"
#include "core/ports.h"
#include "core/wire.h"

namespace staffroom::net::courier {

inline constexpr std::uint8_t part_version = 1;
inline constexpr std::uint64_t part_bytes_max = std::uint64_t{2} << 30;  // the whole file: FAT32 holds less than 4 GiB
inline constexpr std::size_t box_bytes_max = 1 << 20;                    // one box's payload
inline constexpr std::size_t load_bytes = 192 * 1024;                    // a load is closed above this
inline constexpr std::size_t load_commits_max = 4'096;
inline constexpr std::size_t load_haves_max = 64;
inline constexpr std::size_t receipt_chunks_max = 16'384;
inline constexpr std::size_t receipt_parts_max = 4'096;
inline constexpr std::size_t receipt_keys_max = 4'096;

enum class PartKind : std::uint8_t {
    changes,  // commits and chunks
    receipt,  // haves: what its giver has, as it says itself, and what it knows of others
};
constexpr PartKind last_value(PartKind) { return PartKind::receipt; }

// One device in one group, as those see it who hold no key: the same on all its parts, so that a carrier can bound
// what it takes from each.
using Giver = Id<struct GiverTag, 16>;
using PartTag = Id<struct PartTagTag, 16>;

struct PartHeader {
    std::uint8_t version = part_version;
    PartKind kind = PartKind::changes;
    Nonce16 salt;
    Giver giver;
    std::uint64_t serial = 0;  // of the giver's parts the later has the larger one
    PartTag tag;               // proves to members of the group that it is theirs, and that nothing above was changed

    bool operator==(const PartHeader&) const = default;
    template <class A>
    void serialize_body(A& ar) {
        ar(version, choice(kind), salt, giver, serial);
    }
    template <class A>
    void serialize(A& ar) {
        serialize_body(ar);
        ar(tag);
    }
};

Giver giver_of(const SymmetricKey& tag_key, const DeviceId& device);
// A header with a fresh salt. `number` of the part among those of one trip: its salt begins with that, so that they can be
// read in the order in which they were written.
PartHeader make_header(PartKind kind, const SymmetricKey& tag_key, const DeviceId& giver, std::uint64_t serial,
                       std::uint32_t number = 0);
// Sorts the parts of a stick: of one giver the earlier before the later, receipts last.
inline auto reading_order(const PartHeader& header) {
    return std::tuple(header.kind, header.serial, header.giver, header.salt);
}
bool is_of(const PartHeader& header, const SymmetricKey& tag_key);

// How a file begins: mark, length, header. At most `front_bytes_max`.
inline constexpr std::size_t front_bytes_max = 4 + 1 + 1 + 1 + 16 + 16 + 10 + 16;
Bytes front_of(const PartHeader& header);
struct Front {
    PartHeader header;
    std::size_t size = 0;  // bytes of the file that it takes
};
// Of the first `front_bytes_max` bytes of a file, or all when it is shorter.
// Errors: malformed (no part, damaged); refused (made by a newer program).
Result<Front> read_front(ByteView begin);

// The file's name: lower-case letters and digits, so that every file system holds it and none takes two for one. A
// device's receipts of one group share one name, so that the newer takes the older one's place.
std::string name_of(const PartHeader& header);
bool is_part_name(std::string_view name);

// --- boxes -----------------------------------------------------------------------------------------------------------

enum class BoxKind : std::uint8_t { end, load, chunk };

struct BoxHead {
    BoxKind kind = BoxKind::end;
    std::uint32_t size = 0;  // of the payload
    bool operator==(const BoxHead&) const = default;
};
inline constexpr std::size_t head_bytes = 17;
inline constexpr std::array<std::uint8_t, 4> box_mark = {0xB0, 'x', 0x1A, 0xD7};

Bytes head_of(const BoxHead& head, const Nonce16& salt, std::uint64_t offset);
// Nothing unless these are the bytes of a box's head in this part at this very place.
std::optional<BoxHead> read_head(ByteView bytes, const Nonce16& salt, std::uint64_t offset);

// What one device wants, beside its have: with it the next trip is exact to the chunk.
struct Receipt {
    Have have;
    std::vector<CommitId> keys;   // key commits that are here: they have no heads
    std::vector<ChunkId> chunks;  // wanted, those of small files first
    std::vector<PartName> parts;  // wanted

    bool operator==(const Receipt&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(have, sorted<receipt_keys_max>(keys), capped<receipt_chunks_max>(chunks), capped<receipt_parts_max>(parts));
    }
};

// What is inside a sealed box.
struct Load {
    std::vector<Receipt> receipts;     // of the giver: one
    std::vector<Have> haves;           // of others, as they were signed
    std::vector<CommitFrame> commits;  // parents first

    bool operator==(const Load&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(capped<1>(receipts), capped<load_haves_max>(haves), capped<load_commits_max>(commits));
    }
};

// The payload of a load's box at `offset`. Needs encode(load) to fit box_bytes_max.
Bytes seal_load(const Load& load, const SymmetricKey& envelope_key, const Nonce16& salt, std::uint64_t offset);
// Error: malformed.
Result<Load> open_load(ByteView payload, const SymmetricKey& envelope_key, const Nonce16& salt, std::uint64_t offset);

// Makes the bytes of one part, in turn: front(), then boxes, then end().
class PartWriter {
  public:
    PartWriter(const PartHeader& header, const SymmetricKey& envelope_key)
        : header_(header), envelope_key_(envelope_key) {}

    const PartHeader& header() const { return header_; }
    std::uint64_t size() const { return offset_; }  // of what was given out

    Bytes front();
    Bytes load(const Load& load);
    Bytes chunk(const ChunkId& id, ByteView sealed);
    Bytes end();

  private:
    Bytes box(BoxKind kind, std::initializer_list<ByteView> payload);

    PartHeader header_;
    SymmetricKey envelope_key_;
    std::uint64_t offset_ = 0;
};

}  // namespace staffroom::net::courier
