// BLAKE2b as RFC 7693 has it, with a word of each of four or eight messages in every variable.
#include "core/hashes.h"

#include <array>
#include <cassert>
#include <cstring>

#include "core/crypto.h"

#if defined(__x86_64__)
namespace staffroom::lanes {
namespace {

using FourWords = std::uint64_t __attribute__((vector_size(32)));
using EightWords = std::uint64_t __attribute__((vector_size(64)));
template <std::size_t count>
struct LanesOf;
template <>
struct LanesOf<4> {
    using Type = FourWords;
};
template <>
struct LanesOf<8> {
    using Type = EightWords;
};
template <std::size_t count>
using Lanes = typename LanesOf<count>::Type;
using FourHalves = std::uint32_t __attribute__((vector_size(32)));
using FourBytes = std::uint8_t __attribute__((vector_size(32)));

// What does the work is made part of one function a kind of processor, and compiled for that: not a lambda, nor a template
// of the library's, would be.
#define STAFFROOM_PART __attribute__((always_inline)) inline

constexpr std::size_t block_bytes = 128;
// So far ahead each message is fetched into the cache: the processor does not foresee eight of them at a time.
constexpr std::size_t ahead_bytes = 384;
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

// Each word turned right by so many bits. AVX2 has no turn: by whole bytes a shuffle is the quickest.
template <int bits, std::size_t count>
STAFFROOM_PART void turn(Lanes<count>& a) {
    if constexpr (count == 4 && bits == 32) {
        a = (Lanes<4>)__builtin_shufflevector((FourHalves)a, (FourHalves)a, 1, 0, 3, 2, 5, 4, 7, 6);
    } else if constexpr (count == 4 && bits == 24) {
        a = (Lanes<4>)__builtin_shufflevector((FourBytes)a, (FourBytes)a, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8,
                                              9, 10, 19, 20, 21, 22, 23, 16, 17, 18, 27, 28, 29, 30, 31, 24, 25, 26);
    } else if constexpr (count == 4 && bits == 16) {
        a = (Lanes<4>)__builtin_shufflevector((FourBytes)a, (FourBytes)a, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14,
                                              15, 8, 9, 18, 19, 20, 21, 22, 23, 16, 17, 26, 27, 28, 29, 30, 31, 24, 25);
    } else {
        a = (a >> bits) | (a << (64 - bits));
    }
}

template <std::size_t count>
STAFFROOM_PART void mix(Lanes<count>& a, Lanes<count>& b, Lanes<count>& c, Lanes<count>& d, const Lanes<count>& x,
                        const Lanes<count>& y) {
    a += b + x;
    d ^= a;
    turn<32, count>(d);
    c += d;
    b ^= c;
    turn<24, count>(b);
    a += b + y;
    d ^= a;
    turn<16, count>(d);
    c += d;
    b ^= c;
    turn<63, count>(b);
}

template <int round, std::size_t count>
STAFFROOM_PART void mix_from(Lanes<count> (&v)[16], const Lanes<count> (&words)[16]) {
    constexpr auto& at = order[round % 10];
    mix<count>(v[0], v[4], v[8], v[12], words[at[0]], words[at[1]]);
    mix<count>(v[1], v[5], v[9], v[13], words[at[2]], words[at[3]]);
    mix<count>(v[2], v[6], v[10], v[14], words[at[4]], words[at[5]]);
    mix<count>(v[3], v[7], v[11], v[15], words[at[6]], words[at[7]]);
    mix<count>(v[0], v[5], v[10], v[15], words[at[8]], words[at[9]]);
    mix<count>(v[1], v[6], v[11], v[12], words[at[10]], words[at[11]]);
    mix<count>(v[2], v[7], v[8], v[13], words[at[12]], words[at[13]]);
    mix<count>(v[3], v[4], v[9], v[14], words[at[14]], words[at[15]]);
    if constexpr (round + 1 < rounds) mix_from<round + 1, count>(v, words);
}

template <std::size_t count>
using Blocks = std::array<const std::uint8_t*, count>;

// A row holds neighbouring words of one message; a column the same word of each.
STAFFROOM_PART void turn_rows(const Lanes<4> (&rows)[4], Lanes<4>* words) {
    const auto even01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 2, 6);
    const auto odd01 = __builtin_shufflevector(rows[0], rows[1], 1, 5, 3, 7);
    const auto even23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 2, 6);
    const auto odd23 = __builtin_shufflevector(rows[2], rows[3], 1, 5, 3, 7);
    words[0] = __builtin_shufflevector(even01, even23, 0, 1, 4, 5);
    words[1] = __builtin_shufflevector(odd01, odd23, 0, 1, 4, 5);
    words[2] = __builtin_shufflevector(even01, even23, 2, 3, 6, 7);
    words[3] = __builtin_shufflevector(odd01, odd23, 2, 3, 6, 7);
}
STAFFROOM_PART void turn_rows(const Lanes<8> (&rows)[8], Lanes<8>* words) {
    Lanes<8> by_two[8], by_four[8];  // so many messages side by side
    for (std::size_t i = 0; i < 8; i += 2) {
        by_two[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        by_two[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (std::size_t i = 0; i < 8; i += 4) {
        for (std::size_t odd = 0; odd < 2; ++odd) {
            const auto &a = by_two[i + odd], &b = by_two[i + 2 + odd];
            by_four[i + odd] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            by_four[i + 2 + odd] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (std::size_t i = 0; i < 4; ++i) {
        words[i] = __builtin_shufflevector(by_four[i], by_four[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        words[i + 4] = __builtin_shufflevector(by_four[i], by_four[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

// `fed`: bytes of each message up to the end of this block.
template <std::size_t count>
STAFFROOM_PART void compress(Lanes<count> (&state)[8], const Blocks<count>& blocks, std::uint64_t fed, bool is_last) {
    Lanes<count> words[16];
    for (std::size_t i = 0; i < 16; i += count) {
        Lanes<count> rows[count];
        for (std::size_t lane = 0; lane < count; ++lane)
            std::memcpy(&rows[lane], blocks[lane] + 8 * i, sizeof rows[lane]);
        turn_rows(rows, words + i);
    }
    Lanes<count> v[16];
    for (std::size_t i = 0; i < 8; ++i) {
        v[i] = state[i];
        v[i + 8] = Lanes<count>{} + initial[i];
    }
    v[12] ^= Lanes<count>{} + fed;
    if (is_last) v[14] = ~v[14];
    mix_from<0, count>(v, words);
    for (std::size_t i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
}

// Needs `count` messages of one length.
template <std::size_t count>
STAFFROOM_PART void hash_lanes(std::string_view purpose, const ByteView* messages, Hash* hashes) {
    Lanes<count> state[8];
    for (std::size_t i = 0; i < 8; ++i) state[i] = Lanes<count>{} + initial[i];
    state[0] ^= Lanes<count>{} + parameters;

    const auto total = purpose.size() + messages[0].size();
    std::array<std::array<std::uint8_t, block_bytes>, count> gathered;
    for (std::size_t at = 0; at < total; at += block_bytes) {
        const auto length = std::min(block_bytes, total - at);
        Blocks<count> blocks{};
        for (std::size_t lane = 0; lane < count; ++lane) {
            if (at > 0 && length == block_bytes) {
                blocks[lane] = messages[lane].data() + (at - purpose.size());
                if (at + block_bytes + ahead_bytes <= total) {
                    __builtin_prefetch(blocks[lane] + ahead_bytes);
                    __builtin_prefetch(blocks[lane] + ahead_bytes + block_bytes / 2);
                }
                continue;
            }
            // The first block begins with the purpose, the last one ends with zeros.
            auto& block = gathered[lane];
            const auto front = at == 0 ? purpose.size() : 0;
            block.fill(0);
            std::memcpy(block.data(), purpose.data(), front);
            if (length > front)
                std::memcpy(block.data() + front, messages[lane].data() + (at + front - purpose.size()),
                            length - front);
            blocks[lane] = block.data();
        }
        compress<count>(state, blocks, at + length, at + length == total);
    }
    std::array<std::uint64_t, count> words{};
    for (std::size_t i = 0; i < Hash::size / 8; ++i) {
        std::memcpy(words.data(), &state[i], sizeof words);
        for (std::size_t lane = 0; lane < count; ++lane)
            std::memcpy(hashes[lane].bytes.data() + 8 * i, &words[lane], sizeof words[lane]);
    }
}

__attribute__((target("avx2"))) void hash_four(std::string_view purpose, const ByteView* messages, Hash* hashes) {
    hash_lanes<4>(purpose, messages, hashes);
}
__attribute__((target("avx512f"))) void hash_eight(std::string_view purpose, const ByteView* messages, Hash* hashes) {
    hash_lanes<8>(purpose, messages, hashes);
}

bool can_hash_four() {
    static const bool can = __builtin_cpu_supports("avx2") != 0;
    return can;
}
bool can_hash_eight() {
    static const bool can = __builtin_cpu_supports("avx512f") != 0;
    return can;
}

#undef STAFFROOM_PART

}  // namespace
}  // namespace staffroom::lanes
#else
namespace staffroom::lanes {
namespace {
bool can_hash_four() { return false; }
bool can_hash_eight() { return false; }
void hash_four(std::string_view, const ByteView*, Hash*) {}
void hash_eight(std::string_view, const ByteView*, Hash*) {}
}  // namespace
}  // namespace staffroom::lanes
#endif

namespace staffroom {

std::vector<Hash> hashes_of(std::string_view purpose, std::span<const ByteView> messages) {
    assert(!purpose.empty() && purpose.size() <= 128);
    std::vector<Hash> hashes(messages.size());
    for (std::size_t i = 0; i < messages.size();) {
        std::size_t alike = 1;  // neighbours of one length, as many as there are lanes for
        while (alike < 8 && i + alike < messages.size() && messages[i + alike].size() == messages[i].size()) ++alike;
        if (alike == 8 && lanes::can_hash_eight()) {
            lanes::hash_eight(purpose, &messages[i], &hashes[i]);
            i += 8;
        } else if (alike >= 4 && lanes::can_hash_four()) {
            lanes::hash_four(purpose, &messages[i], &hashes[i]);
            i += 4;
        } else {
            hashes[i] = hash_of<Hash>(purpose, messages[i]);
            ++i;
        }
    }
    return hashes;
}

}  // namespace staffroom
