#include "storage/file_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "storage/file_refs.h"
#include "storage/own_file.h"

namespace staffroom {
namespace {

constexpr std::size_t batch_chunks = 64;

// As many bytes as there are up to a whole chunk. False with errno set.
bool read_chunk(int descriptor, Bytes& chunk) {
    chunk.resize(limits::chunk_bytes);
    std::size_t done = 0;
    while (done < chunk.size()) {
        const auto got = ::read(descriptor, chunk.data() + done, chunk.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    chunk.resize(done);
    return true;
}

}  // namespace

Result<> store_chunks(Store& store, const Chunks& chunks, std::vector<GivenChunk> given) {
    std::vector<ChunkId> ids;
    std::vector<GivenChunk> fresh;
    const auto looked = store.read([&](ReadTxn& txn) -> Result<> {
        for (auto& chunk : given) {
            if (Chunks::has(txn, chunk.id)) continue;
            ids.push_back(chunk.id);
            fresh.push_back(std::move(chunk));
        }
        return Done{};
    });
    if (!looked || fresh.empty()) return looked;
    const auto staged = chunks.stage(std::move(fresh));
    if (!staged) return staged.error();
    return store.write([&](WriteTxn& txn) -> Result<> {
        Chunks::enter(txn, *staged);
        file_refs::arrived(txn, chunks, ids, store.is_locked());
        return Done{};
    });
}

FileIntake::FileIntake(Descriptor source, std::filesystem::path path, FileMaker maker, std::uint64_t bytes_total)
    : source_(std::move(source)), path_(std::move(path)), maker_(std::move(maker)), bytes_total_(bytes_total) {}

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
        return {Code::too_large, path.string() + " is larger than 4 GiB.", "Split it, or share a link to it instead."};
    }
    return FileIntake(std::move(source), path, FileMaker(file_key, std::move(name), std::move(media_type)), size);
}

Result<> FileIntake::step(Store& store, const Chunks& chunks) {
    assert(!done_);
    if (bytes_done_ == 0 && !chunks.has_room_for(bytes_total_)) {
        return {Code::refused, "Disk full.", "Free some space, then add " + path_.string() + " again."};
    }
    std::vector<GivenChunk> batch;
    Bytes plain;
    while (batch.size() < batch_chunks) {
        if (!read_chunk(source_.number(), plain)) return own_file_error(errno, path_);
        if (!plain.empty()) {
            auto sealed = maker_.add(plain);
            if (!sealed) return sealed.error();
            batch.push_back({sealed->ref.id, std::move(sealed->bytes)});
            bytes_done_ += plain.size();
        }
        if (plain.size() < limits::chunk_bytes) {
            done_ = true;
            break;
        }
    }
    if (done_) {
        auto finished = maker_.finish();
        file_ = std::move(finished.file);
        for (auto& chunk : finished.manifest) batch.push_back({chunk.ref.id, std::move(chunk.bytes)});
    }
    return store_chunks(store, chunks, std::move(batch));
}

Result<FileReader> FileReader::open(Store& store, const Chunks& chunks, const FileRef& file) {
    Manifest manifest;
    const auto opened = store.read([&](ReadTxn& txn) -> Result<> {
        auto found = file_refs::manifest_of(txn, chunks, file);
        if (!found) return found.error();
        manifest = std::move(*found);
        return Done{};
    });
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
    if (!read) return read.error();
    if (plain.size() != size_of_chunk(manifest_.size, next_)) {
        return {Code::malformed, "This file was damaged by whoever shared it.", "Ask them to share it again."};
    }
    ++next_;
    bytes_done_ += plain.size();
    return plain;
}

void FileReader::skip_chunks(std::uint64_t count) {
    for (; count > 0 && !is_done(); --count, ++next_) bytes_done_ += size_of_chunk(manifest_.size, next_);
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
