// Predicts text bit by bit from what came before: the last byte, the last three and the word begun are contexts, each
// with its own learnt guess, mixed by weights that learn which of them to trust.
//
// Source: M. Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression" (2005). Integer arithmetic
// only. English prose as typed takes about 2.3 bits a byte. More contexts cost more time than they save room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace staffroom {

class TextModel {
  public:
    // Sized for a text of this many bytes, which both sides must know.
    explicit TextModel(std::size_t bytes);

    // The probability, of 65536, that the next bit is 1; then that bit. Bytes go from the highest bit to the lowest.
    std::uint32_t predict();
    void learn(bool bit);

  private:
    static constexpr std::size_t contexts = 3;

    void enter_byte();
    void enter_nibble();

    std::size_t rows_;                    // of 16 guesses each, a power of two, for each context
    std::vector<std::uint32_t> guesses_;  // probability in the upper 22 bits, times learnt in the lower 10
    std::array<std::uint32_t, contexts> hashes_{};
    std::array<std::uint32_t*, contexts> row_{};
    std::array<std::int32_t, contexts> inputs_{};
    std::array<std::array<std::int32_t, contexts>, 256> weights_;
    std::uint64_t last_ = 0;     // bytes, the newest lowest
    std::uint32_t word_ = 0;     // hash of the letters since the last other byte
    std::uint32_t partial_ = 1;  // the bits of this byte so far, behind a 1
    std::uint32_t slot_ = 1;     // the bits of this nibble so far, behind a 1
    std::int32_t mixed_ = 0;     // what was predicted, in twelve bits
};

}  // namespace staffroom
