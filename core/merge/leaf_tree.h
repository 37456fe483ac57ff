// The order of a sequence's leaves and sums over them: the inner nodes of a B+-tree, without what the leaves hold.
//
// The owner numbers its leaves and keeps their contents; for each leaf the tree knows `Sums` counts (scalar values, for
// example) and finds the leaf at a place counted in any of them. Every operation is O(log leaves), except reset. Counts
// are 32 bits and wrap, so a negative change is added as its two's complement.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace staffroom {

template <std::size_t Sums>
class LeafTree {
  public:
    using Counts = std::array<std::uint32_t, Sums>;
    static constexpr std::uint32_t none = 0xFFFFFFFF;

    struct Place {
        std::uint32_t leaf = 0;
        Counts before{};  // sums over all leaves before it
    };

    // One leaf, alone.
    void reset(std::uint32_t leaf, const Counts& counts) {
        nodes_.clear();
        free_.clear();
        node_of_.clear();
        nodes_.emplace_back();
        root_ = 0;
        nodes_[0].count = 1;
        nodes_[0].child[0] = leaf;
        set_sums(nodes_[0], 0, counts);
        set_node_of(leaf, 0);
        total_ = counts;
    }

    const Counts& total() const { return total_; }

    // The first leaf that reaches beyond `position`, counted in `sum`; the last leaf if none does.
    Place find(std::size_t sum, std::uint32_t position) const {
        Place place;
        std::uint32_t at = root_;
        while (true) {
            const Node& node = nodes_[at];
            std::size_t i = 0;
            for (; i + 1 < node.count; ++i) {
                if (position < node.sums[sum][i]) break;
                position -= node.sums[sum][i];
                for (std::size_t s = 0; s < Sums; ++s) place.before[s] += node.sums[s][i];
            }
            at = node.child[i];
            if (node.bottom) break;
        }
        place.leaf = at;
        return place;
    }

    // The same leaf, and what is left of `position` in it.
    struct Reached {
        std::uint32_t leaf = 0;
        std::uint32_t left = 0;
    };
    Reached reach(std::size_t sum, std::uint32_t position) const {
        std::uint32_t at = root_;
        while (true) {
            const Node& node = nodes_[at];
            std::size_t i = 0;
            for (; i + 1 < node.count && position >= node.sums[sum][i]; ++i) position -= node.sums[sum][i];
            at = node.child[i];
            if (node.bottom) return {at, position};
        }
    }

    std::uint32_t before(std::uint32_t leaf, std::size_t sum) const {
        std::uint32_t count = 0;
        std::uint32_t child = leaf;
        for (std::uint32_t at = node_of_[leaf]; at != none; child = at, at = nodes_[at].parent) {
            const Node& node = nodes_[at];
            for (std::size_t i = 0; node.child[i] != child; ++i) count += node.sums[sum][i];
        }
        return count;
    }
    Counts before(std::uint32_t leaf) const {
        Counts counts{};
        std::uint32_t child = leaf;
        for (std::uint32_t at = node_of_[leaf]; at != none; child = at, at = nodes_[at].parent) {
            const Node& node = nodes_[at];
            for (std::size_t i = 0; node.child[i] != child; ++i)
                for (std::size_t s = 0; s < Sums; ++s) counts[s] += node.sums[s][i];
        }
        return counts;
    }

    void add(std::uint32_t leaf, const Counts& change) {
        std::array<std::size_t, Sums> changed;  // each lies in a cache line of its own
        std::size_t count = 0;
        for (std::size_t s = 0; s < Sums; ++s)
            if (change[s] != 0) changed[count++] = s;
        if (count == 0) return;
        std::uint32_t child = leaf;
        for (std::uint32_t at = node_of_[leaf]; at != none; child = at, at = nodes_[at].parent) {
            Node& node = nodes_[at];
            const std::size_t i = index_of(node, child);
            for (std::size_t k = 0; k < count; ++k) node.sums[changed[k]][i] += change[changed[k]];
        }
        for (std::size_t s = 0; s < Sums; ++s) total_[s] += change[s];
    }

    // A new leaf right behind another.
    void insert_after(std::uint32_t leaf, std::uint32_t fresh, const Counts& counts) {
        add_child(node_of_[leaf], leaf, fresh, Counts{});
        add(fresh, counts);
    }

    // Needs another leaf to be left.
    void remove(std::uint32_t leaf) {
        Counts change{};
        const Node& bottom = nodes_[node_of_[leaf]];
        const std::size_t at_bottom = index_of(bottom, leaf);
        for (std::size_t s = 0; s < Sums; ++s) change[s] = 0U - bottom.sums[s][at_bottom];
        add(leaf, change);
        std::uint32_t child = leaf;
        std::uint32_t at = node_of_[leaf];
        while (true) {
            Node& node = nodes_[at];
            erase_child(node, index_of(node, child));
            if (node.count > 0) return;
            assert(node.parent != none);
            free_.push_back(at);
            child = at;
            at = node.parent;
        }
    }

    std::uint32_t first() const {
        std::uint32_t at = root_;
        while (!nodes_[at].bottom) at = nodes_[at].child[0];
        return nodes_[at].child[0];
    }

    // The neighbours, or none.
    std::uint32_t next(std::uint32_t leaf) const {
        return beside(
            leaf, [](const Node& node, std::size_t i) { return i + 1 < node.count ? i + 1 : none; },
            [](const Node&) { return std::size_t{0}; });
    }
    std::uint32_t previous(std::uint32_t leaf) const {
        return beside(
            leaf, [](const Node&, std::size_t i) { return i > 0 ? i - 1 : none; },
            [](const Node& node) { return std::size_t{node.count} - 1U; });
    }
    // The next leaf whose count in `sum` is not zero, or none.
    std::uint32_t next_with(std::uint32_t leaf, std::size_t sum) const {
        const auto from = [sum](const Node& node, std::size_t i) -> std::size_t {
            for (; i < node.count; ++i)
                if (node.sums[sum][i] != 0) return i;
            return none;
        };
        return beside(
            leaf, [&](const Node& node, std::size_t i) { return from(node, i + 1); },
            [&](const Node& node) { return from(node, 0); });
    }

    // Whether leaf `a` comes before leaf `b`.
    bool precedes(std::uint32_t a, std::uint32_t b) const {
        if (a == b) return false;
        std::uint32_t x = node_of_[a];
        std::uint32_t y = node_of_[b];
        while (x != y) {
            a = x;
            b = y;
            x = nodes_[x].parent;
            y = nodes_[y].parent;
        }
        return index_of(nodes_[x], a) < index_of(nodes_[x], b);
    }

  private:
    static constexpr std::size_t fanout = 16;

    struct Node {
        std::uint32_t parent = none;
        std::uint16_t count = 0;
        bool bottom = true;  // children are leaves
        std::array<std::uint32_t, fanout> child;
        std::array<std::array<std::uint32_t, fanout>, Sums> sums;
    };

    static std::size_t index_of(const Node& node, std::uint32_t child) {
        std::size_t i = 0;
        while (node.child[i] != child) ++i;
        assert(i < node.count);
        return i;
    }
    static void set_sums(Node& node, std::size_t i, const Counts& counts) {
        for (std::size_t s = 0; s < Sums; ++s) node.sums[s][i] = counts[s];
    }
    static void erase_child(Node& node, std::size_t i) {
        for (std::size_t j = i; j + 1 < node.count; ++j) {
            node.child[j] = node.child[j + 1];
            for (std::size_t s = 0; s < Sums; ++s) node.sums[s][j] = node.sums[s][j + 1];
        }
        --node.count;
    }
    void set_node_of(std::uint32_t leaf, std::uint32_t node) {
        if (leaf >= node_of_.size()) node_of_.resize(leaf + 1, none);
        node_of_[leaf] = node;
    }
    void set_parent(const Node& node, std::uint32_t at, std::size_t i) {
        if (node.bottom)
            set_node_of(node.child[i], at);
        else
            nodes_[node.child[i]].parent = at;
    }
    std::uint32_t make_node() {
        if (free_.empty()) {
            nodes_.emplace_back();
            return static_cast<std::uint32_t>(nodes_.size() - 1);
        }
        const auto at = free_.back();
        free_.pop_back();
        nodes_[at] = Node{};
        return at;
    }

    // Puts `fresh` behind `child` in node `at`, splitting upwards as needed.
    void add_child(std::uint32_t at, std::uint32_t child, std::uint32_t fresh, const Counts& counts) {
        if (nodes_[at].count == fanout) {
            split(at);
            if (nodes_[at].bottom) {
                at = node_of_[child];
            } else {
                at = nodes_[child].parent;
            }
        }
        Node& node = nodes_[at];
        const std::size_t i = index_of(node, child) + 1;
        for (std::size_t j = node.count; j > i; --j) {
            node.child[j] = node.child[j - 1];
            for (std::size_t s = 0; s < Sums; ++s) node.sums[s][j] = node.sums[s][j - 1];
        }
        ++node.count;
        node.child[i] = fresh;
        set_sums(node, i, counts);
        set_parent(node, at, i);
    }

    void split(std::uint32_t at) {
        if (nodes_[at].parent == none) {
            const auto above = make_node();
            nodes_[above].bottom = false;
            nodes_[above].count = 1;
            nodes_[above].child[0] = at;
            set_sums(nodes_[above], 0, total_);
            nodes_[at].parent = above;
            root_ = above;
        } else if (nodes_[nodes_[at].parent].count == fanout) {
            split(nodes_[at].parent);  // first, while all sums are whole
        }
        const auto fresh = make_node();
        constexpr std::size_t half = fanout / 2;
        Counts moved{};
        {
            Node& left = nodes_[at];
            Node& right = nodes_[fresh];
            right.bottom = left.bottom;
            right.count = fanout - half;
            for (std::size_t i = 0; i < right.count; ++i) {
                right.child[i] = left.child[half + i];
                for (std::size_t s = 0; s < Sums; ++s) moved[s] += right.sums[s][i] = left.sums[s][half + i];
                set_parent(right, fresh, i);
            }
            left.count = half;
        }
        const auto above = nodes_[at].parent;
        const std::size_t i = index_of(nodes_[above], at);
        for (std::size_t s = 0; s < Sums; ++s) nodes_[above].sums[s][i] -= moved[s];
        add_child(above, at, fresh, moved);
    }

    template <class Step, class Enter>
    std::uint32_t beside(std::uint32_t leaf, Step step, Enter enter) const {
        std::uint32_t child = leaf;
        std::uint32_t at = node_of_[leaf];
        std::size_t i = none;
        while (at != none) {
            i = step(nodes_[at], index_of(nodes_[at], child));
            if (i != none) break;
            child = at;
            at = nodes_[at].parent;
        }
        if (at == none) return none;
        while (!nodes_[at].bottom) {
            at = nodes_[at].child[i];
            i = enter(nodes_[at]);
        }
        return nodes_[at].child[i];
    }

    std::vector<Node> nodes_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> node_of_;  // by leaf
    std::uint32_t root_ = 0;
    Counts total_{};
};

}  // namespace staffroom
