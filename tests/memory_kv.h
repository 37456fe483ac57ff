// The store as maps: for the simulator and for tests that are not about disks. A crash is dropping the object between
// two writes: what `write` returned ok for is in `tables`, nothing else is.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <map>

#include "storage/kv.h"

namespace staffroom {

class MemoryStore final : public Store {
  public:
    using Tables = std::array<std::map<Bytes, Bytes>, tables_count>;

    Result<> read(const Read& step) override {
        Txn txn(*this, false);
        auto result = step(txn);
        if (txn.failed()) return txn.failure();
        return result;
    }

    Result<> write(const Write& step) override {
        assert(!writing_);
        if (disk_full) return {Code::io, "Disk full.", "Free some space and try again."};
        writing_ = true;
        Txn txn(*this, true);
        auto result = step(txn);
        if (txn.failed()) result = txn.failure();
        if (!result) txn.undo();
        writing_ = false;
        return result;
    }

    bool is_locked() const override { return locked; }

    Tables tables;
    bool locked = false;
    bool disk_full = false;

  private:
    class Txn final : public WriteTxn {
      public:
        Txn(MemoryStore& store, bool writable) : store_(store), writable_(writable) {}

        std::optional<Bytes> get(Table table, ByteView key) override {
            if (!is_open(table)) return std::nullopt;
            const auto found = of(table).find(copy_of(key));
            return found == of(table).end() ? std::nullopt : std::optional(found->second);
        }
        bool has(Table table, ByteView key) override { return of(table).contains(copy_of(key)); }
        std::optional<std::size_t> size_of(Table table, ByteView key) override {
            const auto found = of(table).find(copy_of(key));
            return found == of(table).end() ? std::nullopt : std::optional(found->second.size());
        }
        void scan(Table table, ByteView prefix, ByteView from, const Visit& visit) override {
            if (!is_open(table)) return;
            const auto& map = of(table);
            for (auto at = map.lower_bound(std::max(copy_of(prefix), copy_of(from))); at != map.end(); ++at) {
                if (!begins_with(at->first, prefix) || !visit(at->first, at->second)) return;
            }
        }
        void scan_keys(Table table, ByteView prefix, ByteView from, const VisitKey& visit) override {
            const auto& map = of(table);
            for (auto at = map.lower_bound(std::max(copy_of(prefix), copy_of(from))); at != map.end(); ++at) {
                if (!begins_with(at->first, prefix) || !visit(at->first)) return;
            }
        }
        void scan_keys_back(Table table, ByteView prefix, ByteView before, const VisitKey& visit) override {
            const auto& map = of(table);
            auto at = map.end();
            if (const auto end = end_of_prefix(prefix)) at = map.lower_bound(*end);
            if (!before.empty()) {
                const auto bound = map.lower_bound(copy_of(before));
                if (at == map.end() || (bound != map.end() && bound->first < at->first)) at = bound;
            }
            while (at != map.begin()) {
                --at;
                if (!begins_with(at->first, prefix) || !visit(at->first)) return;
            }
        }
        std::size_t count(Table table) override { return of(table).size(); }
        bool failed() const override { return locked_out_; }

        void put(Table table, ByteView key, ByteView value) override {
            assert(writable_ && !key.empty() && key.size() <= key_bytes_max);
            if (locked_out_ || (!value.empty() && !is_open(table))) return;
            remember(table, key);
            of(table)[copy_of(key)] = copy_of(value);
        }
        void erase(Table table, ByteView key) override {
            assert(writable_);
            if (locked_out_) return;
            remember(table, key);
            of(table).erase(copy_of(key));
        }

        static Result<> failure() {
            return {Code::refused, "The profile is locked.", "Unlock it with your passphrase."};
        }
        void undo() {
            for (auto& [where, value] : before_) {
                auto& map = of(where.first);
                if (value) {
                    map[where.second] = *value;
                } else {
                    map.erase(where.second);
                }
            }
        }

      private:
        std::map<Bytes, Bytes>& of(Table table) { return store_.tables[static_cast<std::size_t>(table)]; }
        bool is_open(Table table) {
            if (store_.locked && traits_of(table).key == SealedBy::view) locked_out_ = true;
            return !locked_out_;
        }
        void remember(Table table, ByteView key) {
            const auto found = of(table).find(copy_of(key));
            before_.try_emplace({table, copy_of(key)},
                                found == of(table).end() ? std::nullopt : std::optional(found->second));
        }

        MemoryStore& store_;
        bool writable_;
        bool locked_out_ = false;
        std::map<std::pair<Table, Bytes>, std::optional<Bytes>> before_;
    };

    bool writing_ = false;
};

}  // namespace staffroom
