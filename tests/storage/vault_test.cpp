#include "storage/vault.h"

#include <doctest/doctest.h>

#include "tests/page.h"

using namespace staffroom;

namespace {
StorageKeys counting_keys() {
    StorageKeys keys;
    for (std::uint8_t i = 0; i < 32; ++i) {
        keys.sync.bytes[i] = i;
        keys.view.bytes[i] = std::uint8_t(i + 32);
    }
    return keys;
}
constexpr char plain[] = "a header and a signature";
}  // namespace

TEST_CASE("a sealed value lies on the disk as storage/FORMAT.md shows it") {
    const Vault vault(counting_keys());
    const auto example = page_example("storage/FORMAT.md", "value");
    CHECK_EQ(to_hex(vault.close(Table::log, view_of("example"), view_of(plain))), to_hex(example));
    const auto opened = vault.open(Table::log, view_of("example"), example);
    REQUIRE(opened.has_value());
    CHECK_EQ(text_of(*opened), plain);
}

TEST_CASE("O01 O02 O03 a value opens whole, in its own place, under its own key, or not at all") {
    const Vault vault(counting_keys());
    const auto key = view_of("example");
    const auto sealed = vault.close(Table::log, key, view_of(plain));
    CHECK(!vault.open(Table::late_parts, key, sealed));
    CHECK(!vault.open(Table::records, key, sealed));
    CHECK(!vault.open(Table::log, view_of("examplf"), sealed));
    CHECK(!vault.open(Table::log, view_of("exampl"), sealed));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes flipped = sealed;
        flipped[bit / 8] ^= std::uint8_t(1u << bit % 8);
        CHECK(!vault.open(Table::log, key, flipped));
    }
    for (std::size_t size = 1; size < sealed.size(); ++size) {
        CHECK(!vault.open(Table::log, key, ByteView(sealed).first(size)));
    }
    Bytes longer = sealed;
    longer.push_back(0);
    CHECK(!vault.open(Table::log, key, longer));
}

TEST_CASE("nonces differ wherever anything differs, and an empty value stays empty") {
    Vault vault(counting_keys());
    const auto nonce = [&](Table table, std::string_view key, std::string_view value) {
        const auto sealed = vault.close(table, view_of(key), view_of(value));
        return Bytes(sealed.begin(), sealed.begin() + Nonce24::size);
    };
    CHECK(nonce(Table::log, "ab", "c") == nonce(Table::log, "ab", "c"));
    CHECK(nonce(Table::log, "ab", "c") != nonce(Table::log, "a", "bc"));
    CHECK(nonce(Table::log, "ab", "c") != nonce(Table::late_parts, "ab", "c"));
    CHECK(nonce(Table::log, "ab", "c") != nonce(Table::records, "ab", "c"));
    CHECK(nonce(Table::log, "ab", "c") != nonce(Table::log, "ab", "d"));
    CHECK(vault.close(Table::log, view_of("ab"), {}).empty());
    CHECK(vault.open(Table::log, view_of("ab"), {}) == Bytes{});
    vault.lock();
    CHECK(vault.can_open(Table::log));
    CHECK(!vault.can_open(Table::records));
}
