// The shown text: UTF-8 in small leaves, each with a gap where it was last changed, under a counted tree.
//
// Positions are in Unicode scalar values; UTF-16 units, which browsers count, are kept beside. A change costs
// O(log n + leaf), next to the one before O(1): the leaf last changed is remembered and its counts reach the tree only
// when another leaf is wanted. About 1.1 to 2 bytes a byte of text.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/merge/leaf_tree.h"

namespace staffroom {

class Rope {
  public:
    Rope() { assign({}); }

    // `utf8` must be valid here and in insert.
    void assign(std::string_view utf8);

    std::uint32_t length() const { return length_; }              // scalar values
    std::uint32_t utf16_length() const { return utf16_length_; }  // units
    std::size_t bytes() const { return bytes_; }

    // Needs position <= length().
    void insert(std::uint32_t position, std::string_view utf8);
    // Needs position + count <= length().
    void erase(std::uint32_t position, std::uint32_t count);

    void append_to(std::string& out) const;
    std::string slice(std::uint32_t position, std::uint32_t count) const;  // needs position + count <= length()

    // Clipped to the text. A unit inside a surrogate pair means the scalar value of that pair.
    std::uint32_t to_utf16(std::uint32_t position) const;
    std::uint32_t from_utf16(std::uint32_t units) const;

  private:
    static constexpr std::size_t capacity = 1008;
    enum Sum : std::size_t { scalars, units };

    // Text before the gap lies at the front of `data`, text behind it at the end.
    struct Leaf {
        std::uint16_t head = 0;  // bytes
        std::uint16_t tail = 0;
        std::uint16_t head_scalars = 0;
        std::uint16_t count = 0;  // scalar values
        std::uint16_t wide = 0;   // of these, outside the basic plane: two UTF-16 units
        std::array<char, capacity> data;

        std::size_t size() const { return std::size_t{head} + tail; }
        std::size_t room() const { return capacity - size(); }
        std::uint32_t width() const { return std::uint32_t{count} + wide; }
        const char* tail_begin() const { return data.data() + capacity - tail; }
        void move_gap(std::uint32_t offset);
        void append(std::string_view utf8);  // at the end; needs room, gap at the end
    };
    using Tree = LeafTree<2>;

    Leaf& leaf(std::uint32_t id) { return *leaves_[id]; }
    const Leaf& leaf(std::uint32_t id) const { return *leaves_[id]; }
    std::uint32_t make_leaf();
    void go_to(std::uint32_t position);
    void settle() const;
    void insert_split(std::string_view utf8, std::uint32_t offset);
    void drop_or_join();

    std::vector<std::unique_ptr<Leaf>> leaves_;
    std::vector<std::uint32_t> free_;
    mutable Tree tree_;
    std::uint32_t length_ = 0;
    std::uint32_t utf16_length_ = 0;
    std::size_t bytes_ = 0;

    // The leaf last changed, where it begins, and what the tree does not know yet about it.
    std::uint32_t here_ = 0;
    std::uint32_t here_begin_ = 0;
    mutable Tree::Counts unsettled_{};
};

}  // namespace staffroom
