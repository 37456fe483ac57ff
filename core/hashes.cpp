// BLAKE2b as RFC 7693 has it, with a word of each of four messages in every variable.
#include "core/hashes.h"

#include <array>
#include <cassert>
#include <cstring>

#include "core/crypto.h"

#if defined(__x86_64__)
namespace staffroom::lanes {
namespace {

using Lanes = std::uint64_t __attribute__((vector_size(32)));
using LaneHalves = std::uint32_t __attribute__((vector_size(32)));
using LaneBytes = std::uint8_t __attribute__((vector_size(32)));

// Not a lambda, nor a template of the library's, may do this work: they would not be compiled for these registers.
#define STAFFROOM_WIDE __attribute__((target("avx2")))
#define STAFFROOM_WIDE_INLINE STAFFROOM_WIDE __attribute__((always_inline)) inline

constexpr std::size_t block_bytes = 128;
constexpr std::uint64_t initial[8] = {0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
                                      0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179};
constexpr std::uint64_t parameters = 0x01010000 | Hash::size;  // no key, one leaf
constexpr int rounds = 12;
constexpr std::uint8_t order[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

STAFFROOM_WIDE_INLINE void mix(Lanes& a, Lanes& b, Lanes& c, Lanes& d, const Lanes& x, const Lanes& y) {
    a += b + x;
    d ^= a;  // turned by 32, then 24, 16 and 63 bits
    d = (Lanes)__builtin_shufflevector((LaneHalves)d, (LaneHalves)d, 1, 0, 3, 2, 5, 4, 7, 6);
    c += d;
    b ^= c;
    b = (Lanes)__builtin_shufflevector((LaneBytes)b, (LaneBytes)b, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10,
                                       19, 20, 21, 22, 23, 16, 17, 18, 27, 28, 29, 30, 31, 24, 25, 26);
    a += b + y;
    d ^= a;
    d = (Lanes)__builtin_shufflevector((LaneBytes)d, (LaneBytes)d, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9,
                                       18, 19, 20, 21, 22, 23, 16, 17, 26, 27, 28, 29, 30, 31, 24, 25);
    c += d;
    b ^= c;
    b = (b >> 63) | (b + b);
}

template <int round>
STAFFROOM_WIDE_INLINE void mix_from(Lanes (&v)[16], const Lanes (&words)[16]) {
    constexpr auto& at = order[round % 10];
    mix(v[0], v[4], v[8], v[12], words[at[0]], words[at[1]]);
    mix(v[1], v[5], v[9], v[13], words[at[2]], words[at[3]]);
    mix(v[2], v[6], v[10], v[14], words[at[4]], words[at[5]]);
    mix(v[3], v[7], v[11], v[15], words[at[6]], words[at[7]]);
    mix(v[0], v[5], v[10], v[15], words[at[8]], words[at[9]]);
    mix(v[1], v[6], v[11], v[12], words[at[10]], words[at[11]]);
    mix(v[2], v[7], v[8], v[13], words[at[12]], words[at[13]]);
    mix(v[3], v[4], v[9], v[14], words[at[14]], words[at[15]]);
    if constexpr (round + 1 < rounds) mix_from<round + 1>(v, words);
}

STAFFROOM_WIDE_INLINE Lanes loaded(const std::uint8_t* bytes) {
    Lanes lanes;
    std::memcpy(&lanes, bytes, sizeof lanes);
    return lanes;
}

using FourBlocks = std::array<const std::uint8_t*, 4>;

// `fed`: bytes of each message up to the end of this block.
STAFFROOM_WIDE void compress(Lanes (&state)[8], const FourBlocks& blocks, std::uint64_t fed, bool is_last) {
    Lanes words[16];
    for (std::size_t i = 0; i < 16; i += 4) {
        const auto row0 = loaded(blocks[0] + 8 * i), row1 = loaded(blocks[1] + 8 * i);
        const auto row2 = loaded(blocks[2] + 8 * i), row3 = loaded(blocks[3] + 8 * i);
        const auto even01 = __builtin_shufflevector(row0, row1, 0, 4, 2, 6);
        const auto odd01 = __builtin_shufflevector(row0, row1, 1, 5, 3, 7);
        const auto even23 = __builtin_shufflevector(row2, row3, 0, 4, 2, 6);
        const auto odd23 = __builtin_shufflevector(row2, row3, 1, 5, 3, 7);
        words[i] = __builtin_shufflevector(even01, even23, 0, 1, 4, 5);
        words[i + 1] = __builtin_shufflevector(odd01, odd23, 0, 1, 4, 5);
        words[i + 2] = __builtin_shufflevector(even01, even23, 2, 3, 6, 7);
        words[i + 3] = __builtin_shufflevector(odd01, odd23, 2, 3, 6, 7);
    }
    Lanes v[16];
    for (std::size_t i = 0; i < 8; ++i) {
        v[i] = state[i];
        v[i + 8] = Lanes{} + initial[i];
    }
    v[12] ^= Lanes{} + fed;
    if (is_last) v[14] = ~v[14];
    mix_from<0>(v, words);
    for (std::size_t i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
}

// Needs four messages of one length.
STAFFROOM_WIDE void hash_four(std::string_view purpose, const ByteView* messages, Hash* hashes) {
    Lanes state[8];
    for (std::size_t i = 0; i < 8; ++i) state[i] = Lanes{} + initial[i];
    state[0] ^= Lanes{} + parameters;

    const auto total = purpose.size() + messages[0].size();
    std::array<std::array<std::uint8_t, block_bytes>, 4> gathered;
    for (std::size_t at = 0; at < total; at += block_bytes) {
        const auto count = std::min(block_bytes, total - at);
        FourBlocks blocks{};
        for (std::size_t lane = 0; lane < 4; ++lane) {
            if (at > 0 && count == block_bytes) {
                blocks[lane] = messages[lane].data() + (at - purpose.size());
                continue;
            }
            // The first block begins with the purpose, the last one ends with zeros.
            auto& block = gathered[lane];
            const auto front = at == 0 ? purpose.size() : 0;
            block.fill(0);
            std::memcpy(block.data(), purpose.data(), front);
            if (count > front)
                std::memcpy(block.data() + front, messages[lane].data() + (at + front - purpose.size()), count - front);
            blocks[lane] = block.data();
        }
        compress(state, blocks, at + count, at + count == total);
    }
    std::array<std::uint64_t, 4> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::memcpy(words.data(), &state[i], sizeof words);
        for (std::size_t lane = 0; lane < 4; ++lane)
            std::memcpy(hashes[lane].bytes.data() + 8 * i, &words[lane], sizeof words[lane]);
    }
}

bool can_hash_four() {
    static const bool can = __builtin_cpu_supports("avx2") != 0;
    return can;
}

#undef STAFFROOM_WIDE_INLINE
#undef STAFFROOM_WIDE

}  // namespace
}  // namespace staffroom::lanes
#else
namespace staffroom::lanes {
namespace {
bool can_hash_four() { return false; }
void hash_four(std::string_view, const ByteView*, Hash*) {}
}  // namespace
}  // namespace staffroom::lanes
#endif

namespace staffroom {

std::vector<Hash> hashes_of(std::string_view purpose, std::span<const ByteView> messages) {
    assert(!purpose.empty() && purpose.size() <= 128);
    std::vector<Hash> hashes(messages.size());
    for (std::size_t i = 0; i < messages.size();) {
        const auto size = messages[i].size();
        const bool four = lanes::can_hash_four() && messages.size() - i >= 4 && messages[i + 1].size() == size &&
                          messages[i + 2].size() == size && messages[i + 3].size() == size;
        if (four) {
            lanes::hash_four(purpose, &messages[i], &hashes[i]);
        } else {
            hashes[i] = hash_of<Hash>(purpose, messages[i]);
        }
        i += four ? 4 : 1;
    }
    return hashes;
}

}  // namespace staffroom
