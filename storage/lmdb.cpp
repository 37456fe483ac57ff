#include "storage/lmdb.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <tuple>

#include "storage/cores.h"
#include "storage/disk.h"
#include "storage/pages.h"

namespace staffroom {
namespace {

MDB_val val_of(ByteView bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }
ByteView bytes_of(const MDB_val& value) { return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size}; }

Error damaged_store() {
    return {Code::io, "The storage file is damaged.",
            "Run: staffroom repair. What cannot be saved is fetched again from your colleagues."};
}

struct Cursor {
    Cursor(MDB_txn* txn, MDB_dbi table) : code(mdb_cursor_open(txn, table, &raw)) {}
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    ~Cursor() {
        if (raw) mdb_cursor_close(raw);
    }
    // Moves; false at the end or after a failure, which `code` tells.
    bool move(MDB_cursor_op op, ByteView to = {}) {
        if (code == 0 && op == MDB_SET_RANGE) key = val_of(to);
        if (code == 0) code = mdb_cursor_get(raw, &key, &value, op);
        return code == 0;
    }
    bool ended() const { return code == MDB_NOTFOUND; }

    MDB_cursor* raw = nullptr;
    int code;
    MDB_val key{}, value{};
};

}  // namespace

class LmdbStore::Txn final : public WriteTxn {
  public:
    Txn(LmdbStore& store, MDB_txn* raw, bool writable) : store_(store), raw_(raw), writable_(writable) {
        ++store_.depth_;
        if (writable) store_.writing_ = true;
    }
    ~Txn() override {
        if (raw_) mdb_txn_abort(raw_);
        --store_.depth_;
        if (writable_) store_.writing_ = false;
    }
    using ReadTxn::scan_keys;
    Txn(const Txn&) = delete;
    Txn& operator=(const Txn&) = delete;

    std::optional<Bytes> get(Table table, ByteView key) override {
        const auto value = may_open(table) ? sealed(table, key) : std::nullopt;
        return value ? open(table, key, *value) : std::nullopt;
    }

    std::optional<Bytes> get_if_sound(Table table, ByteView key) override {
        const auto value = may_open(table) ? sealed(table, key) : std::nullopt;
        return value ? store_.vault_.open(table, key, *value) : std::nullopt;
    }

    bool has(Table table, ByteView key) override { return !failure_ && sealed(table, key); }

    std::optional<std::size_t> size_of(Table table, ByteView key) override {
        const auto value = failure_ ? std::nullopt : sealed(table, key);
        return value ? std::optional(value->size() - std::min(value->size(), Vault::overhead)) : std::nullopt;
    }

    void scan(Table table, ByteView prefix, ByteView from, const Visit& visit) override {
        if (!may_open(table)) return;
        walk(table, prefix, from, [&](ByteView key, ByteView sealed) {
            const auto value = open(table, key, sealed);
            return value && visit(key, *value);
        });
    }

    void scan_keys(Table table, ByteView prefix, ByteView from, const VisitKey& visit) override {
        walk(table, prefix, from, [&](ByteView key, ByteView) { return visit(key); });
    }

    void scan_keys_back(Table table, ByteView prefix, ByteView before, const VisitKey& visit) override {
        if (failure_) return;
        Cursor cursor(raw_, dbi(table));
        auto bound = end_of_prefix(prefix);
        if (!before.empty() && (!bound || copy_of(before) < *bound)) bound = copy_of(before);
        bool found;
        if (bound && cursor.move(MDB_SET_RANGE, *bound)) {
            found = cursor.move(MDB_PREV);
        } else {
            if (bound && cursor.ended()) cursor.code = 0;  // everything is before the bound
            found = cursor.move(MDB_LAST);
        }
        for (; found; found = cursor.move(MDB_PREV)) {
            if (!begins_with(bytes_of(cursor.key), prefix) || !visit(bytes_of(cursor.key)) || failure_) return;
        }
        if (!cursor.ended()) succeeded(cursor.code);
    }

    std::size_t count(Table table) override {
        MDB_stat stat{};
        if (failure_ || !succeeded(mdb_stat(raw_, dbi(table), &stat))) return 0;
        return stat.ms_entries;
    }

    bool failed() const override { return failure_.has_value(); }

    void put(Table table, ByteView key, ByteView value) override {
        assert(writable_ && !key.empty() && key.size() <= key_bytes_max);
        if (failure_ || (!value.empty() && !may_open(table))) return;
        const auto sealed = store_.vault_.close(table, key, value);
        auto k = val_of(key);
        auto v = val_of(sealed);
        int code = MDB_KEYEXIST;
        if (traits_of(table).is_appended) code = mdb_put(raw_, dbi(table), &k, &v, MDB_APPEND);
        if (code == MDB_KEYEXIST) code = mdb_put(raw_, dbi(table), &k, &v, 0);
        succeeded(code);
    }

    void put_all(Table table, std::size_t count, const MakeRow& make) override {
        assert(writable_);
        constexpr std::size_t rows_at_once = 1'024, rows_per_thread = 64;
        // It stays where the last row went, so that the next is not looked for from the root when it is a neighbour.
        Cursor cursor(raw_, dbi(table));
        succeeded(cursor.code);
        const bool can_open = store_.vault_.can_open(table);
        for (std::size_t first = 0; first < count && !failure_; first += rows_at_once) {
            std::vector<std::pair<Bytes, Bytes>> rows(std::min(rows_at_once, count - first));
            const auto make_row = [&](std::size_t i) {
                auto& [key, value] = rows[i];
                std::tie(key, value) = make(first + i);
                if (can_open) value = store_.vault_.close(table, key, value);
            };
            make_on_all_cores(rows_per_thread, rows.size(), make_row, [&](std::size_t i) {
                const auto& [key, value] = rows[i];
                assert(key.size() <= key_bytes_max);
                if (key.empty() || failure_ || (!value.empty() && !may_open(table))) return;
                auto k = val_of(key);
                auto v = val_of(value);
                int code = MDB_KEYEXIST;
                if (traits_of(table).is_appended) code = mdb_cursor_put(cursor.raw, &k, &v, MDB_APPEND);
                if (code == MDB_KEYEXIST) code = mdb_cursor_put(cursor.raw, &k, &v, 0);
                succeeded(code);
            });
        }
    }

    void erase(Table table, ByteView key) override {
        assert(writable_ && !key.empty());
        if (failure_) return;
        auto k = val_of(key);
        succeeded(mdb_del(raw_, dbi(table), &k, nullptr));
    }

    void empty(Table table) override {
        assert(writable_);
        if (!failure_) succeeded(mdb_drop(raw_, dbi(table), 0));
    }

    // The LMDB code of the first failure, 0 for one of ours.
    int code() const { return code_; }
    const std::optional<Error>& failure() const { return failure_; }

    int commit() { return mdb_txn_commit(std::exchange(raw_, nullptr)); }

    // As scan(), over values that do not open too.
    Result<std::optional<Bytes>> examine(Table table, ByteView after, std::size_t most, const Look& look) {
        std::optional<Bytes> last;
        if (!may_open(table)) return *failure_;
        walk(table, {}, after, [&](ByteView key, ByteView sealed) {
            if (!after.empty() && std::equal(key.begin(), key.end(), after.begin(), after.end())) return true;
            if (most-- == 0) return false;
            look(key, store_.vault_.open(table, key, sealed));
            last = copy_of(key);
            return true;
        });
        if (failure_) return *failure_;
        return last;
    }

  private:
    MDB_dbi dbi(Table table) const { return store_.tables_[static_cast<std::size_t>(table)]; }

    // Remembers the first failure. Not finding something is none.
    bool succeeded(int code) {
        if (code == 0) return true;
        if (code != MDB_NOTFOUND && !failure_) {
            code_ = code;
            failure_ = store_.error_of(code);
        }
        return false;
    }

    std::optional<ByteView> sealed(Table table, ByteView key) {
        auto k = val_of(key);
        MDB_val value;
        return succeeded(mdb_get(raw_, dbi(table), &k, &value)) ? std::optional(bytes_of(value)) : std::nullopt;
    }

    bool may_open(Table table) {
        if (!failure_ && !store_.vault_.can_open(table)) {
            failure_ = Error{Code::refused, "The profile is locked.", "Unlock it with your passphrase."};
        }
        return !failure_;
    }

    std::optional<Bytes> open(Table table, ByteView key, ByteView sealed) {
        auto value = store_.vault_.open(table, key, sealed);
        if (!value && !failure_) {
            failure_ = Error{Code::io, "A stored value is damaged (" + std::string(traits_of(table).name) + ").",
                             "Run: staffroom verify, then staffroom repair."};
        }
        return value;
    }

    template <class Step>
    void walk(Table table, ByteView prefix, ByteView from, const Step& step) {
        if (failure_) return;
        Cursor cursor(raw_, dbi(table));
        const auto first = copy_of(from) < copy_of(prefix) ? prefix : from;
        bool found = first.empty() ? cursor.move(MDB_FIRST) : cursor.move(MDB_SET_RANGE, first);
        for (; found; found = cursor.move(MDB_NEXT)) {
            if (!begins_with(bytes_of(cursor.key), prefix) || !step(bytes_of(cursor.key), bytes_of(cursor.value)))
                return;
            if (failure_) return;
        }
        if (!cursor.ended()) succeeded(cursor.code);
    }

    LmdbStore& store_;
    MDB_txn* raw_;
    bool writable_;
    int code_ = 0;
    std::optional<Error> failure_;
};

LmdbStore::LmdbStore(const LmdbOptions& options, std::unique_ptr<OpenFolder> open_folder)
    : folder_(options.folder),
      reserve_(options.reserve),
      open_folder_(std::move(open_folder)),
      vault_(options.keys),
      process_(::getpid()) {}

LmdbStore::~LmdbStore() {
    // In a forked child closing would clear the parent's readers; the memory goes with the process.
    if (environment_ && !is_forked()) mdb_env_close(environment_);
}

Result<std::unique_ptr<LmdbStore>> LmdbStore::open(const LmdbOptions& options) {
    const auto file = options.folder / "data.mdb";
    std::error_code ignored;
    if (!options.may_create && std::filesystem::file_size(file, ignored) + 1 <= 1) {
        return {Code::io, "The storage file " + file.string() + " is missing or empty.",
                "Put it back from a backup: staffroom restore."};
    }
    if (auto made = make_folder(options.folder); !made) return made.error();
    if (auto long_enough = pages::check_length(file); !long_enough) return long_enough.error();
    auto open_folder = OpenFolder::make(options.folder);
    if (!open_folder) {
        return {Code::busy, "This profile is open already.", "Close the other window or command first."};
    }
    std::unique_ptr<LmdbStore> store(new LmdbStore(options, std::move(open_folder)));
    if (auto opened = store->open_environment(options.map_bytes); !opened) return opened.error();
    if (auto opened = store->open_tables(options); !opened) return opened.error();
    return store;
}

Result<> LmdbStore::open_environment(std::size_t map_bytes) {
    if (const int code = mdb_env_create(&environment_)) return error_of(code);
    mdb_env_set_mapsize(environment_, map_bytes);
    mdb_env_set_maxdbs(environment_, 64);
    if (const int code = mdb_env_open(environment_, folder_.c_str(), MDB_NOTLS, 0600)) {
        return code == ENOENT ? damaged_store() : error_of(code);
    }
    forget_dead_readers();
    return Done{};
}

int LmdbStore::open_handles(MDB_txn* raw, unsigned flags) {
    int code = 0;
    for (std::size_t i = 0; i < tables_count && code == 0; ++i) {
        code = mdb_dbi_open(raw, traits_of(static_cast<Table>(i)).name.data(), flags, &tables_[i]);
    }
    return code;
}

Result<> LmdbStore::open_tables(const LmdbOptions& options) {
    // First without writing, so that a later version's file stays as it is.
    bool fresh = true, current = false;
    {
        auto raw = begin(false);
        if (!raw) return raw.error();
        const int code = mdb_dbi_open(*raw, traits_of(Table::meta).name.data(), 0, &tables_[0]);
        if (code != 0 && code != MDB_NOTFOUND) return mdb_txn_abort(*raw), error_of(code);
        if (code == 0) {
            Txn txn(*this, *raw, false);
            fresh = false;
            const auto version = version_of(txn);
            const bool whole = !unfinished_upgrade(txn);
            if (txn.failure()) return *txn.failure();
            if (!version) return damaged_store();
            if (*version > options.version) {
                return {Code::refused, "This profile was last used by a newer version of Staffroom.",
                        "Install the newer version on this computer. Nothing was changed."};
            }
            current = open_handles(*raw, 0) == 0 && whole && *version == options.version;
            if (const int failed = txn.commit()) return error_of(failed);
        } else {
            mdb_txn_abort(*raw);
        }
    }
    if (current) return Done{};
    {
        auto raw = begin(true);
        if (!raw) return raw.error();
        Txn txn(*this, *raw, true);
        if (const int code = open_handles(*raw, MDB_CREATE)) return error_of(code);
        if (fresh) set_version(txn, options.version);
        if (txn.failure()) return *txn.failure();
        if (const int code = txn.commit()) return error_of(code);
    }
    return fresh ? Result<>(Done{}) : upgrade(*this, options.version, options.upgrades, options.on_upgrade);
}

Result<MDB_txn*> LmdbStore::begin(bool writable) {
    if (is_forked()) {
        return {Code::refused, "This process was split off from the one that opened the profile.",
                "Open the profile again in this process."};
    }
    const unsigned flags = writable ? 0 : MDB_RDONLY;
    MDB_txn* raw = nullptr;
    int code = environment_ ? mdb_txn_begin(environment_, nullptr, flags, &raw) : MDB_PANIC;
    if (code == MDB_MAP_RESIZED && depth_ == 0) {
        code = mdb_env_set_mapsize(environment_, 0);
        if (code == 0) code = mdb_txn_begin(environment_, nullptr, flags, &raw);
    }
    if (code == MDB_PANIC && depth_ == 0) {
        if (auto opened = reopen(); !opened) return opened.error();
        code = mdb_txn_begin(environment_, nullptr, flags, &raw);
    }
    if (code != 0) return error_of(code);
    return raw;
}

// When the one page that makes a transaction count could not be written, LMDB gives its environment up.
Result<> LmdbStore::reopen() {
    MDB_envinfo info{};
    if (environment_) {
        mdb_env_info(environment_, &info);
        map_bytes_ = info.me_mapsize;
        mdb_env_close(std::exchange(environment_, nullptr));
    }
    if (auto opened = open_environment(map_bytes_); !opened) {
        mdb_env_close(std::exchange(environment_, nullptr));
        return opened;
    }
    MDB_txn* raw = nullptr;
    int code = mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &raw);
    if (code != 0) return error_of(code);
    code = open_handles(raw, 0);
    const int committed = mdb_txn_commit(raw);
    if (code != 0 || committed != 0) return error_of(code != 0 ? code : committed);
    return Done{};
}

Result<> LmdbStore::read(const Read& step) {
    assert(!writing_);
    auto raw = begin(false);
    if (!raw) return raw.error();
    Txn txn(*this, *raw, false);
    auto result = step(txn);
    if (txn.failure()) return *txn.failure();
    return result;
}

Result<> LmdbStore::write(const Write& step) {
    assert(depth_ == 0);
    for (;;) {
        if (stopped_) return *stopped_;
        int code = 0;
        {
            auto raw = begin(true);
            if (!raw) return raw.error();
            Txn txn(*this, *raw, true);
            auto result = step(txn);
            code = txn.code();
            if (code == 0 && txn.failure()) return *txn.failure();
            if (code == 0 && !result) return result;
            if (code == 0) code = txn.commit();
            if (code == 0) return result;
        }
        if (code == MDB_MAP_FULL) {
            if (auto grown = grow(); !grown) return grown;
        } else if (!is_disk_full(code, folder_) || reserve_.empty() || !release_reserve(reserve_)) {
            return refuse_after(code);
        }
    }
}

Error LmdbStore::refuse_after(int code) {
    auto error = error_of(code);
    if (code > 0 && !is_disk_full(code, folder_)) {
        stopped_ = Error{Code::io, "The disk failed while saving, so nothing more is saved. " + error.say,
                         "Copy your work elsewhere, check the disk, then start the program again."};
        return *stopped_;
    }
    return error;
}

Result<> LmdbStore::grow() {
    MDB_envinfo info{};
    mdb_env_info(environment_, &info);
    if (const int code = mdb_env_set_mapsize(environment_, info.me_mapsize * 2)) return error_of(code);
    return Done{};
}

Result<std::optional<Bytes>> LmdbStore::examine(Table table, ByteView after, std::size_t most, const Look& look) {
    auto raw = begin(false);
    if (!raw) return raw.error();
    return Txn(*this, *raw, false).examine(table, after, most, look);
}

Result<> LmdbStore::copy_to(const std::filesystem::path& file) {
    auto raw = begin(false);
    if (!raw) return raw.error();
    mdb_txn_abort(*raw);
    const Descriptor copy(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!copy.is_open()) {
        if (errno == EEXIST) return {Code::refused, file.string() + " exists already.", "Choose another name."};
        return disk_error(errno, file);
    }
    int code = mdb_env_copyfd2(environment_, copy.number(), 0);
    if (code == 0 && ::fsync(copy.number()) != 0) code = errno;
    if (code != 0) {
        ::unlink(file.c_str());
        return code > 0 ? disk_error(code, file) : error_of(code);
    }
    return sync_folder(file.parent_path());
}

void LmdbStore::forget_dead_readers() {
    int dead = 0;
    if (!is_forked()) mdb_reader_check(environment_, &dead);
}

std::uint64_t LmdbStore::writes() const {
    MDB_envinfo info{};
    mdb_env_info(environment_, &info);
    return info.me_last_txnid;
}

Result<StoreStats> LmdbStore::stats() {
    StoreStats stats;
    auto counted = read([&](ReadTxn& txn) -> Result<> {
        for (std::size_t i = 0; i < tables_count; ++i) stats.entries[i] = txn.count(static_cast<Table>(i));
        return Done{};
    });
    if (!counted) return counted.error();
    MDB_envinfo info{};
    mdb_env_info(environment_, &info);
    stats.map_bytes = info.me_mapsize;
    struct stat status {};
    if (::stat((folder_ / "data.mdb").c_str(), &status) != 0) return disk_error(errno, folder_);
    stats.file_bytes = static_cast<std::uint64_t>(status.st_size);
    return stats;
}

Error LmdbStore::error_of(int code) const {
    switch (code) {
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_INVALID:
        case MDB_INCOMPATIBLE:
            return damaged_store();
        case MDB_VERSION_MISMATCH:
            return {Code::refused, "This profile was last used by a newer version of Staffroom.",
                    "Install the newer version on this computer. Nothing was changed."};
        case MDB_READERS_FULL:
            return {Code::busy, "The storage is being read by too many at once.", "Try again."};
        default:
            if (code > 0) return disk_error(code, folder_);
            return {Code::io, std::string("The storage cannot go on: ") + mdb_strerror(code) + ".",
                    "Start the program again."};
    }
}

bool LmdbStore::is_forked() const { return process_ != ::getpid(); }

}  // namespace staffroom
