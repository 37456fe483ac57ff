#include "storage/lmdb.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "tests/disposable.h"
#include "tests/memory_kv.h"

using namespace staffroom;

namespace {

StorageKeys some_keys() {
    StorageKeys keys;
    keys.sync.bytes.fill(1);
    keys.view.bytes.fill(2);
    return keys;
}

LmdbOptions at(const std::filesystem::path& folder) { return {.folder = folder, .keys = some_keys(), .upgrades = {}}; }

std::unique_ptr<LmdbStore> opened(const LmdbOptions& options) {
    auto store = LmdbStore::open(options);
    if (!store) FAIL(store.error().say);
    return std::move(*store);
}

Bytes bytes(std::string_view text) { return copy_of(view_of(text)); }

void put(Store& store, std::string_view key, std::string_view value, Table table = Table::late_parts) {
    const auto done = store.write([&](WriteTxn& txn) -> Result<> {
        txn.put(table, view_of(key), view_of(value));
        return Done{};
    });
    CHECK(done.ok());
}

std::string value_of(Store& store, std::string_view key, Table table = Table::late_parts) {
    std::string value = "(none)";
    const auto done = store.read([&](ReadTxn& txn) -> Result<> {
        if (const auto found = txn.get(table, view_of(key))) value = text_of(*found);
        return Done{};
    });
    return done.ok() ? value : "(" + done.error().say + ")";
}

Bytes whole(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Random steps, applied to two stores alike.
class Steps {
  public:
    explicit Steps(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return random_() % bound; }
    Table table() {
        constexpr Table some[] = {Table::late_parts, Table::heads, Table::texts, Table::log};
        return some[below(4)];
    }
    // Few short keys, among them prefixes of others and 0xFF at the end.
    Bytes key() {
        Bytes key(1 + below(3));
        for (auto& byte : key) byte = std::uint8_t(below(2) ? below(4) : 255 - below(2));
        return key;
    }
    Bytes value() {
        Bytes value(below(8) == 0 ? below(9000) : below(40));
        for (auto& byte : value) byte = std::uint8_t(random_());
        return value;
    }
    Bytes maybe_key() { return below(3) ? key() : Bytes{}; }

  private:
    std::mt19937_64 random_;
};

using Seen = std::vector<std::pair<Bytes, Bytes>>;

// What every kind of read finds.
Seen look(ReadTxn& txn, Steps steps) {
    Seen seen;
    for (int i = 0; i < 6; ++i) {
        const auto table = steps.table();
        const auto prefix = steps.maybe_key(), from = steps.maybe_key(), key = steps.key();
        auto most = 1 + steps.below(20);
        if (const auto value = txn.get(table, key)) seen.emplace_back(key, *value);
        if (txn.has(table, key)) seen.emplace_back(key, bytes("has"));
        if (const auto size = txn.size_of(table, key)) seen.emplace_back(key, bytes(std::to_string(*size)));
        txn.scan(table, prefix, from, [&](ByteView k, ByteView v) {
            seen.emplace_back(copy_of(k), copy_of(v));
            return --most > 0;
        });
        txn.scan_keys(table, prefix, [&](ByteView k) {
            seen.emplace_back(copy_of(k), bytes("key"));
            return true;
        });
        txn.scan_keys_back(table, prefix, from, [&](ByteView k) {
            seen.emplace_back(copy_of(k), bytes("back"));
            return true;
        });
        seen.emplace_back(txn.last_key(table, prefix).value_or(bytes("none")), bytes("last"));
        seen.emplace_back(Bytes{}, bytes(std::to_string(txn.count(table))));
    }
    return seen;
}

}  // namespace

TEST_CASE("the store on disk and a map stay equal through random transactions, aborts and crashes") {
    Disposable folder;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        Steps steps(seed);
        const auto options = at(folder.path() / std::to_string(seed));
        auto disk = opened(options);
        MemoryStore memory;
        for (int round = 0; round < 40; ++round) {
            CAPTURE(round);
            const auto same = steps.below(1u << 30);
            const bool aborts = steps.below(4) == 0;
            std::vector<Seen> seen;
            for (Store* store : {static_cast<Store*>(disk.get()), static_cast<Store*>(&memory)}) {
                const auto done = store->write([&](WriteTxn& txn) -> Result<> {
                    Steps inner(same);
                    const auto writes = inner.below(12);
                    for (std::size_t i = 0; i < writes; ++i) {
                        const auto table = inner.table();
                        const auto key = inner.key();
                        const auto kind = inner.below(16);
                        if (kind == 0) {
                            txn.erase_all(table, inner.maybe_key());
                        } else if (kind < 5) {
                            txn.erase(table, key);
                        } else if (kind == 5) {
                            // Enough to be sealed on several cores. Of one key the last counts.
                            std::vector<std::pair<Bytes, Bytes>> rows(inner.below(300));
                            for (auto& row : rows) row = {inner.below(8) == 0 ? Bytes{} : inner.key(), inner.value()};
                            txn.put_all(table, rows.size(), [&](std::size_t index) { return rows[index]; });
                        } else {
                            txn.put(table, key, inner.value());
                        }
                    }
                    seen.push_back(look(txn, inner));
                    if (aborts) return {Code::refused, "Changed my mind."};
                    return Done{};
                });
                CHECK_EQ(done.ok(), !aborts);
                CHECK(store
                          ->read([&](ReadTxn& txn) -> Result<> {
                              seen.push_back(look(txn, Steps(same + 1)));
                              return Done{};
                          })
                          .ok());
            }
            REQUIRE_EQ(seen.size(), 4);
            REQUIRE(seen[0] == seen[2]);
            REQUIRE(seen[1] == seen[3]);
            if (steps.below(8) == 0) {
                disk.reset();
                disk = opened(options);
            }
        }
    }
}

TEST_CASE("values come back as they were put, and lie sealed in the file") {
    Disposable folder;
    {
        auto store = opened(at(folder / "store"));
        put(*store, "a key in clear", "a value nobody may read");
        put(*store, "no value", "");
        CHECK_EQ(value_of(*store, "a key in clear"), "a value nobody may read");
    }
    auto store = opened(at(folder / "store"));
    CHECK_EQ(value_of(*store, "a key in clear"), "a value nobody may read");
    CHECK_EQ(value_of(*store, "no value"), "");
    const auto file = text_of(whole(folder / "store/data.mdb"));
    CHECK(file.find("a key in clear") != std::string::npos);
    CHECK(file.find("nobody may read") == std::string::npos);
}

TEST_CASE("with other keys the store opens and every value is damaged") {
    Disposable folder;
    put(*opened(at(folder / "store")), "key", "value");
    auto options = at(folder / "store");
    options.keys.sync.bytes.fill(9);
    CHECK_EQ(value_of(*opened(options), "key"), "(A stored value is damaged (late_parts).)");
}

TEST_CASE("a locked profile receives and passes on, and shows nothing") {
    Disposable folder;
    auto store = opened(at(folder / "store"));
    put(*store, "a record", "what it says", Table::records);
    store->lock();
    CHECK(store->is_locked());
    CHECK_EQ(value_of(*store, "a record", Table::records), "(The profile is locked.)");
    put(*store, "a commit", "sealed by others");
    CHECK_EQ(value_of(*store, "a commit"), "sealed by others");
    const auto done = store->write([](WriteTxn& txn) -> Result<> {
        txn.put(Table::late_parts, view_of("other"), view_of("x"));
        txn.put(Table::records, view_of("a record"), view_of("y"));
        return Done{};
    });
    CHECK_EQ(done.code(), Code::refused);
    CHECK_EQ(value_of(*store, "other"), "(none)");
    const auto put_two = [&](std::string_view second) {
        return store->write([&](WriteTxn& txn) -> Result<> {
            txn.put_all(Table::mentions, 2, [&](std::size_t index) {
                return index == 0 ? std::pair(bytes("index"), Bytes{}) : std::pair(bytes("other"), bytes(second));
            });
            return Done{};
        });
    };
    CHECK_EQ(put_two("y").code(), Code::refused);
    CHECK_EQ(value_of(*store, "index", Table::mentions), "(The profile is locked.)");
    CHECK(put_two("").ok());
    store->unlock(some_keys().view);
    CHECK_EQ(value_of(*store, "a record", Table::records), "what it says");
}

TEST_CASE("D06 a full map grows and the transaction is made again, unseen") {
    Disposable folder;
    auto options = at(folder / "store");
    options.map_bytes = 256 * 1024;
    auto store = opened(options);
    int runs = 0;
    const auto done = store->write([&](WriteTxn& txn) -> Result<> {
        ++runs;
        for (std::uint32_t i = 0; i < 2000; ++i) {
            Bytes key;
            append_be32(key, i);
            txn.put(Table::late_parts, key, Bytes(1000, std::uint8_t(i)));
        }
        return Done{};
    });
    REQUIRE(done.ok());
    CHECK(runs > 1);
    const auto stats = store->stats();
    REQUIRE(stats.ok());
    CHECK(stats->map_bytes >= 2000 * 1000);
    CHECK_EQ(stats->entries[std::size_t(Table::late_parts)], 2000);
    store.reset();
    CHECK_EQ(opened(at(folder / "store"))->stats()->entries[std::size_t(Table::late_parts)], 2000);
}

TEST_CASE("D07 a store cut at any page is refused in words before it is read") {
    Disposable folder;
    {
        auto store = opened(at(folder / "store"));
        for (int i = 0; i < 60; ++i) put(*store, "key " + std::to_string(i), std::string(700, 'x'));
    }
    const auto file = folder / "store/data.mdb";
    const auto sound = whole(file);
    REQUIRE(sound.size() > 20 * 4096);
    const auto try_with = [&](ByteView content) {
        std::ofstream(file, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), std::streamsize(content.size()));
        auto options = at(folder / "store");
        options.may_create = false;
        return LmdbStore::open(options);
    };
    CHECK(try_with(sound).ok());
    for (std::size_t size = 0; size < sound.size(); size += size < 3 * 4096 ? 512 : 4096) {
        CAPTURE(size);
        const auto store = try_with(ByteView(sound).first(size));
        REQUIRE(!store.ok());
        CHECK_EQ(store.code(), Code::io);
        CHECK(store.error().advice.find("staffroom re") != std::string::npos);
    }
    CHECK_EQ(try_with(Bytes(sound.size(), 0)).code(), Code::io);
    Bytes noise = sound;
    std::mt19937 random(7);
    for (auto& byte : noise) byte = std::uint8_t(random());
    CHECK_EQ(try_with(noise).code(), Code::io);
    CHECK(try_with(sound).ok());
}

TEST_CASE("D09 the same folder is not opened twice in one process, even without its lock file") {
    Disposable folder;
    auto store = opened(at(folder / "store"));
    std::filesystem::remove(folder / "store/lock.mdb");
    CHECK_EQ(LmdbStore::open(at(folder / "store")).code(), Code::busy);
    std::filesystem::create_directory_symlink(folder / "store", folder / "alias");
    CHECK_EQ(LmdbStore::open(at(folder / "alias")).code(), Code::busy);
    store.reset();
    CHECK(LmdbStore::open(at(folder / "store")).ok());
}

TEST_CASE("D11 what a reader that died holds back is used again, so the file does not grow with every write") {
    Disposable folder;
    put(*opened(at(folder / "store")), "key", "value");
    int reading[2];
    REQUIRE_EQ(::pipe(reading), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto store = opened(at(folder / "store"));
        (void)store->read([&](ReadTxn&) -> Result<> {
            if (::write(reading[1], "+", 1) == 1) ::pause();
            return Done{};
        });
        ::_exit(1);
    }
    char plus = 0;
    REQUIRE_EQ(::read(reading[0], &plus, 1), 1);
    const auto store = opened(at(folder / "store"));
    const auto size = [&] { return store->stats()->file_bytes; };
    // Each round replaces 1 MiB, so that what no reader needs is soon as large as the bound.
    const auto write_on = [&](int rounds) {
        for (int i = 0; i < rounds; ++i) put(*store, "key", std::string(1 << 20, char('a' + i % 26)));
    };
    const auto before = size();
    write_on(40);
    const auto held_back = size();
    CHECK(held_back > before + (std::uint64_t{30} << 20));
    REQUIRE_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    REQUIRE_EQ(::waitpid(child, &status, 0), child);
    store->forget_dead_readers();
    write_on(200);
    CHECK(size() < held_back + (std::uint64_t{8} << 20));
    CHECK_EQ(value_of(*store, "key").size(), 1 << 20);
}

TEST_CASE("D18 what is looked at to open a store does not grow with it") {
    Disposable folder;
    const auto grow_to = [&](std::uint32_t from, std::uint32_t to) {
        const auto store = opened(at(folder / "store"));
        for (auto i = from; i < to; i += 100) {
            REQUIRE(store
                        ->write([&](WriteTxn& txn) -> Result<> {
                            for (auto at = i; at < i + 100; ++at) {
                                Bytes key;
                                append_be32(key, at);
                                txn.put(Table::chunks, key, Bytes(15'000, std::uint8_t(at)));
                            }
                            return Done{};
                        })
                        .ok());
        }
    };
    // Pages of the map that this process has touched, as the kernel counts them.
    const auto touched_by_opening = [&] {
        const auto store = opened(at(folder / "store"));
        std::ifstream maps("/proc/self/smaps");
        std::uint64_t kilobytes = 0;
        bool of_store = false;
        for (std::string line; std::getline(maps, line);) {
            if (line.find("rw-s") != std::string::npos || line.find("r--s") != std::string::npos)
                of_store = line.find("data.mdb") != std::string::npos;
            if (of_store && line.starts_with("Rss:")) kilobytes += std::stoull(line.substr(4));
        }
        return kilobytes;
    };
    grow_to(0, 200);
    const auto small = touched_by_opening();
    grow_to(200, 6'000);
    CHECK(std::filesystem::file_size(folder / "store/data.mdb") > std::uintmax_t{90} << 20);
    const auto large = touched_by_opening();
    CHECK(small > 0);
    CHECK(large <= small + 1024);
}

TEST_CASE("D15 a forked process is refused the parent's store and leaves it whole") {
    Disposable folder;
    auto store = opened(at(folder / "store"));
    put(*store, "key", "value");
    const pid_t child = ::fork();
    if (child == 0) {
        const auto read = store->read([](ReadTxn&) -> Result<> { return Done{}; });
        const auto written = store->write([](WriteTxn&) -> Result<> { return Done{}; });
        store.reset();
        ::_exit(!read.ok() && !written.ok() ? 0 : 1);
    }
    int status = 0;
    REQUIRE_EQ(::waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    put(*store, "key", "newer");
    CHECK_EQ(value_of(*store, "key"), "newer");
}

TEST_CASE("D16 a store of a newer version is refused and its file not touched") {
    Disposable folder;
    auto newer = at(folder / "store");
    newer.version = store_version + 1;
    put(*opened(newer), "key", "value");
    const auto before = whole(folder / "store/data.mdb");
    const auto refused = LmdbStore::open(at(folder / "store"));
    REQUIRE(!refused.ok());
    CHECK_EQ(refused.code(), Code::refused);
    CHECK(refused.error().say.find("newer version") != std::string::npos);
    CHECK(whole(folder / "store/data.mdb") == before);
    CHECK_EQ(value_of(*opened(newer), "key"), "value");
}

TEST_CASE("D17 an upgrade that stops in any transaction goes on at the next opening, and ends as if it had not") {
    Disposable folder;
    put(*opened(at(folder / "store")), "key", "old");
    int allowed = 0;
    // Three steps of three transactions each; only so many are made.
    const auto stepping = [&](int transactions) {
        allowed = transactions;
        auto options = at(folder / "store");
        options.version = store_version + 3;
        for (std::uint32_t i = 0; i < 3; ++i) {
            options.upgrades.push_back({store_version + i, [&, i](WriteTxn& txn) -> Result<Moved> {
                                            if (allowed-- == 0) return {Code::io, "Stopped."};
                                            auto longer = *txn.get(Table::late_parts, view_of("key"));
                                            longer.push_back(std::uint8_t('0' + i));
                                            txn.put(Table::late_parts, view_of("key"), longer);
                                            return Moved{longer.size() - 3 * (i + 1), 3};
                                        }});
        }
        return LmdbStore::open(options);
    };
    CHECK(!stepping(0).ok());
    CHECK_EQ(value_of(*opened(at(folder / "store")), "key"), "old");
    for (int made = 1; made < 9; ++made) {
        CHECK(!stepping(1).ok());
        CHECK_EQ(LmdbStore::open(at(folder / "store")).code(), Code::refused);
    }
    CHECK_EQ(value_of(**stepping(1), "key"), "old000111222");
    CHECK_EQ(value_of(**stepping(0), "key"), "old000111222");
}

TEST_CASE("D19 a backup is a whole store of its own") {
    Disposable folder;
    auto store = opened(at(folder / "store"));
    put(*store, "key", "value");
    std::filesystem::create_directory(folder / "copy");
    REQUIRE(store->copy_to(folder / "copy/data.mdb").ok());
    put(*store, "key", "newer");
    CHECK_EQ(store->copy_to(folder / "copy/data.mdb").code(), Code::refused);
    CHECK_EQ(value_of(*opened(at(folder / "copy")), "key"), "value");
}

TEST_CASE("every write moves the counter that tells a restored store from the one that went on") {
    Disposable folder;
    auto store = opened(at(folder / "store"));
    const auto before = store->writes();
    CHECK_EQ(value_of(*store, "key"), "(none)");
    CHECK_EQ(store->writes(), before);
    put(*store, "key", "value");
    CHECK_EQ(store->writes(), before + 1);
    store.reset();
    CHECK_EQ(opened(at(folder / "store"))->writes(), before + 1);
}
