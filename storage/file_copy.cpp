#include "storage/file_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "core/hashes.h"
#include "storage/file_refs.h"
#include "storage/own_file.h"

namespace staffroom {
namespace {

constexpr std::size_t batch_chunks = 32;

std::uint64_t changed_ns(const struct stat& status) {
    constexpr std::uint64_t second_ns = 1'000'000'000;
    return static_cast<std::uint64_t>(status.st_mtim.tv_sec) * second_ns +
           static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
}

// What one thread reads and seals at a time.
struct Piece {
    std::vector<ChunkRef> refs;
    std::vector<GivenChunk> sealed;
    std::size_t bytes = 0;  // plain
    int error = 0;          // an errno
};

// Not cleared; of whole pages, used again and again, while there are some.
std::shared_ptr<std::uint8_t> memory_for(std::size_t bytes, PagePool* pages) {
    auto room = pages ? pages->room() : nullptr;
    return room ? room : std::shared_ptr<std::uint8_t>(new std::uint8_t[bytes], std::default_delete<std::uint8_t[]>());
}

// As many bytes as there are room for, fewer only at the end.
Piece read_and_seal(int descriptor, std::uint64_t from, Bytes& room, const SymmetricKey& file_key, PagePool* pages) {
    Piece piece;
    while (piece.bytes < room.size()) {
        const auto got = ::pread(descriptor, room.data() + piece.bytes, room.size() - piece.bytes,
                                 static_cast<off_t>(from + piece.bytes));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return {{}, {}, 0, errno};
        if (got == 0) break;
        piece.bytes += static_cast<std::size_t>(got);
    }
    std::vector<ByteView> plain;
    for (auto left = ByteView(room).first(piece.bytes); !left.empty(); left = left.subspan(plain.back().size()))
        plain.push_back(left.first(std::min(limits::chunk_bytes, left.size())));
    std::vector<std::shared_ptr<std::uint8_t>> sealed;
    std::vector<std::uint8_t*> rooms;
    for (const auto& each : plain) {
        sealed.push_back(memory_for(each.size() + seal_overhead, pages));
        rooms.push_back(sealed.back().get());
    }
    piece.refs = seal_chunks(file_key, plain, rooms);
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const ByteView bytes(rooms[i], plain[i].size() + seal_overhead);
        piece.sealed.push_back({piece.refs[i].id, SharedBytes(bytes, std::move(sealed[i]))});
    }
    return piece;
}

}  // namespace

Error too_large_file(const std::filesystem::path& path) {
    return {Code::too_large, path.string() + " is larger than 4 GiB.", "Split it, or share a link to it instead."};
}

FileIntake::FileIntake(Descriptor source, std::filesystem::path path, const SymmetricKey& file_key, FileMaker maker,
                       std::uint64_t bytes_total, std::uint64_t changed)
    : source_(std::move(source)),
      path_(std::move(path)),
      file_key_(file_key),
      maker_(std::move(maker)),
      bytes_total_(bytes_total),
      changed_ns_(changed) {}

Result<FileIntake> FileIntake::open(const std::filesystem::path& path, const SymmetricKey& file_key, std::string name,
                                    std::string media_type) {
    // Not blocking: a named pipe must not stop us before it is found out.
    Descriptor source(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!source.is_open() || ::fstat(source.number(), &status) != 0) {
        return own_file_error(errno, path);
    }
    if (!S_ISREG(status.st_mode)) {
        return {Code::refused, path.string() + " is not a file.", "Choose a file, or a folder of files."};
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > limits::file_bytes) {
        return too_large_file(path);
    }
    return FileIntake(std::move(source), path, file_key, FileMaker(file_key, std::move(name), std::move(media_type)),
                      size, changed_ns(status));
}

Result<> FileIntake::step(Store& store, const Chunks& chunks) {
    assert(!done_);
    const auto left = bytes_total_ - std::min(bytes_done_, bytes_total_);  // it may have grown
    if (!read_ && !chunks.has_room_for(left)) {
        return {Code::refused, "Disk full.", "Free some space, then add " + path_.string() + " again."};
    }
    if (!batches_) batches_.emplace(store, chunks, Take::all);
    if (read_) {
        if (was_written_to()) {
            return {Code::busy, in_quotes(path_.string()) + " was written to while it was read.",
                    "Add it again once that is done."};
        }
        done_ = true;
        return batches_->finish();
    }
    auto batch = next_batch();
    if (!batch) return batch.error();
    return batches_->put(std::move(*batch));
}

// Half of one version and half of the next is neither.
bool FileIntake::was_written_to() const {
    struct stat status {};
    if (::fstat(source_.number(), &status) != 0) return true;
    return changed_ns(status) != changed_ns_ || static_cast<std::uint64_t>(status.st_size) != bytes_total_;
}

Result<std::vector<GivenChunk>> FileIntake::next_batch() {
    // One chunk more than there should be, so that the end is seen.
    const auto most = std::min<std::size_t>(batch_chunks, chunks_in(bytes_total_) + 1);
    const auto piece_bytes = std::min(most, hashes_at_once) * limits::chunk_bytes;
    std::vector<Piece> pieces((most + hashes_at_once - 1) / hashes_at_once);
    // A small one would take less than the smallest piece of that memory.
    auto* const pages = bytes_total_ >= 8 * piece_bytes ? &pages_ : nullptr;
    std::atomic<std::size_t> next{0};
    const auto work = [&](Bytes& room) {
        room.resize(piece_bytes);
        for (std::size_t i; (i = next.fetch_add(1)) < pieces.size();)
            pieces[i] = read_and_seal(source_.number(), bytes_done_ + i * piece_bytes, room, file_key_, pages);
    };
    rooms_.resize(std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, pieces.size()));
    {
        std::vector<std::future<void>> others;  // whose end waits for them
        for (std::size_t i = 1; i < rooms_.size(); ++i)
            others.push_back(std::async(std::launch::async, work, std::ref(rooms_[i])));
        work(rooms_.front());
    }
    std::vector<GivenChunk> batch;
    for (auto& piece : pieces) {
        if (piece.error != 0) return own_file_error(piece.error, path_);
        for (std::size_t i = 0; i < piece.sealed.size(); ++i) {
            if (auto added = maker_.add(piece.refs[i], size_of_chunk(piece.bytes, i)); !added) return added.error();
            batch.push_back(std::move(piece.sealed[i]));
        }
        bytes_done_ += piece.bytes;
        read_ = piece.bytes < piece_bytes;
        if (read_) break;  // what follows all the same was written meanwhile, as will be seen
    }
    if (read_) {
        auto finished = maker_.finish();
        file_ = std::move(finished.file);
        for (auto& chunk : finished.manifest) batch.push_back({chunk.ref.id, std::move(chunk.bytes)});
    }
    return batch;
}

namespace {

void lose_if_spoiled(Store& store, const Chunks& chunks, const ChunkId& chunk) {
    bool spoiled = false;
    const auto looked = store.read([&](ReadTxn& txn) -> Result<> {
        const auto bytes = chunks.read(txn, chunk);
        spoiled = !bytes && bytes.code() == Code::io;
        return Done{};
    });
    if (looked && spoiled) (void)lose_chunk(store, chunks, chunk);
}

}  // namespace

Result<FileReader> FileReader::open(Store& store, const Chunks& chunks, const FileRef& file) {
    Manifest manifest;
    const auto opened = store.read([&](ReadTxn& txn) -> Result<> {
        auto found = file_refs::manifest_of(txn, chunks, file);
        if (!found) return found.error();
        manifest = std::move(*found);
        return Done{};
    });
    if (!opened && opened.code() == Code::io) {
        for (const auto& ref : file.manifest) lose_if_spoiled(store, chunks, ref.id);
    }
    if (!opened) return opened.error();
    return FileReader(std::move(manifest));
}

Result<Bytes> FileReader::next(Store& store, const Chunks& chunks) {
    assert(!is_done());
    Bytes plain;
    const auto read = store.read([&](ReadTxn& txn) -> Result<> {
        const auto& ref = manifest_.chunks[next_];
        const auto sealed = chunks.read(txn, ref.id);
        if (!sealed) return sealed.error();
        auto chunk = open_chunk(ref, *sealed);
        if (!chunk) return chunk.error();
        plain = std::move(*chunk);
        return Done{};
    });
    if (!read && read.code() == Code::io) lose_if_spoiled(store, chunks, manifest_.chunks[next_].id);
    if (!read) return read.error();
    if (plain.size() != size_of_chunk(manifest_.size, next_)) {
        return {Code::malformed, "This file was damaged by whoever shared it.", "Ask them to share it again."};
    }
    ++next_;
    bytes_done_ += plain.size();
    return plain;
}

void FileReader::pass_over() {
    assert(!is_done());
    go_to_chunk(next_ + 1);
}

void FileReader::go_to_chunk(std::uint64_t number) {
    next_ = static_cast<std::size_t>(std::min<std::uint64_t>(number, manifest_.chunks.size()));
    bytes_done_ = std::min<std::uint64_t>(next_ * limits::chunk_bytes, manifest_.size);
}

Result<> read_out(Store& store, const Chunks& chunks, const FileRef& file, const TakeBytes& take) {
    auto reader = FileReader::open(store, chunks, file);
    if (!reader) return reader.error();
    while (!reader->is_done()) {
        const auto plain = reader->next(store, chunks);
        if (!plain) return plain.error();
        if (auto taken = take(*plain); !taken) return taken;
    }
    return Done{};
}

}  // namespace staffroom
