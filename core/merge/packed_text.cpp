#include "core/merge/packed_text.h"

#include <cassert>

#include "core/merge/range_coder.h"
#include "core/merge/text_model.h"

namespace staffroom {

PackedText::PackedText(std::vector<Block> blocks) : blocks_(std::move(blocks)) {
    for (const auto& block : blocks_) packed_size_ += block.size;
}

std::string_view PackedText::view(std::uint32_t begin, std::uint32_t count) const {
    if (begin >= packed_size_) return std::string_view(fresh_).substr(begin - packed_size_, count);
    if (unpacked_.empty())
        for (const auto& block : blocks_) unpacked_ += unpack_text(block.packed, block.size);
    return std::string_view(unpacked_).substr(begin, count);
}

void PackedText::pack() {
    if (fresh_.empty()) return;
    std::string text = std::move(fresh_);
    fresh_.clear();
    packed_size_ += static_cast<std::uint32_t>(text.size());
    while (!blocks_.empty() && blocks_.back().size / 2 < text.size()) {
        text.insert(0, unpack_text(blocks_.back().packed, blocks_.back().size));
        blocks_.pop_back();
    }
    blocks_.push_back({static_cast<std::uint32_t>(text.size()), pack_text(text)});
    unpacked_ = {};
}

Bytes pack_text(std::string_view text) {
    RangeEncoder out;
    TextModel model(text.size());
    for (const char c : text) {
        for (unsigned i = 8; i-- > 0;) {
            const bool bit = static_cast<unsigned char>(c) >> i & 1;
            out.bit(bit, model.predict());
            model.learn(bit);
        }
    }
    return out.finish();
}

std::string unpack_text(ByteView packed, std::uint32_t size) {
    RangeDecoder in(packed);
    TextModel model(size);
    std::string text(size, '\0');
    for (char& c : text) {
        unsigned byte = 0;
        for (unsigned i = 0; i < 8; ++i) {
            const bool bit = in.bit(model.predict());
            model.learn(bit);
            byte = byte << 1 | static_cast<unsigned>(bit);
        }
        c = static_cast<char>(byte);
    }
    return text;
}

}  // namespace staffroom
