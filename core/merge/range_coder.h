// An adaptive binary range coder, and the two things coded with it: integers and text.
//
// Sources: G. N. N. Martin, "Range encoding" (1979), in the carry-less 32-bit form that coders of binary decisions
// use; integers by the Exp-Golomb code with learnt bits; text bit by bit with the predictions of several contexts mixed
// in the logistic domain (M. Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression", 2005).
// Everything is integer arithmetic, so every computer writes and reads the same bytes.
//
// A decoder reads any bytes: past their end it reads zeros, and `overrun()` says so. It never fails and never loops;
// what bounds it is how many decisions the caller asks for.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/bytes.h"

namespace staffroom {

inline constexpr std::uint32_t probability_bits = 16;

class RangeEncoder {
  public:
    // `one`: probability that the bit is 1, in (0, 65536).
    void bit(bool value, std::uint32_t one) {
        const std::uint32_t middle = low_ + split(one);
        value ? high_ = middle : low_ = middle + 1;
        while (((low_ ^ high_) & 0xFF000000) == 0) {
            out_.push_back(static_cast<std::uint8_t>(high_ >> 24));
            low_ <<= 8;
            high_ = high_ << 8 | 0xFF;
        }
    }
    void even_bit(bool value) { bit(value, 1u << (probability_bits - 1)); }
    // The decoder reads four bytes ahead and gets zeros after these.
    Bytes finish() {
        out_.push_back(static_cast<std::uint8_t>((low_ >> 24) + 1));
        return std::move(out_);
    }

  private:
    std::uint32_t split(std::uint32_t one) const {
        return static_cast<std::uint32_t>((std::uint64_t{high_ - low_} * one) >> probability_bits);
    }
    std::uint32_t low_ = 0;
    std::uint32_t high_ = 0xFFFFFFFF;
    Bytes out_;
};

class RangeDecoder {
  public:
    explicit RangeDecoder(ByteView in) : in_(in) {
        for (int i = 0; i < 4; ++i) code_ = code_ << 8 | next();
    }

    bool bit(std::uint32_t one) {
        const auto range = std::uint64_t{high_ - low_};
        const std::uint32_t middle = low_ + static_cast<std::uint32_t>((range * one) >> probability_bits);
        const bool value = code_ <= middle;
        value ? high_ = middle : low_ = middle + 1;
        while (((low_ ^ high_) & 0xFF000000) == 0) {
            low_ <<= 8;
            high_ = high_ << 8 | 0xFF;
            code_ = code_ << 8 | next();
        }
        return value;
    }
    bool even_bit() { return bit(1u << (probability_bits - 1)); }
    // Whether more was asked for than was ever encoded; whether exactly all of it was.
    bool overrun() const { return at_ > in_.size() + 3; }
    bool ended() const { return at_ == in_.size() + 3; }

  private:
    std::uint32_t next() { return at_++ < in_.size() ? in_[at_ - 1] : 0; }

    ByteView in_;
    std::size_t at_ = 0;
    std::uint32_t low_ = 0;
    std::uint32_t high_ = 0xFFFFFFFF;
    std::uint32_t code_ = 0;
};

// One decision's probability, learnt: fast at first, then steadier.
class LearntBit {
  public:
    std::uint32_t one() const { return one_; }
    void learn(bool bit) {
        const std::int32_t target = bit ? 65535 - 48 : 48;
        one_ = static_cast<std::uint16_t>(one_ + (target - one_) / (seen_ + 2));
        if (seen_ < 28) ++seen_;
    }

  private:
    std::uint16_t one_ = 1u << (probability_bits - 1);
    std::uint16_t seen_ = 0;
};

// Integers of one column: how many bits, then the bits, the upper ones learnt.
class LearntInteger {
  public:
    template <class Coder>  // coder(LearntBit&, bool) codes one decision and returns it
    std::uint32_t code(Coder& coder, std::uint32_t value) {
        const auto wanted = static_cast<std::uint32_t>(std::bit_width(value));
        std::uint32_t width = 1;  // six bits of a binary tree
        for (std::uint32_t i = 6; i-- > 0;) width = width << 1 | coder.learnt(widths_[width], wanted >> i & 1);
        width -= 64;
        if (width > 32) width = 32;
        if (width == 0) return 0;
        std::uint32_t out = 1;
        for (std::uint32_t i = width - 1; i-- > 0;) {
            const bool bit = value >> i & 1;
            const bool upper = out < 8;
            out = out << 1 | (upper ? coder.learnt(uppers_[width][out], bit) : coder.even(bit));
        }
        return out;
    }

  private:
    std::array<LearntBit, 64> widths_;
    std::array<std::array<LearntBit, 8>, 33> uppers_;
};

// The same code encodes and decodes: when decoding, the value given is ignored and the one read returned.
class IntegerEncoder {
  public:
    explicit IntegerEncoder(RangeEncoder& out) : out_(out) {}
    std::uint32_t learnt(LearntBit& model, bool bit) {
        out_.bit(bit, model.one());
        model.learn(bit);
        return bit;
    }
    std::uint32_t even(bool bit) { return out_.even_bit(bit), bit; }

  private:
    RangeEncoder& out_;
};
class IntegerDecoder {
  public:
    explicit IntegerDecoder(RangeDecoder& in) : in_(in) {}
    std::uint32_t learnt(LearntBit& model, bool) {
        const bool bit = in_.bit(model.one());
        model.learn(bit);
        return bit;
    }
    std::uint32_t even(bool) { return in_.even_bit(); }

  private:
    RangeDecoder& in_;
};

}  // namespace staffroom
