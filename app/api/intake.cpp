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
    const SymmetricKey& file_key_;
    std::vector<GivenChunk> chunks_;
    std::size_t bytes_ = 0;
};

}  // namespace

Result<FileRef> take_in(Desk& desk, const GroupId& group, const std::string& path) {
    const auto* held = desk.home.replica().group(group);
    const std::filesystem::path file(path);
    const auto name = name_as_words(file.filename().string());
    auto intake = FileIntake::open(file, held->keys.file, name, media_type_of(name));
    if (!intake) return intake.error();
    while (!intake->is_done()) {
        auto stepped = intake->step(desk.home.profile().store(), desk.home.profile().chunks());
        if (!stepped) return stepped.error();
    }
    return intake->file();
}

Result<std::vector<FileRef>> take_in_all(Desk& desk, const GroupId& group, const std::vector<std::string>& paths) {
    std::vector<FileRef> files;
    SmallFiles small(desk, desk.home.replica().group(group)->keys.file);
    for (const auto& path : paths) {
        // One that is larger, a link, or cannot be read goes the way of single files, which has the words for it.
        const auto plain = read_file(path, limits::chunk_bytes);
        auto file = plain ? small.add(name_as_words(std::filesystem::path(path).filename().string()), *plain)
                          : take_in(desk, group, path);
        if (!file) return file.error();
        files.push_back(std::move(*file));
    }
    if (auto kept = small.keep(); !kept) return kept.error();
    return files;
}

}  // namespace staffroom::api
