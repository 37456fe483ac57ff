// The laws must catch what breaks them, or every test that leans on them proves nothing.
#include "tests/laws.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/decoder_laws.h"

using namespace staffroom;

namespace {

// Counts first and reserves what it was told, as a careless decoder does.
Result<Bytes> decode_carelessly(ByteView bytes) {
    Reader ar(bytes);
    const auto count = ar.read_varint(std::uint64_t{1} << 32);
    Bytes read;
    read.reserve(static_cast<std::size_t>(count % (1 << 26)));
    while (ar.left() > 0) append(read, ar.take(1));
    if (ar.failed() || read.size() != count) return {Code::malformed, "These bytes are damaged."};
    return read;
}

// Takes any byte but 0 for true.
Result<bool> decode_loosely(ByteView bytes) {
    if (bytes.size() != 1) return {Code::malformed, "These bytes are damaged."};
    return bytes[0] != 0;
}

Bytes encode_with_count(const Bytes& value) {
    Bytes out = laws::varint_of(value.size());
    append(out, value);
    return out;
}

}  // namespace

TEST_CASE("a decoder that allocates before it checks is caught") {
#ifdef __SANITIZE_ADDRESS__
    CHECK_NE(laws::decoder_breach(encode_with_count({1, 2, 3}), decode_carelessly, encode_with_count), "");
#endif
}

TEST_CASE("a decoder with two spellings of one value is caught") {
    CHECK_NE(laws::decoder_breach({1}, decode_loosely, [](bool b) { return Bytes{b}; }), "");
}

TEST_CASE("a set keeps the laws of merging, a sum is not idempotent, a doubling does not commute") {
    const std::vector<int> history = {1, 2, 3, 4, 5};
    const auto shown = [](const auto& state) { return state; };
    const laws::OrderOptions twice = {.before = {}, .idempotent = true};
    const auto add = [](int& sum, int op) { sum += op; };
    const auto doubling = [](int& sum, int op) { sum = sum * 2 + op; };
    const auto zero = [] { return 0; };

    CHECK_EQ(laws::order_breach(
                 history, [] { return std::set<int>{}; }, [](auto& set, int op) { set.insert(op); }, shown, twice),
             "");
    CHECK_EQ(laws::order_breach(history, zero, add, shown), "");
    CHECK_NE(laws::order_breach(history, zero, add, shown, twice), "");
    CHECK_NE(laws::order_breach(history, zero, doubling, shown), "");

    laws::OrderOptions causal;
    causal.before = [](std::size_t first, std::size_t then) { return first < then; };
    CHECK_EQ(laws::order_breach(history, zero, doubling, shown, causal), "");
}

TEST_CASE("joining sets keeps the laws, subtracting numbers does not") {
    const auto shown = [](const auto& state) { return state; };
    const auto join = [](std::set<int>& a, const std::set<int>& b) { a.insert(b.begin(), b.end()); };
    CHECK_EQ(laws::join_breach(std::vector<std::set<int>>{{1}, {2, 3}, {}}, join, shown), "");
    CHECK_NE(laws::join_breach(
                 std::vector<int>{1, 2, 3}, [](int& a, int b) { a -= b; }, shown),
             "");
}
