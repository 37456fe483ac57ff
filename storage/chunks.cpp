#include "storage/chunks.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <set>

#include "storage/direct_write.h"
#include "storage/disk.h"
#include "storage/new_files.h"

namespace staffroom {
namespace {

// A transaction writes anew each page of the tables that it touches, so that thousands cost little more than hundreds.
constexpr std::size_t small_worth = 4'096, small_bytes_worth = std::size_t{8} << 20, large_worth = 128;

// A row begins with where the bytes are.
enum Where : std::uint8_t { in_row = 0, in_file = 1 };

// A batch of so many bytes is part of a film, or of a line as fast as the disk: its memory would go to the next before anybody
// asks. Smaller files would wait for the disk, one after the other, for longer than the memory costs.
constexpr std::size_t past_memory_from = std::size_t{4} << 20, past_memory_file_from = 64 * 1024;

Error spoiled() {
    return {Code::io, "A piece of a file is damaged on this disk.", "It is fetched again from a colleague."};
}
// Not the file's fault: what is short now is there again soon, and nothing is given up for it.
Error short_of_descriptors() {
    return {Code::busy, "Too many files are open on this computer.", "Close other programs."};
}
bool is_short(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    return !file.is_open() && (errno == EMFILE || errno == ENFILE || errno == ENOMEM);
}
Error absent() {
    return {Code::not_found, "Part of this file is not here yet.", "It comes when a colleague who has it is near."};
}

// What a folder holds; nothing where it cannot be read, or is none.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> entries;
    std::error_code error;
    std::filesystem::directory_iterator at(folder, error);
    for (; !error && at != std::filesystem::directory_iterator{}; at.increment(error)) entries.push_back(at->path());
    return entries;
}

}  // namespace

Result<Chunks> Chunks::open(std::filesystem::path folder) {
    Chunks chunks(std::move(folder));
    if (chunks.folder_.empty()) return chunks;
    if (auto made = make_folder(chunks.folder_); !made) return made.error();
    if (auto made = make_folder(chunks.part_folder()); !made) return made.error();
    for (const auto& left_behind : entries_of(chunks.part_folder())) ::unlink(left_behind.c_str());
    return chunks;
}

std::filesystem::path Chunks::file_of(const ChunkId& id) const {
    const auto name = to_text(id);
    return folder_ / name.substr(0, 2) / name;
}

void Chunks::Staged::add(Staged&& more) {
    std::move(more.small.begin(), more.small.end(), std::back_inserter(small));
    large.insert(large.end(), more.large.begin(), more.large.end());
}

bool Chunks::Staged::is_worth_a_transaction() const {
    if (large.size() >= large_worth || small.size() >= small_worth) return true;
    std::size_t bytes = 0;
    for (const auto& chunk : small) bytes += chunk.bytes.size();
    return bytes >= small_bytes_worth;
}

Result<Chunks::Staged> Chunks::stage(std::vector<GivenChunk> chunks) const {
    Staged staged;
    std::vector<const GivenChunk*> large;
    std::set<ChunkId> seen;  // a file may hold one chunk many times
    for (auto& chunk : chunks) {
        if (!seen.insert(chunk.id).second) continue;
        if (folder_.empty() || chunk.bytes.size() <= limits::small_chunk_bytes) {
            staged.small.push_back(std::move(chunk));
        } else {
            large.push_back(&chunk);
            staged.large.emplace_back(chunk.id, static_cast<std::uint32_t>(chunk.bytes.size()));
        }
    }
    if (auto written = write_files(large); !written) return written.error();
    return staged;
}

Result<> Chunks::write_files(const std::vector<const GivenChunk*>& chunks) const {
    if (chunks.empty()) return Done{};
    std::vector<ChunkId> ids;
    ids.reserve(chunks.size());
    std::size_t bytes = 0;
    for (const auto* chunk : chunks) {
        ids.push_back(chunk->id);
        bytes += chunk->bytes.size();
    }
    const UnderWay::Claim claim(*under_way_, std::move(ids));
    const bool is_large = bytes >= past_memory_from;
    const auto goes_past_memory = [&](const GivenChunk& chunk) {
        return is_large && chunk.bytes.size() >= past_memory_file_from;
    };
    const auto kept = is_large ? rooms_->room() : nullptr;  // with it the pool keeps its memory from file to file
    NewFiles files(folder_, part_folder());
    for (const auto* chunk : chunks) {
        const auto path = file_of(chunk->id);
        const auto file = files.create(path);
        if (!file) return file.error();
        const auto room = goes_past_memory(*chunk) ? rooms_->room() : nullptr;
        const bool wrote = room ? write_past_memory(file->number(), chunk->bytes, room.get())
                                : write_all(file->number(), chunk->bytes);
        if (!wrote) return disk_error(errno, path);
    }
    if (auto placed = files.put_in_place(); !placed) return placed;
    for (const auto* chunk : chunks) {
        const auto path = file_of(chunk->id);
        if (goes_past_memory(*chunk)) {
            drop_from_page_cache(path);  // its end, and all of it where there was no other way
        } else {
            cached_->used(chunk->id, path, chunk->bytes.size());
        }
    }
    return Done{};
}

void Chunks::enter(WriteTxn& txn, const std::vector<const GivenChunk*>& small) {
    txn.put_all(Table::chunks, small.size(), [&](std::size_t i) {
        Bytes row;
        row.reserve(1 + small[i]->bytes.size());
        row.push_back(in_row);
        append(row, small[i]->bytes);
        return std::pair(copy_of(small[i]->id.view()), std::move(row));
    });
}

void Chunks::enter(WriteTxn& txn, const ChunkId& large, std::uint32_t size) {
    Bytes row{in_file};
    append_be32(row, size);
    txn.put(Table::chunks, large.view(), row);
}

void Chunks::enter(WriteTxn& txn, const Staged& staged) {
    std::vector<const GivenChunk*> small;
    for (const auto& chunk : staged.small) small.push_back(&chunk);
    enter(txn, small);
    for (const auto& [id, size] : staged.large) enter(txn, id, size);
}

bool Chunks::has_room_for(std::uint64_t bytes) const {
    return folder_.empty() || free_bytes(folder_) >= bytes + own_need_free_bytes;
}

std::uint64_t Chunks::room() const {
    if (folder_.empty()) return ~std::uint64_t{0};
    const auto free = free_bytes(folder_);
    return free - std::min(free, files_need_free_bytes);
}

bool Chunks::has(ReadTxn& txn, const ChunkId& id) { return txn.has(Table::chunks, id.view()); }

std::optional<std::uint32_t> Chunks::size(ReadTxn& txn, const ChunkId& id) {
    const auto length = txn.size_of(Table::chunks, id.view());
    if (!length || *length == 0) return std::nullopt;
    // A sealed chunk is longer than the five bytes that say how large a file is.
    if (*length != 5) return static_cast<std::uint32_t>(*length - 1);
    const auto row = txn.get_if_sound(Table::chunks, id.view());
    if (!row) return std::nullopt;
    return row->front() == in_file ? read_be32(ByteView(*row).subspan(1)) : 4;
}

Result<> Chunks::append_unverified(ReadTxn& txn, const ChunkId& id, Bytes& behind) const {
    const auto row = txn.get_if_sound(Table::chunks, id.view());
    if (!row) return has(txn, id) ? spoiled() : absent();
    if (row->empty()) return spoiled();
    if (row->front() == in_row) return append(behind, ByteView(*row).subspan(1)), Done{};
    const auto path = file_of(id);
    const auto before = behind.size();
    if (!append_file(path, sealed_chunk_bytes_max, behind)) return is_short(path) ? short_of_descriptors() : spoiled();
    cached_->used(id, path, behind.size() - before);
    return Done{};
}

Result<Bytes> Chunks::read_unverified(ReadTxn& txn, const ChunkId& id) const {
    Bytes bytes;
    if (auto read = append_unverified(txn, id, bytes); !read) return read.error();
    return bytes;
}

Result<Bytes> Chunks::read(ReadTxn& txn, const ChunkId& id) const {
    auto bytes = read_unverified(txn, id);
    if (bytes && chunk_id(*bytes) != id) return spoiled();
    return bytes;
}

Result<SharedBytes> Chunks::read_behind(ReadTxn& txn, ByteView head, const ChunkId& id) const {
    const auto expected = size(txn, id);
    if (expected) {
        if (auto ahead = ahead_->take(head, id)) return std::move(*ahead);
    }
    Bytes bytes;
    bytes.reserve(head.size() + expected.value_or(0) + 1);
    append(bytes, head);
    if (auto read = append_unverified(txn, id, bytes); !read) return read.error();
    return SharedBytes(std::move(bytes));
}

void Chunks::expect(const ChunkId& id) const {
    if (folder_.empty() || cached_->holds(id)) return;
    if (!cached_->is_read_again(id) && ahead_->expect(id, file_of(id))) return;
    const Descriptor file(::open(file_of(id).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.is_open()) ::posix_fadvise(file.number(), 0, 0, POSIX_FADV_WILLNEED);
}

void Chunks::erase(WriteTxn& txn, const ChunkId& id) { txn.erase(Table::chunks, id.view()); }

void Chunks::remove_files(const std::vector<ChunkId>& ids) const {
    if (folder_.empty()) return;
    for (const auto& id : ids) ::unlink(file_of(id).c_str());
}

std::vector<ChunkId> Chunks::files_without_row(ReadTxn& txn) const {
    std::vector<ChunkId> found;
    if (folder_.empty()) return found;
    for (const auto& folder : entries_of(folder_)) {
        if (folder == part_folder()) continue;
        for (const auto& file : entries_of(folder)) {
            const auto id = id_from_text<ChunkId>(file.filename().string());
            if (id && !has(txn, *id)) found.push_back(*id);
        }
    }
    return found;
}

Result<std::size_t> Chunks::sweep(Store& store) const {
    std::vector<ChunkId> orphans;
    const auto looked = store.read([&](ReadTxn& txn) -> Result<> {
        orphans = files_without_row(txn);
        return Done{};
    });
    if (!looked) return looked.error();
    remove_files(orphans);
    return orphans.size();
}

std::size_t Chunks::adopt_files(WriteTxn& txn) const {
    Staged found;
    for (const auto& id : files_without_row(txn)) {
        const auto bytes = read_file(file_of(id), sealed_chunk_bytes_max);
        if (bytes && chunk_id(*bytes) == id) found.large.emplace_back(id, static_cast<std::uint32_t>(bytes->size()));
    }
    enter(txn, found);
    return found.large.size();
}

}  // namespace staffroom
