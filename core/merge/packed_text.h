// A text that only grows, of which the older part is kept compressed in blocks until it is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace staffroom {

class PackedText {
  public:
    struct Block {
        std::uint32_t size = 0;  // of the text in it
        bool copies = false;     // whether `packed` names passages that stand earlier in the same block
        Bytes packed;
    };

    PackedText() = default;
    explicit PackedText(std::vector<Block> blocks);

    std::uint32_t size() const { return packed_size_ + static_cast<std::uint32_t>(fresh_.size()); }
    // Returns where the appended text begins.
    std::uint32_t append(std::string_view more) {
        const auto at = size();
        if (more.size() == 1)
            fresh_.push_back(more[0]);
        else
            fresh_.append(more);
        return at;
    }
    // Needs begin + count <= size(), both on one side of what was there when pack() was last called. The first look
    // into the packed part unpacks it. Borrowed until the next append or pack.
    std::string_view view(std::uint32_t begin, std::uint32_t count) const;

    // Packs what was appended. A block takes in those before it that are less than twice its size, so there are few
    // blocks and each byte is packed O(log size) times over a text's life.
    void pack();
    const std::vector<Block>& blocks() const { return blocks_; }

  private:
    std::vector<Block> blocks_;
    std::uint32_t packed_size_ = 0;
    std::string fresh_;
    mutable std::string unpacked_;  // of all blocks, or empty
};

// Passages of 32 bytes and more that stood before (words cut here and pasted there) are named by where they stood, so
// they cost neither room nor the time to guess them:
//
//   packed with copies := varint count of copies | (varint bytes since the last copy | varint length - 32 |
//                         varint distance - 1)... | what is no copy, coded bit by bit with TextModel's guesses
//   packed without     := the last of these
PackedText::Block pack_text(std::string_view text);
// Total: any block unpacks to `size` bytes of some text.
std::string unpack_text(const PackedText::Block& block);

}  // namespace staffroom
