#include "core/wire.h"

#include <doctest/doctest.h>

#include "core/genesis.h"
#include "core/have.h"
#include "core/ops.h"

using namespace staffroom;

namespace {

enum class Meal : std::uint8_t { breakfast, lunch, supper };
constexpr Meal last_value(Meal) { return Meal::supper; }

struct Dish {
    std::uint32_t grams = 0;
    bool hot = false;
    bool operator==(const Dish&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(grams, hot);
    }
};

struct Table {
    Meal meal = Meal::lunch;
    std::string guest;
    std::vector<Dish> dishes;
    std::vector<RunId> seats;
    std::optional<std::uint16_t> number;
    Bytes note;
    bool operator==(const Table&) const = default;
    template <class A>
    void serialize(A& ar) {
        ar(choice(meal), text<12>(guest), capped<3>(dishes), sorted<4>(seats), maybe(number), blob<9>(note));
    }
};

struct Number {
    std::uint64_t value = 0;
    template <class A>
    void serialize(A& ar) {
        ar(value);
    }
};

Table laid() {
    Table table;
    table.meal = Meal::supper;
    table.guest = "Zoë";
    table.dishes = {{300, true}, {5, false}};
    table.seats = {RunId{}, RunId{{1}}};
    table.number = 7;
    table.note = {1, 2, 3};
    return table;
}

bool refuses(const Bytes& bytes) { return !decode<Table>(bytes).ok(); }
bool number_is_refused(const Bytes& bytes) { return !decode<Number>(bytes).ok(); }

}  // namespace

TEST_CASE("a struct comes back as it was written") {
    const auto bytes = encode(laid());
    const auto read = decode<Table>(bytes);
    REQUIRE(read.ok());
    CHECK(*read == laid());
    CHECK(encode(*read) == bytes);
}

TEST_CASE("O02 O03 every strict prefix and every extra byte is refused") {
    const auto bytes = encode(laid());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        CHECK(refuses({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)}));
    }
    for (int extra = 0; extra < 256; ++extra) {
        auto longer = bytes;
        longer.push_back(static_cast<std::uint8_t>(extra));
        CHECK(refuses(longer));
    }
}

TEST_CASE("O01 a flipped bit is refused or is another value with exactly those bytes") {
    const auto bytes = encode(laid());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
        const auto read = decode<Table>(flipped);
        if (read.ok()) {
            CHECK(encode(*read) == flipped);
            CHECK_FALSE(*read == laid());
        }
    }
}

TEST_CASE("O04 numbers have one spelling") {
    CHECK(decode<Number>(Bytes{0x7F})->value == 127);
    CHECK(decode<Number>(Bytes{0x80, 0x01})->value == 128);
    CHECK(number_is_refused({0x80, 0x00}));
    CHECK(number_is_refused({0xFF, 0x80, 0x00}));
    CHECK(decode<Number>(encode(Number{~std::uint64_t{0}}))->value == ~std::uint64_t{0});
    CHECK(number_is_refused({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}));
    CHECK(number_is_refused({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}));
}

TEST_CASE("O04 sorted lists are strictly ascending") {
    auto table = laid();
    std::swap(table.seats[0], table.seats[1]);
    CHECK(refuses(encode(table)));
    table.seats[0] = table.seats[1];
    CHECK(refuses(encode(table)));
}

TEST_CASE("an enum, a bool and an optional know their values") {
    auto bytes = encode(laid());
    bytes[0] = 3;
    CHECK(refuses(bytes));
    Table plain;
    bytes = encode(plain);
    bytes[bytes.size() - 2] = 2;  // the presence of `number`
    CHECK(refuses(bytes));
}

TEST_CASE("O05 a length beyond the bytes left is refused before anything is allocated") {
    for (const std::uint64_t length : {std::uint64_t{0xFFFFFFFF}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        Writer ar;
        ar(std::uint8_t{0});
        ar.write_varint(length);
        CHECK(refuses(ar.bytes));
    }
}

TEST_CASE("O06 a million levels of nesting are refused, and no reader goes deeper than the types do") {
    // Each byte may be read as "one element, and in it", "it is present, and in it", or a number.
    for (const std::uint8_t level : Bytes{0x00, 0x01, 0x02, 0x7F, 0x80, 0xFF}) {
        const Bytes nested(1'000'000, level);
        CHECK(refuses(nested));
        CHECK_FALSE(decode<OpList>(nested).ok());
        CHECK_FALSE(decode<ContentPart>(nested).ok());
        CHECK_FALSE(decode<PersonsOp>(nested).ok());
        CHECK_FALSE(decode<CommitFrame>(nested).ok());
        CHECK_FALSE(decode<Genesis>(nested).ok());
        CHECK_FALSE(decode<Have>(nested).ok());
        CHECK_FALSE(read_commit(nested).ok());
    }
    // Ops in ops, as many as a commit has room for: only the outermost is ever read, the rest are bytes to it.
    Bytes nested = encode(OpList{});
    std::size_t levels = 0;
    for (Bytes next = nested; next.size() <= limits::commit_bytes; ++levels) {
        nested = std::move(next);
        next = encode(OpList{{Op{PersonsOp::kind, nested}}});
    }
    CHECK(levels > 10'000);
    const auto outermost = decode<OpList>(nested);
    REQUIRE(outermost.ok());
    CHECK(outermost->ops.size() == 1);
    CHECK_FALSE(read_op<PersonsOp>(outermost->ops[0]).ok());
}

TEST_CASE("O19 text that is not UTF-8 is refused") {
    for (const std::string_view bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
        auto table = laid();
        table.guest = std::string(bad.size(), '?');  // a writer of ours does not write such text
        auto bytes = encode(table);
        const auto at = std::search(bytes.begin(), bytes.end(), table.guest.begin(), table.guest.end());
        REQUIRE(at != bytes.end());
        std::copy(bad.begin(), bad.end(), at);
        CHECK(refuses(bytes));
    }
}
