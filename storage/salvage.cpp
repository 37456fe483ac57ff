#include "storage/salvage.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "storage/clustering.h"
#include "storage/pages.h"

namespace staffroom {
namespace {

constexpr std::size_t entries_per_write = 5'000;

// Values of these never change under their key, so that an old page is as good as a new one.
constexpr Table constant_tables[] = {Table::log,    Table::late_parts, Table::chunks,  Table::profile, Table::groups,
                                     Table::epochs, Table::invites,    Table::waiting, Table::commits, Table::parts};

std::optional<Table> table_named(std::string_view name) {
    for (std::size_t i = 0; i < tables_count; ++i) {
        if (traits_of(static_cast<Table>(i)).name == name) return static_cast<Table>(i);
    }
    return std::nullopt;
}

// Writes entries in batches, so that memory stays bounded.
class Copy {
  public:
    explicit Copy(LmdbStore& store) : store_(store) {}

    void add(Table table, ByteView key, Bytes value) {
        batch_.push_back({table, copy_of(key), std::move(value)});
        if (batch_.size() >= entries_per_write) flush();
    }
    // Adds only what is not there yet.
    void add_missing(Table table, ByteView key, Bytes value, std::uint64_t& added) {
        bool there = false;
        flush_if_held(table, key);
        const auto looked = store_.read([&](ReadTxn& txn) -> Result<> {
            there = txn.has(table, key);
            return Done{};
        });
        if (!looked || there) return;
        ++added;
        add(table, key, std::move(value));
    }
    void flush() {
        if (batch_.empty() || failure_) return;
        const auto written = store_.write([&](WriteTxn& txn) -> Result<> {
            for (const auto& entry : batch_) txn.put(entry.table, entry.key, entry.value);
            return Done{};
        });
        if (!written) failure_ = written.error();
        batch_.clear();
    }
    const std::optional<Error>& failure() const { return failure_; }

  private:
    struct Entry {
        Table table;
        Bytes key;
        Bytes value;
    };
    void flush_if_held(Table table, ByteView key) {
        for (const auto& entry : batch_) {
            if (entry.table == table && std::equal(entry.key.begin(), entry.key.end(), key.begin(), key.end())) flush();
            if (batch_.empty()) return;
        }
    }

    LmdbStore& store_;
    std::vector<Entry> batch_;
    std::optional<Error> failure_;
};

bool is_key(ByteView key) { return !key.empty() && key.size() <= key_bytes_max; }

Result<> exchange(const std::filesystem::path& fresh, const std::filesystem::path& old) {
    // RENAME_EXCHANGE: both names change hands at once.
    if (::syscall(SYS_renameat2, AT_FDCWD, fresh.c_str(), AT_FDCWD, old.c_str(), 2u) != 0)
        return disk_error(errno, old);
    return sync_folder(old.parent_path());
}

std::filesystem::path free_name(const std::filesystem::path& store) {
    for (int number = 1;; ++number) {
        auto name = store;
        name += ".damaged-" + std::to_string(number);
        std::error_code ignored;
        if (!std::filesystem::exists(name, ignored)) return name;
    }
}

}  // namespace

Result<Salvaged> salvage(const OwnerLock& owner, const StorageKeys& keys) {
    const ProfileLayout layout(owner.root());
    auto fresh = layout.store;
    fresh += ".new";
    std::error_code ignored;
    std::filesystem::remove_all(fresh, ignored);  // of a try that was interrupted

    Salvaged done;
    {
        auto store = LmdbStore::open({.folder = fresh, .keys = keys, .upgrades = {}});
        if (!store) return store.error();
        const Vault vault(keys);
        Copy copy(**store);
        const auto survey = pages::walk(layout.store_file, [&](std::string_view name, ByteView key, ByteView sealed) {
            const auto table = table_named(name);
            if (!table || !is_key(key) || (*table == Table::meta && begins_with(key, view_of("version")))) return;
            auto value = vault.open(*table, key, sealed);
            if (!value) {
                ++done.unopened;
                return;
            }
            ++done.saved;
            copy.add(*table, key, std::move(*value));
        });
        if (survey) done.bad_pages = survey->bad_pages;
        copy.flush();
        if (!survey || !survey->is_sound() || done.unopened > 0) {
            const auto searched = pages::scavenge(layout.store_file, [&](ByteView key, ByteView sealed) {
                if (sealed.empty() || !is_key(key)) return;
                for (const auto table : constant_tables) {
                    if (auto value = vault.open(table, key, sealed)) {
                        return copy.add_missing(table, key, std::move(*value), done.found_again);
                    }
                }
            });
            if (!searched) return searched.error();
            copy.flush();
        }
        if (copy.failure()) return *copy.failure();
        const auto marked = (*store)->write([](WriteTxn& txn) -> Result<> { return cluster_anew(txn), Done{}; });
        if (!marked) return marked.error();
    }
    if (done.saved + done.found_again == 0) {
        std::filesystem::remove_all(fresh, ignored);
        return {Code::io, "Nothing could be saved from the storage file " + layout.store_file.string() + ".",
                "Put it back from a backup, or begin anew and join your groups again."};
    }
    if (auto made = make_folder(layout.store); !made) return made.error();
    if (auto exchanged = exchange(fresh, layout.store); !exchanged) return exchanged.error();
    done.kept = free_name(layout.store);
    std::filesystem::rename(fresh, done.kept, ignored);
    return done;
}

}  // namespace staffroom
