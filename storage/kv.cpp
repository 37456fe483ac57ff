#include "storage/kv.h"

#include <algorithm>
#include <vector>

namespace staffroom {

const TableTraits& traits_of(Table table) {
    static constexpr std::array<TableTraits, tables_count> traits = {{
        {"meta", SealedBy::sync},      {"profile", SealedBy::sync},        {"groups", SealedBy::sync},
        {"commits", SealedBy::sync},   {"parts", SealedBy::sync},          {"order", SealedBy::sync},
        {"heads", SealedBy::sync},     {"waiting", SealedBy::sync},        {"waiting_for", SealedBy::sync},
        {"tree", SealedBy::sync},      {"haves", SealedBy::sync},          {"wants", SealedBy::sync},
        {"chunks", SealedBy::sync},    {"chunk_users", SealedBy::sync},    {"group_chunks", SealedBy::sync},
        {"set_aside", SealedBy::sync}, {"epochs", SealedBy::view},         {"members", SealedBy::sync},
        {"records", SealedBy::view},   {"record_commits", SealedBy::view}, {"texts", SealedBy::view},
        {"views", SealedBy::view},     {"peers", SealedBy::sync},          {"invites", SealedBy::sync},
        {"files", SealedBy::view},     {"lost", SealedBy::sync},           {"newcomers", SealedBy::sync},
        {"log", SealedBy::sync, true}, {"places", SealedBy::sync},         {"late_parts", SealedBy::sync},
        {"mentions", SealedBy::view},  {"erasures", SealedBy::sync},
    }};
    return traits.at(static_cast<std::size_t>(table));
}

bool begins_with(ByteView key, ByteView prefix) {
    return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

std::optional<Bytes> end_of_prefix(ByteView prefix) {
    Bytes end = copy_of(prefix);
    while (!end.empty() && end.back() == 0xFF) end.pop_back();
    if (end.empty()) return std::nullopt;
    ++end.back();
    return end;
}

std::optional<Bytes> ReadTxn::last_key(Table table, ByteView prefix) {
    std::optional<Bytes> last;
    scan_keys_back(table, prefix, {}, [&](ByteView key) {
        last = copy_of(key);
        return false;
    });
    return last;
}

void WriteTxn::put_all(Table table, std::size_t count, const MakeRow& make) {
    for (std::size_t i = 0; i < count && !failed(); ++i) {
        const auto [key, value] = make(i);
        if (!key.empty()) put(table, key, value);
    }
}

void WriteTxn::erase_all(Table table, ByteView prefix) {
    // In rounds, since a visit must not write.
    constexpr std::size_t round_count = 1024;
    for (std::vector<Bytes> keys;; keys.clear()) {
        scan_keys(table, prefix, [&](ByteView key) {
            keys.push_back(copy_of(key));
            return keys.size() < round_count;
        });
        for (const auto& key : keys) erase(table, key);
        if (keys.size() < round_count) return;
    }
}

}  // namespace staffroom
