#include "app/backup.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "app/home.h"
#include "storage/disk.h"
#include "storage/own_file.h"

namespace staffroom {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 1 << 20;
constexpr std::string_view manifest_name = "manifest";
constexpr std::size_t manifest_entries_max = 4'000'000;

struct BackupManifest {
    std::uint8_t version = 1;
    std::vector<BackupEntry> entries;
    template <class A>
    void serialize(A& ar) {
        ar(version, capped<manifest_entries_max>(entries));
    }
};

// Of bytes that come a block at a time.
class BlockHash {
  public:
    void add(ByteView block) {
        Hash hash;
        blake2b(hash.bytes, {}, {block});
        append(hashes_, hash.view());
    }
    Hash sum() const {
        Hash hash;
        blake2b(hash.bytes, {}, {ByteView(hashes_)});
        return hash;
    }

  private:
    Bytes hashes_;
};

Error no_backup(const fs::path& file) {
    return {Code::malformed, in_quotes(file.string()) + " is no backup, or it is damaged.", "Use another copy of it."};
}

// Only what begin() puts in: nothing in an archive may name another place.
bool is_ours(const std::string& name) {
    if (name == "keys" || name == "store/data.mdb") return true;
    if (!name.starts_with("chunks/")) return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-' || c == '_';
                       }) &&
           name.find("//") == std::string::npos;
}

}  // namespace

// Reads a backup from its first to its last byte. `begins` is called for each file, `gives` for each of its blocks; either
// stops with an error.
class BackupReading {
  public:
    struct Calls {
        std::function<Result<>(const std::string&)> begins = [](const std::string&) -> Result<> { return Done{}; };
        std::function<Result<>(ByteView)> gives = [](ByteView) -> Result<> { return Done{}; };
    };

    static Result<std::unique_ptr<BackupReading>> open(const fs::path& file, Calls calls) {
        // libarchive would say only that it cannot.
        Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        if (!opened.is_open()) return own_file_error(errno, file);
        std::unique_ptr<BackupReading> reading(new BackupReading(file, std::move(opened), std::move(calls)));
        archive_read_support_format_tar(reading->in_.get());
        if (archive_read_open_fd(reading->in_.get(), reading->opened_.number(), block_bytes) != ARCHIVE_OK) {
            return no_backup(file);
        }
        return reading;
    }

    // A block, or the beginning or end of a file. False: all was read, and all is what the manifest says.
    Result<bool> step() {
        if (!entry_) return begin_next();
        std::size_t filled = 0;
        while (filled < block_.size()) {
            const auto count = archive_read_data(in_.get(), block_.data() + filled, block_.size() - filled);
            if (count < 0) return no_backup(file_);
            if (count == 0) break;
            filled += static_cast<std::size_t>(count);
        }
        if (filled == 0) return end();
        const auto bytes = ByteView(block_).first(filled);
        entry_->size += filled;
        bytes_ += filled;
        hash_.add(bytes);
        if (is_manifest()) {
            append(manifest_, bytes);
        } else if (auto given = calls_.gives(bytes); !given) {
            return given.error();
        }
        return true;
    }
    std::size_t files() const { return found_.size(); }
    std::uint64_t bytes() const { return bytes_; }

  private:
    BackupReading(const fs::path& file, Descriptor opened, Calls calls)
        : file_(file), opened_(std::move(opened)), calls_(std::move(calls)) {}

    bool is_manifest() const { return entry_->name == manifest_name; }

    Result<bool> begin_next() {
        archive_entry* header = nullptr;
        if (archive_read_next_header(in_.get(), &header) != ARCHIVE_OK) return no_backup(file_);  // before its manifest
        const auto* name = archive_entry_pathname(header);
        if (name == nullptr || archive_entry_filetype(header) != AE_IFREG) return no_backup(file_);
        entry_ = BackupEntry{name, 0, {}};
        hash_ = {};
        if (is_manifest()) return true;
        if (!is_ours(entry_->name)) return no_backup(file_);
        if (auto begun = calls_.begins(entry_->name); !begun) return begun.error();
        return true;
    }

    Result<bool> end() {
        if (!is_manifest()) {
            entry_->hash = hash_.sum();
            found_.push_back(std::move(*entry_));
            entry_.reset();
            return true;
        }
        const auto listed = decode<BackupManifest>(manifest_);
        const auto same = [](const BackupEntry& one, const BackupEntry& other) {
            return one.name == other.name && one.size == other.size && one.hash == other.hash;
        };
        if (!listed || listed->version != 1 || !std::ranges::equal(listed->entries, found_, same)) {
            return no_backup(file_);
        }
        return false;
    }

    fs::path file_;
    Descriptor opened_;
    Calls calls_;
    std::unique_ptr<archive, int (*)(archive*)> in_{archive_read_new(), archive_read_free};
    std::optional<BackupEntry> entry_;
    BlockHash hash_;
    Bytes block_ = Bytes(block_bytes), manifest_;
    std::vector<BackupEntry> found_;
    std::uint64_t bytes_ = 0;
};

namespace {

Result<std::size_t> read_backup(const fs::path& file, BackupReading::Calls calls) {
    auto reading = BackupReading::open(file, std::move(calls));
    if (!reading) return reading.error();
    while (true) {
        const auto more = (*reading)->step();
        if (!more) return more.error();
        if (!*more) return (*reading)->files();
    }
}

fs::path restored_mark(const fs::path& folder) { return folder / "restored"; }

}  // namespace

struct BackupWriter::Copying {
    Descriptor in;
    fs::path from;
    BackupEntry entry;
    BlockHash hash;
    Bytes block = Bytes(block_bytes);
    std::uint64_t left = 0;
};

BackupWriter::BackupWriter(fs::path file)
    : file_(std::move(file)), part_(file_.string() + ".part"), store_copy_(file_.string() + ".store") {}

BackupWriter::~BackupWriter() {
    if (out_ != nullptr) archive_write_free(out_);
    if (descriptor_ >= 0) ::close(descriptor_);
    std::error_code gone;
    fs::remove(part_, gone);
    fs::remove(store_copy_, gone);
}

Result<std::unique_ptr<BackupWriter>> BackupWriter::begin(Home& home, const fs::path& file) {
    std::error_code gone;
    if (fs::exists(file, gone)) return own_file_error(EEXIST, file);
    std::unique_ptr<BackupWriter> writer(new BackupWriter(file));
    fs::remove(writer->part_, gone);  // of a backup that was interrupted
    fs::remove(writer->store_copy_, gone);
    writer->descriptor_ = ::open(writer->part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (writer->descriptor_ < 0) return own_file_error(errno, file);
    if (auto copied = home.profile().store().copy_to(writer->store_copy_); !copied) {
        const auto& why = copied.error();
        return {why.code == Code::io ? Code::refused : why.code, why.say, why.advice};  // the disk that copies go to
    }
    writer->out_ = archive_write_new();
    archive_write_set_format_pax_restricted(writer->out_);
    if (archive_write_open_fd(writer->out_, writer->descriptor_) != ARCHIVE_OK) return own_file_error(errno, file);
    const auto& layout = home.profile().layout();
    std::error_code unread;
    fs::recursive_directory_iterator at(layout.chunks, unread);
    for (; !unread && at != fs::recursive_directory_iterator{}; at.increment(unread)) {
        auto name = at->path().lexically_relative(layout.root).generic_string();
        const bool is_whole = !name.starts_with("chunks/part/");
        if (is_whole && at->is_regular_file(gone) && is_ours(name)) writer->expect(std::move(name), at->path());
    }
    if (unread && unread != std::errc::no_such_file_or_directory) return disk_error(unread.value(), layout.chunks);
    std::sort(writer->waiting_.rbegin(), writer->waiting_.rend());
    writer->expect("store/data.mdb", writer->store_copy_);
    writer->expect("keys", layout.keys);
    return writer;
}

void BackupWriter::expect(std::string name, const fs::path& from) {
    std::error_code gone;
    const auto bytes = fs::file_size(from, gone);
    if (!gone) bytes_total_ += 2 * bytes;
    waiting_.emplace_back(std::move(name), from);
}

Result<> BackupWriter::header(const std::string& name, std::uint64_t size) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    if (archive_write_header(out_, entry.get()) != ARCHIVE_OK) return own_file_error(archive_errno(out_), file_);
    return Done{};
}

Result<> BackupWriter::begin_next() {
    auto [name, from] = std::move(waiting_.back());
    waiting_.pop_back();
    Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!in.is_open() && errno == ENOENT && name.starts_with("chunks/")) return Done{};  // deleted meanwhile
    const auto size = in.is_open() ? ::lseek(in.number(), 0, SEEK_END) : -1;
    if (size < 0) return disk_error(errno, from);
    ::lseek(in.number(), 0, SEEK_SET);
    const auto bytes = static_cast<std::uint64_t>(size);
    if (auto begun = header(name, bytes); !begun) return begun;
    copying_ = std::make_unique<Copying>();
    copying_->in = std::move(in);
    copying_->from = std::move(from);
    copying_->entry = {std::move(name), bytes, {}};
    copying_->left = bytes;
    return Done{};
}

Result<> BackupWriter::copy_block() {
    auto& it = *copying_;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(it.left, it.block.size()));
    std::size_t filled = 0;
    while (filled < wanted) {
        const auto count = ::read(it.in.number(), it.block.data() + filled, wanted - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return disk_error(count < 0 ? errno : EIO, it.from);
        filled += static_cast<std::size_t>(count);
    }
    if (filled > 0) {
        it.hash.add(ByteView(it.block).first(filled));
        if (archive_write_data(out_, it.block.data(), filled) != static_cast<la_ssize_t>(filled)) {
            return own_file_error(archive_errno(out_), file_);
        }
    }
    it.left -= filled;
    bytes_done_ += filled;
    unsynced_ += filled;
    if (it.left > 0) return Done{};
    it.entry.hash = it.hash.sum();
    entries_.push_back(std::move(it.entry));
    std::error_code gone;
    if (it.from == store_copy_) fs::remove(store_copy_, gone);
    copying_.reset();
    return Done{};
}

Result<> BackupWriter::close() {
    const auto manifest = encode(BackupManifest{1, entries_});
    if (auto begun = header(std::string(manifest_name), manifest.size()); !begun) return begun;
    if (archive_write_data(out_, manifest.data(), manifest.size()) != static_cast<la_ssize_t>(manifest.size()) ||
        archive_write_close(out_) != ARCHIVE_OK) {
        return own_file_error(archive_errno(out_), file_);
    }
    if (::fsync(descriptor_) != 0) return own_file_error(errno, file_);
    return Done{};
}

Result<> BackupWriter::give_name() {
    std::error_code failed;
    file_bytes_ = fs::file_size(part_, failed);
    fs::rename(part_, file_, failed);
    if (failed) return own_file_error(failed.value(), file_);
    const Descriptor folder(::open(file_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open() || ::fsync(folder.number()) != 0) return own_file_error(errno, file_.parent_path());
    return Done{};
}

Result<bool> BackupWriter::step() {
    Result<> done = Done{};
    if (copying_) {
        done = copy_block();
        if (done && unsynced_ >= synced_together) {
            unsynced_ = 0;
            if (::fdatasync(descriptor_) != 0) return own_file_error(errno, file_);
        }
    } else if (!waiting_.empty()) {
        done = begin_next();
    } else if (!reading_) {
        if (auto closed = close(); !closed) return closed.error();
        auto reading = BackupReading::open(part_, {});
        if (!reading) return reading.error();
        reading_ = std::move(*reading);
    } else {
        const auto before = reading_->bytes();
        const auto more = reading_->step();
        if (!more) return more.error();
        bytes_done_ += reading_->bytes() - before;
        if (!*more) {
            if (auto named = give_name(); !named) return named.error();
            return false;
        }
    }
    if (!done) return done.error();
    return true;
}

Result<std::size_t> verify_backup(const fs::path& file) { return read_backup(file, {}); }

Result<std::size_t> restore_backup(const fs::path& file, const fs::path& folder) {
    if (has_profile(folder)) {
        return {Code::refused, "There is a profile here already.",
                "Restore into another folder: --home FOLDER. Nothing was changed."};
    }
    std::error_code failed;
    const bool there = fs::exists(folder, failed);
    if (there && !fs::is_directory(folder, failed)) return own_file_error(ENOTDIR, folder);
    if (there && !fs::is_empty(folder, failed)) {
        return {Code::refused, "The folder " + in_quotes(folder.string()) + " is not empty.",
                "Choose another with --home."};
    }
    const auto part = fs::path(folder.string() + ".part");
    fs::remove_all(part, failed);
    if (auto made = make_folder(part); !made) return made.error();
    std::optional<Descriptor> out;
    fs::path writing;
    const auto close_written = [&]() -> Result<> {
        if (out && ::fsync(out->number()) != 0) return disk_error(errno, writing);
        out.reset();
        return Done{};
    };
    BackupReading::Calls calls;
    calls.begins = [&](const std::string& name) -> Result<> {
        if (auto closed = close_written(); !closed) return closed;
        writing = part / name;
        std::error_code wrong;
        fs::create_directories(writing.parent_path(), wrong);
        if (wrong) return disk_error(wrong.value(), writing);
        fs::permissions(writing.parent_path(), fs::perms::owner_all, wrong);
        out.emplace(::open(writing.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        return out->is_open() ? Result<>(Done{}) : disk_error(errno, writing);
    };
    calls.gives = [&](ByteView block) -> Result<> {
        return write_all(out->number(), block) ? Result<>(Done{}) : disk_error(errno, writing);
    };
    auto restored = read_backup(file, std::move(calls));
    if (restored) {
        if (auto closed = close_written(); !closed) restored = closed.error();
    }
    if (restored) {
        fs::create_directories(part / "chunks", failed);
        fs::permissions(part / "chunks", fs::perms::owner_all, failed);
        if (auto marked = replace_file(restored_mark(part), {}); !marked) restored = marked.error();
    }
    if (restored && !has_profile(part)) restored = no_backup(file);
    if (restored) {
        for (const auto* below : {"store", "chunks", ""}) (void)sync_folder(part / below);
        fs::remove(folder, failed);  // an empty one
        fs::rename(part, folder, failed);
        if (failed) restored = disk_error(failed.value(), folder);
    }
    if (!restored) {
        fs::remove_all(part, failed);
    } else if (auto synced = sync_folder(folder.parent_path()); !synced) {
        return synced.error();
    }
    return restored;
}

bool is_restored(const fs::path& folder) {
    std::error_code unseen;
    return fs::exists(restored_mark(folder), unseen);
}

Result<> forget_restored(const fs::path& folder) {
    std::error_code failed;
    fs::remove(restored_mark(folder), failed);
    return failed ? Result<>(disk_error(failed.value(), folder)) : sync_folder(folder);
}

}  // namespace staffroom
