#include "net/reconcile_frame.h"

#include <doctest/doctest.h>

#include "core/crypto.h"
#include "tests/decoder_laws.h"

using namespace staffroom;
using namespace staffroom::net;

namespace {
Prefix prefix_at(std::string_view nibbles) {
    std::string hex(nibbles);
    hex.resize(2 * CommitKey::size, '0');
    return {*CommitKey::from(*from_hex(hex)), nibbles.size()};
}
ReconcileBody ranges(std::vector<RangeItem> items) { return {3, 5, Ranges{0, true, false, 200, std::move(items)}}; }
bool is_refused(const ReconcileBody& body) { return !decode<ReconcileBody>(encode(body)).ok(); }
}  // namespace

TEST_CASE("S06 O01 O02 O03 O05 messages of a reconciliation are decoded exactly or not at all") {
    laws::check_decoder(ReconcileBody{1, 0, Opening{1'000'000, hash_of<Hash>("x", {})}});
    laws::check_decoder(ReconcileBody{1, 8, Closing{1'000'000, hash_of<Hash>("x", {}), true, 12, 300}});
    laws::check_decoder(ranges({}));
    laws::check_decoder(ranges({
        {prefix_at("000"), Summary{prefix_at("00012345"), 0x8101, {1, 2, 3}}},
        {prefix_at("000123451"), Summary{prefix_at("000123451"), 0x0003, {4, 5}}},
        {prefix_at("0001234512"), Listing{{6, 7}}},
        {prefix_at("00012346"), SendAll{}},
        {prefix_at("1"), Wanted{true, {}}},
        {prefix_at("20"), Wanted{false, {0, 1, 2, 3, 7}}},
        {prefix_at("21"), Wanted{false, {300, 511}}},
        {prefix_at(std::string(80, 'f')), SendAll{}},
    }));
}

TEST_CASE("S06 ranges that overlap, descend or repeat are refused") {
    const auto two = [](std::string_view first, std::string_view second) {
        return is_refused(ranges({{prefix_at(first), SendAll{}}, {prefix_at(second), SendAll{}}}));
    };
    CHECK_FALSE(two("12", "13"));
    CHECK(two("13", "12"));
    CHECK(two("12", "12"));
    CHECK(two("12", "123"));
    CHECK(two("123", "12"));
    CHECK(two("", "1"));
    const Summary summary{prefix_at("123"), 3, {1, 2}};
    CHECK_FALSE(is_refused(ranges({{prefix_at("12"), summary}, {prefix_at("1234"), SendAll{}}})));
    CHECK(is_refused(ranges({{prefix_at("12"), summary}, {prefix_at("12"), SendAll{}}})));
}

TEST_CASE("S06 S02 ranges, lists and numbers out of their bounds are refused") {
    CHECK(is_refused(ranges({{prefix_at("1"), Listing{}}})));
    CHECK(is_refused(ranges({{prefix_at("1"), Listing{std::vector<Short>(513)}}})));
    CHECK_FALSE(is_refused(ranges({{prefix_at("1"), Listing{std::vector<Short>(512)}}})));
    CHECK(is_refused(ranges({{prefix_at("1"), Summary{prefix_at("1"), 0x0100, {1}}}})));  // one child is no node
    CHECK(is_refused(ranges({{prefix_at("1"), Summary{prefix_at(std::string(80, '1')), 3, {1, 2}}}})));
    CHECK_FALSE(is_refused(ranges({{prefix_at("1"), Summary{prefix_at(std::string(79, '1')), 3, {1, 2}}}})));
    CHECK(is_refused(ranges({{prefix_at(std::string(80, '1')), Summary{prefix_at(std::string(80, '1')), 3, {1, 2}}}})));
    CHECK(is_refused(ranges({{prefix_at("1"), Wanted{false, {512}}}})));
    auto part = ranges({});
    std::get<Ranges>(part.says).part = net::limits::reconcile_frames;
    CHECK(is_refused(part));
    // An item's head with a varint of eleven bytes; a range of 81 nibbles; a range that hides what it shares.
    const auto with_item = [](std::string_view hex) {
        auto bytes = encode(ranges({{prefix_at("12"), SendAll{}}}));
        bytes[bytes.size() - 4] = 2;
        append(bytes, *from_hex(hex));
        return decode<ReconcileBody>(bytes).ok();
    };
    CHECK(with_item("010630"));        // shares 1, then 3
    CHECK_FALSE(with_item("000a13"));  // shares 0, then 1 3
    CHECK_FALSE(with_item("010631"));  // a nibble of filling that is not zero
    CHECK_FALSE(with_item("01ffffffffffffffffffff01"));
    CHECK_FALSE(with_item("01c20230" + std::string(80, '0')));
}

TEST_CASE("the worked example of the page") {
    CHECK_EQ(to_hex(encode(ReconcileBody{1, 0, Opening{65, Hash()}})), "0101000041" + std::string(64, '0'));
    CHECK_EQ(to_hex(encode(ReconcileBody{1, 2,
                                         Ranges{0,
                                                true,
                                                false,
                                                3,
                                                {{prefix_at("0000000000000001"), Listing{{0x0807060504030201}}},
                                                 {prefix_at("0000000000000002"), SendAll{}},
                                                 {prefix_at("0000000000000013"), Wanted{false, {0, 2}}}}}})),
             "01010201"    // version, attempt, turn, ranges
             "0001000303"  // part, last, more, pushing, three items
             "0041"
             "0000000000000001"
             "01"
             "0102030405060708"
             "0f0620"
             "0e0b13"
             "010105");
}

TEST_CASE("an item's size is never more than is reckoned") {
    Prefix before;
    const std::vector<RangeItem> items = {
        {prefix_at("000"), Summary{prefix_at("00012345"), 0x8101, {1, 2, 3}}},
        {prefix_at("0001234512"), Listing{{6, 7}}},
        {prefix_at("00012346"), SendAll{}},
        {prefix_at("1"), Wanted{true, {}}},
        {prefix_at("20"), Wanted{false, {0, 1, 2, 3, 7}}},
        {prefix_at("21"), Wanted{false, {300, 511}}},
        {prefix_at(std::string(80, 'f')), SendAll{}},
    };
    std::size_t reckoned = encode(ranges({})).size();
    for (const auto& item : items) {
        reckoned += encoded_size(item, before);
        before = item.range;
    }
    const auto real = encode(ranges(items)).size();
    CHECK(real <= reckoned);
    CHECK(reckoned <= real + items.size());
}
