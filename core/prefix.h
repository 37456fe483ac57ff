// A prefix of a commit key, counted in nibbles: the range of keys that begin alike.
#pragma once

#include <cassert>

#include "core/commit_key.h"

namespace staffroom {

class Prefix {
  public:
    static constexpr std::size_t max_size = 2 * CommitKey::size;  // nibbles; then it holds one key

    Prefix() = default;  // the whole set
    Prefix(const CommitKey& key, std::size_t size) : low_(key), size_(static_cast<std::uint8_t>(size)) {
        assert(size <= max_size);
        if (size % 2 != 0) low_.bytes[size / 2] &= 0xF0;
        for (std::size_t i = (size + 1) / 2; i < CommitKey::size; ++i) low_.bytes[i] = 0;
    }

    std::size_t size() const { return size_; }
    std::uint8_t operator[](std::size_t at) const { return nibble_of(low_, at); }
    static std::uint8_t nibble_of(const CommitKey& key, std::size_t at) {
        return at % 2 == 0 ? key.bytes[at / 2] >> 4 : key.bytes[at / 2] & 15;
    }

    // The smallest and the largest key that begin so.
    const CommitKey& low() const { return low_; }
    CommitKey high() const {
        CommitKey key = low_;
        if (size_ % 2 != 0) key.bytes[size_ / 2] |= 0x0F;
        for (std::size_t i = (size_ + 1u) / 2; i < CommitKey::size; ++i) key.bytes[i] = 0xFF;
        return key;
    }

    Prefix with(std::uint8_t digit) const {
        assert(size_ < max_size && digit < 16);
        Prefix longer = *this;
        longer.low_.bytes[size_ / 2] |= static_cast<std::uint8_t>(size_ % 2 == 0 ? digit << 4 : digit);
        ++longer.size_;
        return longer;
    }
    Prefix cut(std::size_t size) const { return {low_, std::min<std::size_t>(size, size_)}; }

    // How many nibbles two keys share from the left.
    static std::size_t common(const CommitKey& a, const CommitKey& b) {
        for (std::size_t i = 0; i < CommitKey::size; ++i) {
            const int differ = a.bytes[i] ^ b.bytes[i];
            if (differ != 0) return 2 * i + (differ < 16 ? 1 : 0);
        }
        return max_size;
    }
    bool contains(const CommitKey& key) const { return common(low_, key) >= size_; }
    bool contains(const Prefix& other) const { return other.size_ >= size_ && contains(other.low_); }

    // By the keys' order; of two that begin alike the shorter first, so that a range comes before what lies in it.
    auto operator<=>(const Prefix&) const = default;

  private:
    CommitKey low_;  // zeros after the prefix
    std::uint8_t size_ = 0;
};

}  // namespace staffroom
