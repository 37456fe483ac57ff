#include "app/api/moved_files.h"

#include <algorithm>

#include "app/api/records.h"
#include "app/home.h"
#include "core/records/decide.h"
#include "storage/file_refs.h"

namespace staffroom::api {
namespace {

using Folder = WatchedFolders::Folder;
using Gone = WatchedFolders::Gone;

// Nothing when that is not here, or when there is nothing in it: all empty files are the same.
std::optional<std::vector<ChunkRef>> content_of(Desk& desk, const FileRef& file) {
    std::optional<std::vector<ChunkRef>> content;
    auto& profile = desk.home.profile();
    (void)profile.store().read([&](ReadTxn& txn) -> Result<> {
        auto manifest = file_refs::manifest_of(txn, profile.chunks(), file);
        if (manifest && !manifest->chunks.empty()) content = std::move(manifest->chunks);
        return Done{};
    });
    return content;
}

// A resource that was put away or erased has no more files.
bool is_in_library(Desk& desk, const Folder& folder, const Nonce16& nonce) {
    const auto part = decide_create(folder.group, actor_in(desk, folder.group), {"resource", {}}, nonce);
    const auto state = part ? desk.home.replica().record(folder.group, part->record) : std::nullopt;
    return state && state->exists && !state->is_retired();
}

}  // namespace

Steps<MovedFiles> look_for_moved(Desk& desk, Folder folder, std::vector<std::string> names,
                                 std::set<std::uint64_t> sizes, Progress done) {
    constexpr std::size_t a_step = 100;
    MovedFiles moved;
    const WatchedFolders watched(desk.home.profile().store());
    const auto gone = watched.gone(folder, names);
    for (std::size_t i = 0; i < gone.size(); ++i) {
        if (i % a_step == a_step - 1) co_yield done;
        if (!sizes.contains(gone[i].file.file.size)) continue;
        if (!is_in_library(desk, folder, watched.nonce_of(desk.home.identity().device(), folder, gone[i]))) continue;
        if (auto content = content_of(desk, gone[i].file.file)) moved.emplace(std::move(*content), gone[i]);
    }
    co_return moved;
}

Result<> take_along(Desk& desk, const Folder& folder, const std::string& name, const FileRef& file,
                    const std::string& was, MovedFiles& moved) {
    const auto content = moved.empty() ? std::nullopt : content_of(desk, file);
    if (!content) return Done{};
    const auto [first, last] = moved.equal_range(*content);
    if (first == last) return Done{};
    const auto seen =
        std::find_if(first, last, [&](const auto& each) { return each.second.name == WatchedFolders::hash_of(was); });
    const auto namesake =
        std::find_if(first, last, [&](const auto& each) { return each.second.file.file.name == file.name; });
    const auto chosen = seen != last ? seen : namesake != last ? namesake : first;
    auto taken = WatchedFolders(desk.home.profile().store()).moved(folder, chosen->second, name);
    moved.erase(chosen);
    return taken;
}

}  // namespace staffroom::api
