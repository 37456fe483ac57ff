#include "app/api/watch.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "app/api/intake.h"
#include "app/api/moved_files.h"
#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/file_guess.h"
#include "app/folder_walk.h"
#include "app/home.h"
#include "app/network.h"
#include "app/watched_folders.h"
#include "net/curve_link.h"
#include "storage/own_file.h"

namespace staffroom::api {
namespace {

namespace fs = std::filesystem;
using Folder = WatchedFolders::Folder;

struct Look {
    std::uint64_t changed_ns = 0, bytes = 0;
    std::uint64_t inode = 0;
    // What is as it was needs no reading.
    bool operator==(const Look& other) const { return changed_ns == other.changed_ns && bytes == other.bytes; }
};
struct Looks {
    std::map<fs::path, Look> files;
    const Look* look_at(const fs::path& path) const {
        const auto found = files.find(path);
        return found == files.end() ? nullptr : &found->second;
    }
    // What those were called that are gone since the look before, by inode: a file is taken in one look after it was first seen.
    std::map<std::uint64_t, std::string> gone;
};

std::optional<Look> look_at(const fs::path& path) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
    const auto seconds = static_cast<std::uint64_t>(facts.st_mtim.tv_sec);
    return Look{seconds * 1'000'000'000 + static_cast<std::uint64_t>(facts.st_mtim.tv_nsec),
                static_cast<std::uint64_t>(facts.st_size), facts.st_ino};
}

struct Taken {
    std::uint64_t added = 0, updated = 0;
    std::vector<std::string> refused = {};  // why a file or folder in it was left where it is
};

// The title that follows a file to its new name, unless somebody has given another one.
std::vector<Input> title_along(const RecordView& view, const std::string& before, const std::string& name) {
    const auto* title = view.find("title");
    if (title == nullptr || title->values.size() != 1 || title_of_file(before) == title_of_file(name)) return {};
    const auto* words = title->values.front().value.get<std::string>();
    if (words == nullptr || *words != title_of_file(before)) return {};
    return {{"title", Value(title_of_file(name)), {}}};
}

// The next version in the place of the one before, the resource itself when there is none. Nothing is written for a version
// that is in it already, nor into a resource that was put away.
Result<Taken> put_version(Desk& desk, const Folder& folder, const std::string& name, const FileRef& file,
                          const std::optional<WatchedFile>& before) {
    const auto actor = actor_in(desk, folder.group);
    const auto nonce =
        WatchedFolders(desk.home.profile().store()).nonce_of(desk.home.identity().device(), folder, name);
    NewRecord wanted{"resource", {{"title", Value(title_of_file(name)), {}}, {"files", Value(file), {}}}};
    const auto language = language_of_file(fs::path(folder.path) / name, name);
    if (!language.empty()) wanted.inputs.push_back({"language", Value(language), {}});
    const auto part = decide_create(folder.group, actor, wanted, nonce);
    if (!part) return part.error();
    const auto state = desk.home.replica().record(folder.group, part->record);
    if (!state || !state->exists) {
        if (const auto written = write(desk, folder.group, {*part}); !written) return written.error();
        return Taken{1, 0};
    }
    if (state->is_retired()) return Taken{};
    const FoundRecord found{folder.group, *state};
    const auto view = view_in(desk, found);
    std::vector<Input> old;
    bool is_here = false;
    if (const auto* files = view.find("files")) {
        for (const auto& each : files->values) {
            const auto* value = each.value.get<FileRef>();
            if (value == nullptr) continue;
            is_here = is_here || *value == file;
            if (before && *value == before->file && *value != file) old.push_back({"files", each.value, {}});
        }
    }
    const auto titled = before ? title_along(view, before->file.name, name) : std::vector<Input>{};
    if (is_here && old.empty() && titled.empty()) return Taken{};
    auto ops = decide_remove(*state, actor, old);
    if (!ops) return ops.error();
    const auto set = decide_set(*state, actor, titled);
    if (!set) return set.error();
    ops->insert(ops->end(), set->begin(), set->end());
    if (!is_here) {
        const auto added = decide_add(*state, actor, {{"files", Value(file), {}}});
        if (!added) return added.error();
        ops->insert(ops->end(), added->begin(), added->end());
    }
    if (const auto written = write(desk, found, ops); !written) return written.error();
    return Taken{0, 1};
}

std::string name_in(const Folder& folder, const fs::path& path) {
    return path.lexically_relative(folder.path).string();
}

// One look through a folder. `before` is what the look before found: only what is the same still is taken in; without it,
// everything is.
Steps<Taken> look_through(Desk& desk, Folder folder, Looks* before) {
    WatchedFolders watched(desk.home.profile().store());
    const auto found = readable_files_below(folder.path);
    if (!found) co_return found.error();
    Taken all;
    for (const auto& why : found->left_out) {
        if (why.code != Code::not_found) all.refused.push_back(why.say);  // else deleted meanwhile
    }
    Looks now;
    Progress done{"bytes", 0, 0};
    for (const auto& path : found->files) {
        if (const auto look = look_at(path)) now.files.emplace(path, *look);
    }
    std::vector<std::pair<fs::path, Look>> changed;
    std::vector<std::string> names;
    std::set<std::uint64_t> sizes_new;
    for (const auto& [path, look] : now.files) {
        names.push_back(name_in(folder, path));
        const auto known = watched.file(folder, names.back());
        if (known && Look{known->changed_ns, known->bytes, 0} == look) continue;
        const auto* seen = before == nullptr ? &look : before->look_at(path);
        if (seen == nullptr || *seen != look) continue;
        changed.emplace_back(path, look);
        done.total += look.bytes;
        if (!known) sizes_new.insert(look.bytes);
    }
    MovedFiles moved;
    // What may not be read just now is not gone.
    const auto is_seen = [](const Error& why) { return why.code == Code::too_large || why.code == Code::not_found; };
    if (!sizes_new.empty() && std::ranges::all_of(found->left_out, is_seen)) {
        auto looked = co_await look_for_moved(desk, folder, std::move(names), std::move(sizes_new), done);
        if (!looked) co_return looked.error();
        moved = std::move(*looked);
    }
    std::map<std::uint64_t, std::string> were;
    if (before != nullptr) {
        for (const auto& [path, look] : before->files) {
            if (!now.files.contains(path)) now.gone.emplace(look.inode, name_in(folder, path));
        }
        were = std::exchange(*before, std::move(now)).gone;
    }
    for (const auto& [path, look] : changed) {
        co_yield done;
        Intakes::Intake intake(desk.home.intakes());
        std::vector<std::string> one{path.string()};
        const auto files = co_await take_in(desk, folder.group, intake, std::move(one), done);
        done.done += look.bytes;
        if (!files && files.code() == Code::not_found) continue;  // deleted meanwhile
        if (!files && !desk.home.profile().chunks().has_room_for(look.bytes)) co_return files.error();
        if (!files) {  // one that cannot be taken does not keep the others out
            all.refused.push_back(files.error().say);
            continue;
        }
        if (look_at(path) != look) continue;  // written to meanwhile: the next look takes it
        const auto name = name_in(folder, path);
        if (!watched.file(folder, name)) {
            const auto taken_along = take_along(desk, folder, name, files->front(), were[look.inode], moved);
            if (!taken_along) co_return taken_along.error();
        }
        const auto known = watched.file(folder, name);
        // What was erased on purpose does not come back for lying in the folder still.
        if (check_not_erased(desk.home.replica(), folder.group, desk.home.identity().person(), *files)) {
            const auto taken = put_version(desk, folder, name, files->front(), known);
            if (!taken && taken.code() == Code::io) co_return taken.error();
            if (!taken) {
                all.refused.push_back(taken.error().say);
                continue;
            }
            if (taken->added + taken->updated > 0) intake.kept();
            all.added += taken->added;
            all.updated += taken->updated;
        }
        const auto remembered = watched.remember(folder, name, {look.changed_ns, look.bytes, files->front()});
        if (!remembered) co_return remembered.error();
    }
    co_return all;
}

class Watching final : public Errand {
  public:
    static constexpr std::uint64_t every_ms = 3'000;

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        if (now < next_ms_) return std::nullopt;
        if (waiting_.empty() && !looking_) {
            waiting_ = WatchedFolders(desk.home.profile().store()).all();
            if (waiting_.empty()) looks_.clear();
        }
        if (looking_ && !is_watched(desk)) looking_.reset();
        const auto end = net::uptime_ms() + slice_ms;
        while (net::uptime_ms() < end && (looking_ || !waiting_.empty())) {
            if (!looking_) {
                folder_ = waiting_.back();
                waiting_.pop_back();
                if (!is_watched(desk)) continue;
                looking_.emplace(look_through(desk, folder_, &looks_[{folder_.group, folder_.path}]));
            }
            const auto stepped = guarded([&]() -> Reply {
                looking_->step();
                return Json{};
            });
            // What went wrong is tried again with the next look.
            if (trouble_in(stepped) || looking_->is_done()) looking_.reset();
        }
        if (!looking_ && waiting_.empty()) next_ms_ = now + every_ms;
        return std::nullopt;
    }
    std::uint64_t deadline() const override { return next_ms_; }

  private:
    // The one that is looked through may have been given up meanwhile.
    bool is_watched(Desk& desk) const {
        const auto all = WatchedFolders(desk.home.profile().store()).all();
        return std::ranges::any_of(
            all, [&](const Folder& each) { return each.group == folder_.group && each.path == folder_.path; });
    }

    std::map<std::pair<GroupId, std::string>, Looks> looks_;
    std::vector<Folder> waiting_;
    Folder folder_;  // of looking_
    std::optional<Steps<Taken>> looking_;
    std::uint64_t next_ms_ = 0;
};

Result<Folder> folder_from(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    const auto path = path_arg(args, "folder");
    if (!path) return path.error();
    auto clean = path->lexically_normal();
    if (!clean.has_filename()) clean = clean.parent_path();
    return Folder{(*group)->id, clean.string()};
}

// What the kernel tells of itself changes whenever it is read, and some of it has no end.
bool is_made_up(const fs::path& folder) {
    struct statfs facts {};
    return ::statfs(folder.c_str(), &facts) == 0 && (facts.f_type == PROC_SUPER_MAGIC || facts.f_type == SYSFS_MAGIC);
}

bool is_within(const fs::path& inner, const fs::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

Steps<Json> watch(Desk& desk, Json args) {
    const auto folder = folder_from(desk, args);
    if (!folder) co_return folder.error();
    if (const auto may = may_write(desk, folder->group); !may) co_return may.error();
    std::error_code error;
    const auto real = fs::canonical(folder->path, error);
    if (error) co_return own_file_error(error.value(), folder->path);
    if (!fs::is_directory(real, error)) co_return own_file_error(ENOTDIR, folder->path);
    if (is_made_up(real)) co_return Error{Code::refused, "These are no files.", "Choose a folder of your own files."};
    const auto own = fs::canonical(desk.home.folder(), error);
    if (is_within(own, real) || is_within(real, own)) {
        co_return Error{Code::refused, "Staffroom keeps its own files there.", "Choose a folder of your own files."};
    }
    if (const auto kept = WatchedFolders(desk.home.profile().store()).watch(*folder); !kept) co_return kept.error();
    const auto taken = co_await look_through(desk, *folder, nullptr);
    if (!taken) co_return taken.error();
    Json reply{{"folder", folder->path},
               {"group", to_text(folder->group)},
               {"added", taken->added},
               {"updated", taken->updated}};
    // What print.cpp turns into "partly done".
    if (!taken->refused.empty()) reply["refused"] = as_list(taken->refused);
    co_return reply;
}

Reply unwatch(Desk& desk, const Json& args) {
    const auto folder = folder_from(desk, args);
    if (!folder) return folder.error();
    const auto was = WatchedFolders(desk.home.profile().store()).forget(*folder);
    if (!was) return was.error();
    if (!*was) {
        return Error{Code::not_found, in_quotes(folder->path) + " is not watched for this group.",
                     "See what is: staffroom files watched"};
    }
    return Json{{"folder", folder->path}, {"group", to_text(folder->group)}};
}

Reply watched(Desk& desk, const Json&) {
    const WatchedFolders folders(desk.home.profile().store());
    boost::json::array rows;
    for (const auto& each : folders.all()) {
        const auto* group = desk.home.replica().group(each.group);
        std::error_code error;
        std::vector<std::string> refused;
        if (const auto found = readable_files_below(each.path)) {
            for (const auto& why : found->left_out) refused.push_back(why.say);
        }
        rows.push_back(Json{{"folder", each.path},
                            {"group", to_text(each.group)},
                            {"name", group == nullptr ? std::string() : group_name(desk.home.replica(), *group)},
                            {"files", folders.files_count(each)},
                            {"there", fs::is_directory(each.path, error)},
                            {"refused", as_list(refused)}});
    }
    return Json{{"watched", std::move(rows)}};
}

}  // namespace

std::unique_ptr<Errand> watch_folders() { return std::make_unique<Watching>(); }

std::span<const Verb> watch_verbs() {
    static constexpr Verb verbs[] = {
        {"files watch", nullptr, in_steps<watch>}, {"files unwatch", unwatch}, {"files watched", watched}};
    return verbs;
}

}  // namespace staffroom::api
