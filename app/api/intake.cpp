#include "app/api/intake.h"

#include <filesystem>

#include "app/api/records.h"
#include "app/home.h"
#include "app/media_type.h"
#include "core/text_rules.h"
#include "storage/disk.h"
#include "storage/file_copy.h"

namespace staffroom::api {
namespace {

constexpr std::size_t together_bytes = std::size_t{4} << 20, together_count = 512;

class SmallFiles {
  public:
    SmallFiles(Desk& desk, const SymmetricKey& file_key) : profile_(desk.home.profile()), file_key_(file_key) {}

    Result<FileRef> add(const std::string& name, ByteView plain) {
        FileMaker maker(file_key_, name, media_type_of(name));
        if (!plain.empty()) {
            auto sealed = maker.add(plain);
            if (!sealed) return sealed.error();
            put(std::move(*sealed));
        }
        auto finished = maker.finish();
        for (auto& chunk : finished.manifest) put(std::move(chunk));
        if (bytes_ >= together_bytes || chunks_.size() >= together_count) {
            if (auto kept = keep(); !kept) return kept.error();
        }
        return finished.file;
    }

    bool is_kept() const { return chunks_.empty(); }
    Result<> keep() {
        if (!profile_.chunks().has_room_for(bytes_))
            return {Code::refused, "Disk full.", "Free some space, then add the rest."};
        bytes_ = 0;
        return store_chunks(profile_.store(), profile_.chunks(), std::exchange(chunks_, {}));
    }

  private:
    void put(SealedChunk&& chunk) {
        bytes_ += chunk.bytes.size();
        chunks_.push_back({chunk.ref.id, std::move(chunk.bytes)});
    }

    Profile& profile_;
    const SymmetricKey file_key_;
    std::vector<GivenChunk> chunks_;
    std::size_t bytes_ = 0;
};

}  // namespace

std::uint64_t bytes_of(const std::vector<std::string>& paths) {
    std::uint64_t bytes = 0;
    for (const auto& path : paths) {
        std::error_code unread;  // said when it is opened
        const auto size = std::filesystem::file_size(path, unread);
        if (!unread) bytes += size;
    }
    return bytes;
}

Result<> check_not_erased(const Replica& replica, const GroupId& group, const PersonId& owner,
                          const std::vector<FileRef>& files) {
    for (const auto& file : files) {
        if (!replica.is_erased(group, owner, file)) continue;
        return {Code::refused, in_quotes(file.name) + " was erased from this group for ever.",
                "Speak with whoever erased it. Under another name it is another file."};
    }
    return Done{};
}

Steps<std::vector<FileRef>> take_in(Desk& desk, GroupId group, Intakes::Intake& intake, std::vector<std::string> paths,
                                    Progress before, std::string called) {
    if (!paths.empty()) intake.begin();
    auto& profile = desk.home.profile();
    const auto file_key = desk.home.replica().group(group)->keys.file;
    auto done = before;
    done.unit = "bytes";
    if (before.total == 0) done.total = bytes_of(paths);
    std::vector<FileRef> files;
    SmallFiles small(desk, file_key);
    for (const auto& path : paths) {
        const auto name = name_as_words(called.empty() ? std::filesystem::path(path).filename().string() : called);
        // One that is larger, a link, or cannot be read is opened by itself, which has the words for it.
        if (const auto plain = read_file(path, limits::chunk_bytes)) {
            auto file = small.add(name, *plain);
            if (!file) co_return file.error();
            files.push_back(std::move(*file));
            done.done += plain->size();
            if (small.is_kept()) co_yield done;
            continue;
        }
        auto large = FileIntake::open(path, file_key, name, media_type_of(name));
        if (!large) co_return large.error();
        while (!large->is_done()) {
            if (auto stepped = large->step(profile.store(), profile.chunks()); !stepped) co_return stepped.error();
            co_yield Progress{"bytes", done.done + large->bytes_done(), done.total};
        }
        done.done += large->bytes_done();
        files.push_back(large->file());
    }
    if (auto kept = small.keep(); !kept) co_return kept.error();
    co_return files;
}

}  // namespace staffroom::api
