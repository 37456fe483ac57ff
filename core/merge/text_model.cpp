#include "core/merge/text_model.h"

#include <algorithm>
#include <bit>

namespace staffroom {
namespace {

// Probabilities are mixed in twelve bits. 4096 / (1 + e^(-x/256)) for x in [-2047, 2047], between points of the curve.
std::int32_t squash(std::int32_t x) {
    constexpr std::int32_t curve[33] = {1,    2,    3,    6,    10,   16,   27,   45,   73,   120,  194,
                                        310,  488,  747,  1101, 1546, 2047, 2549, 2994, 3348, 3607, 3785,
                                        3901, 3975, 4022, 4050, 4068, 4079, 4085, 4089, 4092, 4093, 4094};
    if (x > 2047) return 4095;
    if (x < -2047) return 0;
    const std::int32_t within = x & 127;
    const auto at = static_cast<std::size_t>((x >> 7) + 16);
    return (curve[at] * (128 - within) + curve[at + 1] * within + 64) >> 7;
}

// Its inverse, by table.
struct Stretch {
    std::array<std::int16_t, 4096> of{};
    Stretch() {
        std::size_t p = 0;
        for (std::int32_t x = -2047; x <= 2047; ++x) {
            const auto up_to = static_cast<std::size_t>(squash(x));
            for (; p <= up_to; ++p) of[p] = static_cast<std::int16_t>(x);
        }
        for (; p < 4096; ++p) of[p] = 2047;
    }
};
const Stretch stretch;

// How far a guess moves towards what it learns, the n-th time: 1 / (n + 1.5), of 65536.
struct Pace {
    std::array<std::int32_t, 160> of{};
    Pace() {
        for (std::size_t n = 0; n < of.size(); ++n) of[n] = static_cast<std::int32_t>(131072 / (2 * n + 3));
    }
};
const Pace pace;

}  // namespace

TextModel::TextModel(std::size_t bytes)
    : rows_(std::bit_ceil(std::clamp<std::size_t>(bytes, 64, std::size_t{1} << 14))),
      guesses_(rows_ * contexts * 16, 1u << 31) {
    for (auto& set : weights_) set.fill(65536 * 3 / 10);
    enter_byte();
}

void TextModel::enter_byte() {
    constexpr std::array<unsigned, contexts - 1> orders = {1, 3};
    for (std::size_t c = 0; c < orders.size(); ++c) {
        const std::uint64_t bytes = last_ & (~std::uint64_t{0} >> (64 - 8 * orders[c]));
        hashes_[c] = static_cast<std::uint32_t>((bytes + c + 1) * 0x9E3779B97F4A7C15 >> 32);
    }
    hashes_.back() = (word_ + 7) * 0x2C9277B5u ^ static_cast<std::uint32_t>(last_ & 0xFF) * 0x3D4D51CBu;
    enter_nibble();
}

void TextModel::enter_nibble() {
    for (std::size_t c = 0; c < contexts; ++c) {
        std::uint32_t h = hashes_[c] + partial_ * 0x9E3779B1u;
        h = (h ^ h >> 15) * 0x85EBCA6Bu;
        const std::size_t row = (h ^ h >> 13) & (rows_ - 1);
        row_[c] = guesses_.data() + (c * rows_ + row) * 16;
    }
}

std::uint32_t TextModel::predict() {
    const auto& weights = weights_[partial_];
    std::int32_t sum = 0;
    for (std::size_t c = 0; c < contexts; ++c) {
        inputs_[c] = stretch.of[row_[c][slot_] >> 20];
        sum += (weights[c] * inputs_[c]) >> 8;
    }
    mixed_ = squash(sum >> 8);
    return static_cast<std::uint32_t>(std::clamp(mixed_ * 16 + 8, 32, 65536 - 32));
}

void TextModel::learn(bool bit) {
    auto& weights = weights_[partial_];
    const std::int32_t error = ((bit ? 4095 : 0) - mixed_) * 10;
    for (std::size_t c = 0; c < contexts; ++c) {
        weights[c] += (inputs_[c] * error + 0x8000) >> 16;
        std::uint32_t& guess = row_[c][slot_];
        const auto seen = guess & 1023;
        const auto now = static_cast<std::int32_t>(guess >> 10);
        const std::int32_t target = bit ? (1 << 22) - 1 : 0;
        const auto moved = static_cast<std::uint32_t>(now + ((target - now) >> 3) * (pace.of[seen] >> 4) / (1 << 9));
        guess = moved << 10 | (seen < pace.of.size() - 1 ? seen + 1 : seen);
    }
    partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
    slot_ = slot_ << 1 | static_cast<std::uint32_t>(bit);
    if (partial_ >= 256) {
        const std::uint32_t byte = partial_ & 255;
        last_ = last_ << 8 | byte;
        const bool letter = byte >= 0x80 || (byte | 0x20) - 'a' < 26;
        word_ = letter ? (word_ + byte) * 0x2F0B4C47u : 0;
        partial_ = 1;
        slot_ = 1;
        enter_byte();
    } else if (slot_ >= 16) {
        slot_ = 1;
        enter_nibble();
    }
}

}  // namespace staffroom
