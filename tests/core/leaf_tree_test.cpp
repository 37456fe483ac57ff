#include "core/merge/leaf_tree.h"

#include <doctest/doctest.h>

#include <random>

namespace staffroom {
namespace {

struct ListedLeaf {
    std::uint32_t leaf;
    std::uint32_t small;
    std::uint32_t large;
};

TEST_CASE("a counted tree is a list of leaves") {
    using Tree = LeafTree<2>;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        INFO("seed ", seed);
        std::mt19937_64 random(seed);
        const auto below = [&](std::size_t n) { return static_cast<std::uint32_t>(random() % n); };
        std::vector<ListedLeaf> list{{0, 3, 30}};
        Tree tree;
        tree.reset(0, {3, 30});
        std::vector<std::uint32_t> free;
        std::uint32_t fresh = 1;
        for (int step = 0; step < 4000; ++step) {
            const auto at = below(list.size());
            const auto next = list.begin() + static_cast<std::ptrdiff_t>(at) + 1;
            const bool shrinking = step / 1000 % 2 == 1;
            if (below(10) < (shrinking ? 2u : 5u)) {
                ListedLeaf one{fresh, below(9), 1 + below(90)};
                if (free.empty()) {
                    ++fresh;
                } else {
                    one.leaf = free.back();
                    free.pop_back();
                }
                tree.insert_after(list[at].leaf, one.leaf, {one.small, one.large});
                list.insert(next, one);
            } else if (below(10) < (shrinking ? 6u : 3u) && list.size() > 1) {
                tree.remove(list[at].leaf);
                free.push_back(list[at].leaf);
                list.erase(next - 1);
            } else {
                const auto small = below(9);
                tree.add(list[at].leaf, {small - list[at].small, 5});
                list[at].small = small;
                list[at].large += 5;
            }
            const auto i = below(list.size());
            Tree::Counts before{};
            for (std::uint32_t j = 0; j < i; ++j) {
                before[0] += list[j].small;
                before[1] += list[j].large;
            }
            REQUIRE_EQ(tree.before(list[i].leaf), before);
            const auto place = tree.find(1, before[1] + below(list[i].large));
            REQUIRE_EQ(place.leaf, list[i].leaf);
            REQUIRE_EQ(place.before, before);
            REQUIRE_EQ(tree.find(1, 1u << 30).leaf, list.back().leaf);
            REQUIRE_EQ(tree.first(), list.front().leaf);
            REQUIRE_EQ(tree.next(list[i].leaf), i + 1 < list.size() ? list[i + 1].leaf : Tree::none);
            REQUIRE_EQ(tree.previous(list[i].leaf), i > 0 ? list[i - 1].leaf : Tree::none);
            std::size_t with = i + 1;
            while (with < list.size() && list[with].small == 0) ++with;
            REQUIRE_EQ(tree.next_with(list[i].leaf, 0), with < list.size() ? list[with].leaf : Tree::none);
            const auto j = below(list.size());
            REQUIRE_EQ(tree.precedes(list[i].leaf, list[j].leaf), i < j);
        }
    }
}

}  // namespace
}  // namespace staffroom
