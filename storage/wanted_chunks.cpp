#include "storage/wanted_chunks.h"

#include <algorithm>
#include <map>

#include "storage/page_memory.h"

namespace staffroom::wanted_chunks {
namespace {

// Kinds of rows in `wants`, beside those of parts (storage/commit_log.cpp) and of files (storage/file_refs.cpp). None has
// a value.
//   'c' group be32 | size of the file be64 | chunk 32 | size of the chunk be32   in the order of fetching
//   'C' chunk 32 | group be32 | size of the file be64 | size of the chunk be32   the same, by chunk
constexpr std::uint8_t by_size = 'c', by_chunk = 'C';
constexpr std::size_t row_bytes = 1 + 4 + 8 + ChunkId::size + 4;

struct Row {  // of the first kind
    keys::GroupNumber group;
    std::uint64_t file_size;
    ChunkId chunk;
    std::uint32_t size;

    static std::optional<Row> from(ByteView key) {
        if (key.size() != row_bytes) return std::nullopt;
        return Row{read_be32(key.subspan(1)), read_be64(key.subspan(5)), *ChunkId::from(key.subspan(13, ChunkId::size)),
                   read_be32(key.last(4))};
    }
};

Bytes tagged(std::uint8_t tag, std::initializer_list<ByteView> parts) {
    Bytes key{tag};
    for (const auto part : parts) append(key, part);
    return key;
}
Bytes all_of(keys::GroupNumber group) { return tagged(by_size, {keys::group(group)}); }
// The first key behind those of the group, and of its files up to that size.
Bytes behind(keys::GroupNumber group) {
    return group == ~keys::GroupNumber{0} ? Bytes{by_size + 1} : all_of(group + 1);
}
Bytes behind(keys::GroupNumber group, std::uint64_t file_size) {
    if (file_size == ~std::uint64_t{0}) return behind(group);
    auto key = all_of(group);
    append_be64(key, file_size + 1);
    return key;
}

// All rows of the first kind; where to go on is what `visit` returns, nothing being the next row.
using Visit = std::function<std::optional<Bytes>(const Row&)>;
void visit_by_size(ReadTxn& txn, const Visit& visit) {
    Bytes from{by_size};
    for (bool more = true; more;) {
        more = false;
        txn.scan_keys(Table::wants, Bytes{by_size}, from, [&](ByteView key) {
            const auto row = Row::from(key);
            if (!row) return true;
            auto next = visit(*row);
            if (!next) return true;
            more = true;
            from = std::move(*next);
            return false;
        });
    }
}

}  // namespace

void add(WriteTxn& txn, keys::GroupNumber group, const ChunkId& chunk, std::uint64_t file_size, std::size_t size) {
    const auto front = tagged(by_chunk, {chunk.view(), keys::group(group)});
    bool wanted = Chunks::has(txn, chunk);
    txn.scan_keys(Table::wants, front, [&](ByteView) { return wanted = true, false; });
    if (wanted) return;
    Bytes file, sealed;
    append_be64(file, file_size);
    append_be32(sealed, static_cast<std::uint32_t>(size + seal_overhead));
    txn.put(Table::wants, keys::joined({front, file, sealed}), {});
    txn.put(Table::wants, tagged(by_size, {keys::group(group), file, chunk.view(), sealed}), {});
}

void remove(WriteTxn& txn, const ChunkId& chunk, std::optional<keys::GroupNumber> only_for) {
    const auto front = tagged(by_chunk, {chunk.view()});
    std::vector<Bytes> rows;
    txn.scan_keys(Table::wants, front, [&](ByteView key) { return rows.push_back(copy_of(key)), true; });
    for (const auto& row : rows) {
        const auto rest = ByteView(row).subspan(front.size());
        if (rest.size() != 16 || (only_for && read_be32(rest) != *only_for)) continue;
        txn.erase(Table::wants, tagged(by_size, {rest.first(12), chunk.view(), rest.last(4)}));
        txn.erase(Table::wants, row);
    }
}

void remove_all_of(WriteTxn& txn, keys::GroupNumber group) {
    std::vector<ChunkId> wanted;
    txn.scan_keys(Table::wants, all_of(group), [&](ByteView key) {
        if (const auto row = Row::from(key)) wanted.push_back(row->chunk);
        return true;
    });
    for (const auto& chunk : wanted) remove(txn, chunk, group);
}

void forget(WriteTxn& txn) {
    for (const auto tag : {by_size, by_chunk}) txn.erase_all(Table::wants, Bytes{tag});
}

Fit fit_into(ReadTxn& txn, std::uint64_t room) {
    // The same file may be wanted for several groups: what the one that lacks most of it lacks.
    std::map<std::uint64_t, std::map<keys::GroupNumber, ChunkTotals>> lacking;
    std::optional<keys::GroupNumber> group;
    std::map<keys::GroupNumber, ChunkTotals>* of_size = nullptr;
    std::uint64_t file_size = 0;
    visit_by_size(txn, [&](const Row& row) -> std::optional<Bytes> {
        if (row.group != group) {
            group = row.group;
            of_size = nullptr;
            if (row.file_size <= limits::chunk_bytes) return behind(row.group, limits::chunk_bytes);
        }
        if (!of_size || row.file_size != file_size) of_size = &lacking[file_size = row.file_size];
        auto& of_group = (*of_size)[row.group];
        ++of_group.chunks;
        of_group.bytes += row.size;
        return std::nullopt;
    });
    Fit fit;
    for (const auto& [size, by_group] : lacking) {
        ChunkTotals most;
        for (const auto& [number, of_group] : by_group) {
            if (of_group.bytes > most.bytes) most = of_group;
        }
        const auto on_disk = most.bytes + most.chunks * memory_page_bytes;
        fit.on_disk += on_disk;
        if (on_disk <= room) {
            room -= on_disk;
            fit.fitting.insert(size);
        } else {
            fit.lacking += most.bytes;
            fit.too_large.insert(size);
        }
    }
    return fit;
}

std::optional<bool> fits(ReadTxn& txn, const ChunkId& chunk, const Fit& fit) {
    bool wanted = false, fits = false, judged = true;
    const auto front = tagged(by_chunk, {chunk.view()});
    txn.scan_keys(Table::wants, front, [&](ByteView key) {
        if (key.size() != row_bytes) return true;
        const auto file_size = read_be64(key.subspan(front.size() + 4));
        wanted = true;
        fits = file_size <= limits::chunk_bytes || fit.fitting.contains(file_size);
        judged = judged && (fits || fit.too_large.contains(file_size));
        return !fits;
    });
    if (fits || !wanted) return true;
    return judged ? std::optional(false) : std::nullopt;
}

std::vector<Wanted> first(ReadTxn& txn, std::size_t most, const Fit& fit) {
    std::vector<std::pair<std::uint64_t, Wanted>> found;
    std::optional<keys::GroupNumber> group;
    std::size_t of_group = 0;
    visit_by_size(txn, [&](const Row& row) -> std::optional<Bytes> {
        if (row.group != group) of_group = 0;
        group = row.group;
        if (of_group == most) return behind(row.group);
        if (fit.too_large.contains(row.file_size)) return behind(row.group, row.file_size);
        ++of_group;
        found.emplace_back(row.file_size, Wanted{row.chunk, row.group, row.size});
        return std::nullopt;
    });
    std::stable_sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.first < b.first; });
    std::vector<Wanted> list;
    std::set<ChunkId> seen;
    for (const auto& [file_size, chunk] : found) {
        if (list.size() < most && seen.insert(chunk.id).second) list.push_back(chunk);
    }
    return list;
}

ChunkTotals totals(ReadTxn& txn, keys::GroupNumber group) {
    ChunkTotals totals;
    txn.scan_keys(Table::wants, all_of(group), [&](ByteView key) {
        ++totals.chunks;
        totals.bytes += read_be32(key.last(4));
        return true;
    });
    return totals;
}

bool is_right(ReadTxn& txn, ByteView key) {
    if (key.empty() || (key[0] != by_size && key[0] != by_chunk)) return true;
    if (key.size() != row_bytes) return false;
    const auto rest = key.subspan(1);
    if (key[0] == by_size) {
        const auto chunk = rest.subspan(12, ChunkId::size);
        return txn.has(Table::wants, tagged(by_chunk, {chunk, rest.first(12), rest.last(4)}));
    }
    return txn.has(Table::wants,
                   tagged(by_size, {rest.subspan(ChunkId::size, 12), rest.first(ChunkId::size), rest.last(4)}));
}

}  // namespace staffroom::wanted_chunks
