#include "storage/versions.h"

namespace staffroom {
namespace {

constexpr std::string_view version_prefix = "version";
constexpr std::string_view unfinished_prefix = "unfinished";

Bytes numbered(std::string_view prefix, std::uint32_t version) {
    Bytes key = copy_of(view_of(prefix));
    append_be32(key, version);
    return key;
}

std::optional<std::uint32_t> number_behind(ReadTxn& txn, std::string_view prefix) {
    std::optional<std::uint32_t> number;
    txn.scan_keys(Table::meta, view_of(prefix), [&](ByteView key) {
        if (key.size() == prefix.size() + 4) number = read_be32(key.last(4));
        return true;
    });
    return number;
}

// A bounded part of the step that is under way, or the beginning of the next. Nothing when there is none.
Result<std::optional<Moved>> go_on(WriteTxn& txn, std::uint32_t version, const std::vector<UpgradeStep>& steps) {
    auto from = unfinished_upgrade(txn);
    if (!from) {
        from = version_of(txn);
        if (!from || *from >= version) return std::optional<Moved>{};
        set_version(txn, *from + 1);
        mark_unfinished(txn, *from);
    }
    Moved moved;
    for (const auto& each : steps) {
        if (each.from != *from) continue;
        const auto further = each.step(txn);
        if (!further) return further.error();
        moved = *further;
    }
    if (moved.done == moved.all) txn.erase_all(Table::meta, view_of(unfinished_prefix));
    return std::optional(moved);
}

}  // namespace

std::optional<std::uint32_t> version_of(ReadTxn& txn) { return number_behind(txn, version_prefix); }

void set_version(WriteTxn& txn, std::uint32_t version) {
    txn.erase_all(Table::meta, view_of(version_prefix));
    txn.put(Table::meta, numbered(version_prefix, version), {});
}

std::optional<std::uint32_t> unfinished_upgrade(ReadTxn& txn) { return number_behind(txn, unfinished_prefix); }

void mark_unfinished(WriteTxn& txn, std::uint32_t from) { txn.put(Table::meta, numbered(unfinished_prefix, from), {}); }

Result<> upgrade(Store& store, std::uint32_t version, const std::vector<UpgradeStep>& steps,
                 const WatchUpgrade& watch) {
    for (std::optional<Moved> moved = Moved{}; moved;) {
        const auto done = store.write([&](WriteTxn& txn) -> Result<> {
            const auto further = go_on(txn, version, steps);
            if (!further) return further.error();
            moved = *further;
            return Done{};
        });
        if (!done) return done;
        if (moved && watch) watch(*moved);
    }
    return Done{};
}

}  // namespace staffroom
