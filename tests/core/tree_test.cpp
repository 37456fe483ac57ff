#include "core/tree.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "core/crypto.h"
#include "core/tree_reader.h"
#include "tests/flat_tree_store.h"

using namespace staffroom;

namespace {

CommitKey key(std::uint64_t depth, std::uint64_t seed) {
    Bytes bytes;
    append_be64(bytes, seed);
    return key_of(depth, hash_of<CommitId>("tree test", bytes));
}

// A key by its first nibbles, given as hexadecimal; the rest is a number.
CommitKey key_at(std::string_view nibbles, std::uint64_t rest = 0) {
    std::string hex(nibbles);
    hex.resize(2 * CommitKey::size, '0');
    auto made = *CommitKey::from(*from_hex(hex));
    for (std::size_t i = 0; i < 8; ++i) made.bytes[39 - i] = static_cast<std::uint8_t>(rest >> (8 * i));
    return made;
}
Prefix prefix_at(std::string_view nibbles) { return {key_at(nibbles), nibbles.size()}; }

// The tree's definition, read aloud: the fingerprint of a set, computed from hexadecimal strings in a std::set.
using Twin = std::set<std::string>;
std::string name_in_twin(const CommitKey& k) { return to_hex(k.view()); }

Hash twin_fingerprint(const Twin& twin) {
    if (twin.empty()) return {};
    Bytes value;
    if (twin.size() <= 64) {
        for (const auto& hex : twin) append(value, *from_hex(hex));
        return hash_of<Hash>("L", value);
    }
    const auto common = [](const Twin& some) {
        std::size_t size = 0;
        while (some.begin()->at(size) == some.rbegin()->at(size)) ++size;
        return size;
    };
    const auto size = common(twin);
    std::map<std::uint8_t, Twin> children;
    for (const auto& hex : twin)
        children[static_cast<std::uint8_t>(std::string("0123456789abcdef").find(hex[size]))].insert(hex);
    for (const auto& [digit, child] : children) {
        const bool is_node = child.size() > 64;
        value.push_back(digit);
        value.push_back(is_node ? 0 : 1);
        const auto extension = is_node ? common(child) - size - 1 : 0;
        value.push_back(static_cast<std::uint8_t>(extension));
        for (std::size_t i = 0; i < extension; ++i)
            value.push_back(
                static_cast<std::uint8_t>(std::string("0123456789abcdef").find(child.begin()->at(size + 1 + i))));
        for (unsigned i = 0; i < 4; ++i) value.push_back(static_cast<std::uint8_t>(child.size() >> (8 * i)));
        append(value, twin_fingerprint(child).view());
    }
    return hash_of<Hash>("N", value);
}

Twin twin_of(const std::vector<CommitKey>& keys) {
    Twin twin;
    for (const auto& k : keys) twin.insert(name_in_twin(k));
    return twin;
}
Hash root_of(const FlatTreeStore& store) { return tree_top(store)->fingerprint; }

// Tree, table and twin agree.
void check_against_twin(const FlatTreeStore& store) {
    const auto twin = twin_of(store.all_keys());
    CHECK_EQ(to_hex(root_of(store).view()), to_hex(twin_fingerprint(twin).view()));
    CHECK_EQ(tree_top(store)->count, twin.size());
    FlatTreeStore fresh;
    fresh.put_keys(store.all_keys());
    REQUIRE(rebuild_tree(fresh));
    CHECK_EQ(root_of(fresh).bytes, root_of(store).bytes);
}

// Keys as a group makes them: a few at each depth.
std::vector<CommitKey> history(std::size_t count, std::size_t width, std::uint64_t seed) {
    std::vector<CommitKey> keys;
    for (std::size_t i = 0; i < count; ++i) keys.push_back(key(1 + i / width, seed + i));
    return keys;
}

// Keys that share long prefixes, as somebody who grinds ids would make them.
CommitKey crowded_key(std::mt19937_64& random) {
    static constexpr std::string_view stems[] = {"", "0", "00000000000000a", "00000000000000ab", "0000000000000123456"};
    std::string nibbles(stems[random() % 5]);
    for (auto more = random() % 4; more > 0; --more) nibbles += "01f"[random() % 3];
    return key_at(nibbles, random() % 300);
}

}  // namespace

TEST_CASE("an empty set has the zero root") {
    FlatTreeStore store;
    CHECK(tree_top(store)->fingerprint.is_zero());
    CHECK_EQ(tree_top(store)->count, 0);
    REQUIRE(rebuild_tree(store));
    REQUIRE(grow_tree(store, {}));
    CHECK(tree_top(store)->fingerprint.is_zero());
}

TEST_CASE("sixty-four keys are a bucket, sixty-five a node") {
    FlatTreeStore store;
    REQUIRE(store.add(history(64, 1, 0)));
    CHECK(tree_top(store)->kind == Branch::Kind::bucket);
    REQUIRE(store.add({key(65, 64)}));
    CHECK(tree_top(store)->kind == Branch::Kind::node);
    check_against_twin(store);
}

TEST_CASE("the tree depends on the set only: any order, any batches, and a rebuild give one root") {
    for (const std::uint64_t seed : {1, 2, 3}) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        auto keys = history(1500, 1 + seed % 5, seed);
        for (int i = 0; i < 500; ++i) keys.push_back(crowded_key(random));
        FlatTreeStore at_once, in_order, shuffled, one_by_one;
        REQUIRE(at_once.add(keys));
        for (std::size_t from = 0; from < keys.size(); from += 100)
            REQUIRE(in_order.add({keys.begin() + static_cast<std::ptrdiff_t>(from),
                                  keys.begin() + static_cast<std::ptrdiff_t>(from + 100)}));
        std::shuffle(keys.begin(), keys.end(), random);
        for (std::size_t from = 0; from < keys.size();) {
            const auto to = std::min(keys.size(), from + 1 + random() % 300);
            REQUIRE(shuffled.add(
                {keys.begin() + static_cast<std::ptrdiff_t>(from), keys.begin() + static_cast<std::ptrdiff_t>(to)}));
            from = to;
        }
        for (const auto& k : keys) REQUIRE(one_by_one.add({k}));
        CHECK_EQ(root_of(in_order).bytes, root_of(at_once).bytes);
        CHECK_EQ(root_of(shuffled).bytes, root_of(at_once).bytes);
        CHECK_EQ(root_of(one_by_one).bytes, root_of(at_once).bytes);
        check_against_twin(at_once);
    }
}

TEST_CASE("the tree in lockstep with a sorted set, random worlds") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        FlatTreeStore store;
        for (int step = 0; step < 6; ++step) {
            std::vector<CommitKey> batch;
            for (auto size = random() % 90; size > 0; --size) batch.push_back(crowded_key(random));
            REQUIRE(store.add(batch));
            CHECK_EQ(to_hex(root_of(store).view()), to_hex(twin_fingerprint(twin_of(store.all_keys())).view()));
        }
        check_against_twin(store);

        // Every prefix of some keys, and their neighbours, read as the twin reads them.
        TreeReader reader(store);
        for (int i = 0; i < 25; ++i) {
            const auto prefix = Prefix(crowded_key(random), random() % 81);
            std::vector<CommitKey> within;
            for (const auto& k : store.all_keys())
                if (prefix.contains(k)) within.push_back(k);
            const auto branch = reader.under(prefix);
            REQUIRE(branch);
            CHECK_EQ(branch->count, within.size());
            CHECK_EQ(branch->fingerprint.bytes, twin_fingerprint(twin_of(within)).bytes);
            if (prefix.size() == Prefix::max_size) continue;
            const auto branches = reader.branches(prefix);
            REQUIRE(branches);
            for (std::uint8_t digit = 0; digit < 16; ++digit) {
                const auto single = TreeReader(store).under(prefix.with(digit));
                CHECK_EQ((*branches)[digit].count, single->count);
                CHECK_EQ((*branches)[digit].fingerprint.bytes, single->fingerprint.bytes);
            }
        }
    }
}

TEST_CASE("small worlds, all of them: every subset of nine crowds, in every order of three batches") {
    // A crowd is 33 keys under one prefix: one fits a bucket, two make a node. The prefixes nest and part in every way.
    const std::string_view stems[] = {"00", "01", "0100", "01000", "010001", "0100010", "02", "1", "0101"};
    std::vector<std::vector<CommitKey>> crowds;
    for (std::size_t i = 0; i < std::size(stems); ++i) {
        crowds.emplace_back();
        for (std::uint64_t n = 0; n < 33; ++n) crowds.back().push_back(key_at(stems[i], 1000 * i + n));
    }
    for (unsigned subset = 0; subset < 1u << crowds.size(); ++subset) {
        CAPTURE(subset);
        std::vector<CommitKey> batches[3];
        FlatTreeStore whole;
        std::vector<CommitKey> all;
        unsigned member = 0;
        for (std::size_t i = 0; i < crowds.size(); ++i) {
            if ((subset >> i & 1) == 0) continue;
            for (auto* into : {&batches[member++ % 3], &all})
                into->insert(into->end(), crowds[i].begin(), crowds[i].end());
        }
        REQUIRE(whole.add(all));
        if (subset % 16 == 5) check_against_twin(whole);
        int order[] = {0, 1, 2};
        do {
            FlatTreeStore store;
            for (const int i : order) REQUIRE(store.add(batches[i]));
            REQUIRE_EQ(root_of(store).bytes, root_of(whole).bytes);
        } while (std::next_permutation(order, order + 3));
    }
}

TEST_CASE("a compressed child keeps its own prefix when keys that part from it are in the table already") {
    // A hundred keys far down one path; then one that leaves the path half way. It is in the table before the tree
    // hears of it, so the range of the child now has a shorter common prefix than the child itself.
    FlatTreeStore store;
    std::vector<CommitKey> deep;
    for (std::uint64_t i = 0; i < 100; ++i) deep.push_back(key_at("0000000000001234567890", i));
    for (std::uint64_t i = 0; i < 70; ++i) deep.push_back(key_at("00000000000f", i));
    REQUIRE(store.add(deep));

    SUBCASE("one key, within the extension") { REQUIRE(store.add({key_at("00000000000012345f")})); }
    SUBCASE("one before and one after the extension, in one batch") {
        REQUIRE(store.add({key_at("000000000000123450"), key_at("0000000000001234f0")}));
    }
    SUBCASE("one that parts from the path and one that goes down it, in one batch") {
        REQUIRE(store.add({key_at("0000000000001234567890", 1000), key_at("00000000000012f")}));
    }
    SUBCASE("one that leaves above everything") { REQUIRE(store.add({key_at("0f")})); }
    check_against_twin(store);
    TreeReader reader(store);
    CHECK(reader.under(prefix_at("0000000000001234567890"))->count >= 100);
}

TEST_CASE("a rebuild larger than its batches gives the same root") {
    FlatTreeStore store, other;
    const auto keys = history(270'000, 3, 9);
    REQUIRE(store.add(keys));
    other.put_keys(keys);
    REQUIRE(rebuild_tree(other));
    CHECK_EQ(root_of(store).bytes, root_of(other).bytes);
    CHECK_EQ(store.nodes(), other.nodes());
}

TEST_CASE("S03 ids crafted to collide under an additive fingerprint give different roots") {
    // a + b = c + d byte by byte, and a ^ b = c ^ d: sums and exclusive ors of the two sets are equal.
    FlatTreeStore left, right;
    const auto shared = history(500, 2, 1);
    REQUIRE(left.add(shared));
    REQUIRE(right.add(shared));
    REQUIRE(left.add({key_at("0000000000000009a0"), key_at("00000000000000090b")}));
    REQUIRE(right.add({key_at("0000000000000009ab"), key_at("000000000000000900")}));
    CHECK(root_of(left).bytes != root_of(right).bytes);
}

TEST_CASE("a node that was damaged or belongs to another table is said, not trusted") {
    FlatTreeStore store;
    REQUIRE(store.add(history(2000, 2, 0)));
    SUBCASE("every strict prefix of a node is refused") {
        const auto top = tree_top(store)->prefix;
        const auto value = store.nodes().at(text_of(node_name(top)));
        std::size_t boundaries = 0;
        for (std::size_t size = 1; size < value.size(); ++size)
            boundaries += decode_node(top, ByteView(value).first(size)).ok() ? 1 : 0;
        // Only whole children in front are a node, of another set: its fingerprint tells.
        CHECK(boundaries < 16);
    }
    SUBCASE("a node is missing") {
        store.nodes().erase(text_of(node_name(tree_top(store)->prefix)));
        CHECK(store.add({key(1, 999'999)}).code() == Code::io);
        CHECK(TreeReader(store).under(tree_top(store)->prefix.with(0)).code() == Code::io);
    }
    SUBCASE("the table has keys that the tree never got") {
        store.put_keys({key(40, 123'456)});
        CHECK(store.add({key(40, 654'321)}).code() == Code::io);
        REQUIRE(rebuild_tree(store));
        check_against_twin(store);
    }
}

TEST_CASE("the worked example of the tree's format") {
    FlatTreeStore store;
    std::vector<CommitKey> keys;
    for (std::uint64_t i = 0; i < 130; ++i) keys.push_back(key_at(i < 65 ? "0000000000000017" : "0000000000000020", i));
    REQUIRE(store.add(keys));
    // Two children of one node, each a node at the end of a long path.
    const auto top = *tree_top(store);
    CHECK_EQ(top.prefix.size(), 14);
    const auto value = store.nodes().at(text_of(node_name(top.prefix)));
    CHECK_EQ(to_hex(node_name(top.prefix)), "000000000000000e");
    CHECK_EQ(to_hex(ByteView(value).first(3)), "01003f");  // digit 1, node, 63 nibbles of extension
    const auto left = decode_node(top.prefix, value)->at(1);
    CHECK_EQ(left.count, 65);
    CHECK_EQ(left.prefix.size(), 78);
}
