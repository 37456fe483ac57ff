// Every kind of id is a type of its own, so that one cannot be passed for another.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace staffroom {

template <class Tag, std::size_t N>
struct Id {
    static constexpr std::size_t size = N;
    std::array<std::uint8_t, N> bytes{};

    bool operator==(const Id&) const = default;
    // Bytewise, like every key on the disk; mostly told by the first eight.
    std::strong_ordering operator<=>(const Id& other) const {
        std::size_t at = 0;
        for (; at + 8 <= N; at += 8) {
            const auto mine = read_be64(view().subspan(at)), theirs = read_be64(other.view().subspan(at));
            if (mine != theirs) return mine <=> theirs;
        }
        for (; at < N; ++at) {
            if (bytes[at] != other.bytes[at]) return bytes[at] <=> other.bytes[at];
        }
        return std::strong_ordering::equal;
    }
    ByteView view() const { return bytes; }
    bool is_zero() const { return *this == Id{}; }

    // Exactly N bytes, else nothing.
    static std::optional<Id> from(ByteView view) {
        if (view.size() != N) return std::nullopt;
        Id id;
        std::copy(view.begin(), view.end(), id.bytes.begin());
        return id;
    }
};

using Hash = Id<struct HashTag, 32>;         // BLAKE2b-256 of anything that is not an id
using CommitId = Id<struct CommitTag, 32>;   // hash of a header
using GroupId = Id<struct GroupTag, 32>;     // hash of a genesis
using PersonId = Id<struct PersonTag, 32>;   // hash of a person genesis
using DeviceId = Id<struct DeviceTag, 32>;   // the device's Ed25519 public key
using BoxKey = Id<struct BoxTag, 32>;        // X25519 public key of a device
using LinkKey = Id<struct LinkTag, 32>;      // CURVE transport public key of a device
using InviteKey = Id<struct InviteTag, 32>;  // Ed25519 public key of an invitation
using EpochId = Id<struct EpochTag, 32>;
using RunId = Id<struct RunTag, 16>;
using RecordId = Id<struct RecordTag, 16>;
using ChunkId = Id<struct ChunkTag, 32>;  // hash of the sealed chunk
using Nonce16 = Id<struct Nonce16Tag, 16>;
using Signature = Id<struct SignatureTag, 64>;

template <class Tag, std::size_t N>
std::string to_text(const Id<Tag, N>& id) {
    return to_base32(id.view());
}

template <class I>
std::optional<I> id_from_text(std::string_view text) {
    const auto bytes = from_base32(text);
    return bytes ? I::from(*bytes) : std::nullopt;
}

// Ids are uniformly random already: their first bytes are the hash.
struct IdHash {
    template <class Tag, std::size_t N>
    std::size_t operator()(const Id<Tag, N>& id) const {
        std::size_t value;
        std::memcpy(&value, id.bytes.data(), sizeof value);
        return value;
    }
};

// An op inside a commit: the op's position is counted over all parts that are before it, as (part, position).
struct OpRef {
    CommitId commit;
    std::uint16_t part = 0;
    std::uint16_t position = 0;
    auto operator<=>(const OpRef&) const = default;
};

}  // namespace staffroom
