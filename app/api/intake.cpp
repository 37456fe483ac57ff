#include "app/api/intake.h"

#include <filesystem>
#include <future>

#include "app/api/records.h"
#include "app/file_guess.h"
#include "app/home.h"
#include "app/media_type.h"
#include "core/text_rules.h"
#include "storage/disk.h"
#include "storage/file_copy.h"

namespace staffroom::api {
namespace {

constexpr std::size_t together_bytes = std::size_t{4} << 20, together_count = 2'048;

struct Source {
    std::string path, name;
};

// A run of small files, read and sealed.
struct Taken {
    std::vector<TakenFile> files;
    std::vector<GivenChunk> chunks;
    std::uint64_t plain_bytes = 0;
    bool is_full = false;  // more small ones may follow
};

// Ends before one that is larger, a link, or cannot be read: that is opened by itself, which has the words for it.
Taken take_small(const SymmetricKey& file_key, std::span<const Source> sources) {
    Taken taken;
    std::vector<Bytes> plain;
    std::vector<ByteView> views;
    for (const auto& source : sources) {
        auto bytes = read_file(source.path, limits::chunk_bytes);
        if (!bytes) break;
        taken.plain_bytes += bytes->size();
        plain.push_back(std::move(*bytes));
        if (!plain.back().empty()) views.push_back(plain.back());
        taken.is_full = taken.plain_bytes >= together_bytes || plain.size() >= together_count;
        if (taken.is_full) break;
    }
    auto sealed = seal_chunks(file_key, views);
    auto next = sealed.begin();
    const auto put = [&](SealedChunk&& chunk) { taken.chunks.push_back({chunk.ref.id, std::move(chunk.bytes)}); };
    for (std::size_t i = 0; i < plain.size(); ++i) {
        FileMaker maker(file_key, sources[i].name, media_type_of(sources[i].name));
        if (!plain[i].empty()) {
            (void)maker.add(next->ref, plain[i].size());  // no larger than a chunk
            put(std::move(*next++));
        }
        auto finished = maker.finish();
        taken.files.push_back({std::move(finished.file), language_of_beginning(plain[i], sources[i].name)});
        for (auto& chunk : finished.manifest) put(std::move(chunk));
    }
    return taken;
}

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

Steps<> take_in_runs(Desk& desk, GroupId group, Intakes::Intake& intake, std::vector<std::string> paths, EachRun each,
                     Progress before, std::string called) {
    if (paths.empty()) co_return Done{};
    intake.begin();
    auto& profile = desk.home.profile();
    const auto file_key = desk.home.replica().group(group)->keys.file;
    auto done = before;
    done.unit = "bytes";
    if (before.total == 0) done.total = bytes_of(paths);
    std::size_t count = 0;  // taken in
    std::vector<Source> sources;
    for (const auto& path : paths) {
        sources.push_back(
            {path, name_as_words(called.empty() ? std::filesystem::path(path).filename().string() : called)});
    }
    // While one run is made durable the next is read and sealed, on a thread that shares nothing but these names.
    const auto take_from = [&](std::size_t first) {
        return std::async(std::launch::async, take_small, file_key, std::span<const Source>(sources).subspan(first));
    };
    auto ahead = take_from(0);
    while (ahead.valid()) {
        auto taken = ahead.get();
        count += taken.files.size();
        done.done += taken.plain_bytes;
        if (taken.is_full && count < sources.size()) ahead = take_from(count);
        if (!profile.chunks().has_room_for(taken.plain_bytes))
            co_return Error{Code::refused, "Disk full.", "Free some space, then add the rest."};
        auto kept = store_chunks(profile.store(), profile.chunks(), std::move(taken.chunks));
        if (!kept) co_return kept.error();
        co_yield done;
        if (!taken.files.empty()) {
            auto given = co_await each(std::move(taken.files), done);
            if (!given) co_return given.error();
        }
        if (ahead.valid() || count == sources.size()) continue;
        const auto& [path, name] = sources[count];
        auto large = FileIntake::open(path, file_key, name, media_type_of(name));
        if (!large) co_return large.error();
        while (!large->is_done()) {
            if (auto stepped = large->step(profile.store(), profile.chunks()); !stepped) co_return stepped.error();
            co_yield Progress{"bytes", done.done + large->bytes_done(), done.total};
        }
        done.done += large->bytes_done();
        std::vector<TakenFile> one{{large->file(), language_of_file(path, name)}};
        auto given = co_await each(std::move(one), done);
        if (!given) co_return given.error();
        if (++count < sources.size()) ahead = take_from(count);
    }
    co_return Done{};
}

Steps<std::vector<FileRef>> take_in(Desk& desk, GroupId group, Intakes::Intake& intake, std::vector<std::string> paths,
                                    Progress before, std::string called) {
    std::vector<FileRef> files;
    const EachRun gather = [&files](std::vector<TakenFile> run, Progress) -> Steps<> {
        for (auto& taken : run) files.push_back(std::move(taken.file));
        co_return Done{};
    };
    auto taken = co_await take_in_runs(desk, group, intake, std::move(paths), gather, before, std::move(called));
    if (!taken) co_return taken.error();
    co_return files;
}

}  // namespace staffroom::api
