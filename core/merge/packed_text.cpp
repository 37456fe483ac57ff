#include "core/merge/packed_text.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "core/merge/range_coder.h"
#include "core/merge/text_model.h"
#include "core/wire.h"

namespace staffroom {

PackedText::PackedText(std::vector<Block> blocks) : blocks_(std::move(blocks)) {
    for (const auto& block : blocks_) packed_size_ += block.size;
}

std::string_view PackedText::view(std::uint32_t begin, std::uint32_t count) const {
    if (begin >= packed_size_) return std::string_view(fresh_).substr(begin - packed_size_, count);
    if (unpacked_.empty())
        for (const auto& block : blocks_) unpacked_ += unpack_text(block);
    return std::string_view(unpacked_).substr(begin, count);
}

void PackedText::pack() {
    if (fresh_.empty()) return;
    std::string text = std::move(fresh_);
    fresh_.clear();
    packed_size_ += static_cast<std::uint32_t>(text.size());
    while (!blocks_.empty() && blocks_.back().size / 2 < text.size()) {
        text.insert(0, unpack_text(blocks_.back()));
        blocks_.pop_back();
    }
    blocks_.push_back(pack_text(text));
    unpacked_ = {};
}

namespace {

Bytes pack_guessed(std::string_view text) {
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

std::string unpack_guessed(ByteView packed, std::size_t size) {
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

// `length` bytes at `at` are those at `at - distance`; nothing between it and the last copy is.
struct Copy {
    std::size_t at = 0;
    std::size_t length = 0;
    std::size_t distance = 0;
};

constexpr std::size_t least_copy = 32;
// So that a copy's bytes pay for what it unpacks to, and the decoder's bound on that holds.
constexpr std::size_t most_copy = 16'384;

// The last place where the same 32 bytes began, asked at every byte: LZ77 (Ziv and Lempel, 1977) with one candidate.
std::vector<Copy> copies_in(std::string_view text) {
    std::vector<Copy> copies;
    if (text.size() < 2 * least_copy) return copies;
    constexpr std::uint32_t nowhere = 0xFFFFFFFF;
    const unsigned bits = std::clamp<unsigned>(static_cast<unsigned>(std::bit_width(text.size())), 8, 18);
    std::vector<std::uint32_t> last(std::size_t{1} << bits, nowhere);
    const auto slot = [&](std::size_t at) {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::memcpy(&first, text.data() + at, 8);
        std::memcpy(&second, text.data() + at + least_copy - 8, 8);
        return static_cast<std::size_t>((first * 0x9E3779B97F4A7C15 ^ second) * 0xD6E8FEB86659FD93 >> (64 - bits));
    };
    std::size_t free = 0;  // what lies before is in a copy
    for (std::size_t at = 0; at + least_copy <= text.size(); ++at) {
        auto& place = last[slot(at)];
        const std::size_t from = place;
        place = static_cast<std::uint32_t>(at);
        if (at < free || from == nowhere) continue;
        const auto most = std::min(most_copy, text.size() - at);
        std::size_t length = 0;
        while (length < most && text[from + length] == text[at + length]) ++length;
        if (length < least_copy) continue;
        copies.push_back({at, length, at - from});
        free = at + length;
    }
    return copies;
}

}  // namespace

PackedText::Block pack_text(std::string_view text) {
    const auto copies = copies_in(text);
    PackedText::Block block{static_cast<std::uint32_t>(text.size()), !copies.empty(), {}};
    if (copies.empty()) {
        block.packed = pack_guessed(text);
        return block;
    }
    Writer out;
    out.write_varint(copies.size());
    std::string rest;
    std::size_t done = 0;
    for (const auto& copy : copies) {
        out.write_varint(copy.at - done);
        out.write_varint(copy.length - least_copy);
        out.write_varint(copy.distance - 1);
        rest += text.substr(done, copy.at - done);
        done = copy.at + copy.length;
    }
    rest += text.substr(done);
    append(out.bytes, pack_guessed(rest));
    block.packed = std::move(out.bytes);
    return block;
}

std::string unpack_text(const PackedText::Block& block) {
    if (!block.copies) return unpack_guessed(block.packed, block.size);
    Reader in(block.packed);
    std::vector<Copy> copies(in.read_length(block.size / least_copy));
    std::size_t rest_size = block.size;
    std::size_t end = 0;
    for (auto& copy : copies) {
        copy.at = end + in.read_varint(block.size - end);
        copy.length = least_copy + in.read_varint(most_copy - least_copy);
        copy.distance = 1 + in.read_varint(block.size);
        const bool fits = copy.at <= block.size && copy.length <= block.size - copy.at && copy.distance <= copy.at;
        if (in.failed() || !fits) return std::string(block.size, '\0');
        rest_size -= copy.length;
        end = copy.at + copy.length;
    }
    const auto rest = unpack_guessed(in.take(in.left()), rest_size);
    std::string text;
    text.reserve(block.size);
    std::size_t used = 0;
    for (const auto& copy : copies) {
        const auto fresh = copy.at - text.size();
        text.append(rest, used, fresh);
        used += fresh;
        for (std::size_t i = 0; i < copy.length; ++i) text += text[text.size() - copy.distance];
    }
    return text.append(rest, used);
}

}  // namespace staffroom
