// What is kept: check it, mend it, write it out as plain files and read those back.
#include <boost/json.hpp>
#include <chrono>
#include <future>

#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/backup.h"
#include "app/home.h"
#include "app/interop/markdown.h"
#include "app/network.h"
#include "app/search/search.h"
#include "storage/doctor.h"
#include "storage/pages.h"

namespace staffroom::api {
namespace {

constexpr auto look_every = std::chrono::milliseconds(5);

// On a thread of its own, while the program goes on and may write over pages that are just looked at: damage is believed
// only of a file that nobody wrote to meanwhile.
Steps<pages::Survey> walk_pages(Desk& desk) {
    auto& profile = desk.home.profile();
    const auto walk = [file = profile.layout().store_file] {
        return pages::walk(file, [](std::string_view, ByteView, ByteView) {});
    };
    for (int time = 0; time < 3; ++time) {
        const auto writes = profile.store().writes();
        auto walked = std::async(std::launch::async, walk);
        while (walked.wait_for(look_every) != std::future_status::ready) co_yield Progress{};
        auto survey = walked.get();
        if ((survey && survey->is_sound()) || profile.store().writes() == writes) co_return survey;
    }
    co_return walk();
}

struct Checked {
    Json found;
    std::uint64_t bad = 0;
    std::vector<ChunkId> chunks_bad;  // of those
};

// Everything that is kept is read and compared with its id or seal.
Steps<Checked> check(Desk& desk) {
    auto& profile = desk.home.profile();
    const auto pages = co_await walk_pages(desk);
    if (!pages) co_return pages.error();
    Scrub scrub(profile.store(), profile.chunks());
    const auto& health = scrub.health();
    const auto values = scrub.values_total();
    if (!values) co_return values.error();
    for (;;) {
        const auto more = scrub.step();
        if (!more) co_return more.error();
        if (!*more) break;
        co_yield Progress{"values", health.values, *values};
    }
    const auto bad = pages->bad_pages + pages->entries_missing + pages->entries_misplaced + health.bad();
    Json found{{"good", health.values - std::min(health.values, health.bad())},
               {"bad", bad},
               {"repaired", 0},
               {"commits", health.commits},
               {"parts", health.parts},
               {"chunks", health.chunks},
               {"locked", health.values_locked}};
    co_return Checked{std::move(found), bad, health.chunks_bad};
}

Json reported(Checked checked) {
    if (checked.bad == 0) return std::move(checked.found);
    const bool only_files = checked.bad == checked.chunks_bad.size();
    return with_trouble(std::move(checked.found),
                        {name_of(Code::io), "Something that is kept here is damaged.",
                         only_files ? "Run: staffroom repair" : "Run: staffroom stop, then: staffroom repair"});
}

Steps<Json> verify(Desk& desk, Json) {
    auto checked = co_await check(desk);
    if (!checked) co_return checked.error();
    co_return reported(std::move(*checked));
}

// While it runs nothing is mended beneath it but pieces of files, which are lost and come from colleagues again. Without other
// damage there is only to fold everything again, a group at a step.
Steps<Json> repair(Desk& desk, Json args) {
    auto checked = co_await check(desk);
    if (!checked) co_return checked.error();
    if (checked->bad > checked->chunks_bad.size()) co_return reported(std::move(*checked));
    for (const auto& chunk : checked->chunks_bad) {
        if (const auto lost = desk.home.replica().lose_chunk(chunk); !lost) co_return lost.error();
    }
    if (checked->bad > 0) desk.network.files_changed();
    Result<Json> found = std::move(checked->found);
    (*found)["bad"] = 0;
    (*found)["repaired"] = checked->bad;
    (*found)["chunks_wanted"] = checked->bad;
    if (!flag_arg(args, "rebuild")) co_return found;
    std::vector<GroupId> groups;
    for (const auto& [id, group] : desk.home.replica().groups()) groups.push_back(id);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (desk.home.replica().group(groups[i]) == nullptr) continue;  // left meanwhile
        if (const auto rebuilt = desk.home.replica().rebuild(groups[i]); !rebuilt) co_return rebuilt.error();
        co_yield Progress{"groups", i + 1, groups.size()};
    }
    desk.home.search().forget();
    (*found)["rebuilt"] = groups.size();
    co_return found;
}

Steps<Json> backup(Desk& desk, Json args) {
    const auto file = path_arg(args, "file");
    if (!file) co_return file.error();
    auto writer = BackupWriter::begin(desk.home, *file);
    if (!writer) co_return writer.error();
    for (;;) {
        const auto more = (*writer)->step();
        if (!more) co_return more.error();
        if (!*more) break;
        co_yield Progress{"steps", (*writer)->bytes_done(), (*writer)->bytes_total()};
    }
    co_return Json{{"good", (*writer)->files()}, {"bad", 0}, {"repaired", 0}, {"bytes", (*writer)->file_bytes()}};
}

Result<const Group*> group_for_markdown(Desk& desk, const Json& args) {
    const auto as = maybe_text_arg(args, "as").value_or("markdown");
    if (as != "markdown") {
        return Error{Code::malformed, "Plain files are written and read as markdown.",
                     "Leave out --as, or give --as markdown."};
    }
    return find_group(desk.home.replica(), text_arg(args, "group"));
}

Steps<Json> export_group(Desk& desk, Json args) {
    const auto group = group_for_markdown(desk, args);
    if (!group) co_return group.error();
    const auto folder = path_arg(args, "folder");
    if (!folder) co_return folder.error();
    const auto written = co_await export_markdown(desk, (*group)->id, *folder);
    if (!written) co_return written.error();
    co_return Json{{"notes", written->notes},
                   {"records", written->records},
                   {"files", written->files},
                   {"missing", written->missing}};
}

Steps<Json> import_group(Desk& desk, Json args) {
    const auto group = group_for_markdown(desk, args);
    if (!group) co_return group.error();
    const auto folder = path_arg(args, "folder");
    if (!folder) co_return folder.error();
    const auto read = co_await import_markdown(desk, (*group)->id, *folder);
    if (!read) co_return read.error();
    co_return Json{{"notes", read->notes}, {"changed", read->changed}, {"files", read->files}};
}

}  // namespace

std::span<const Verb> storage_verbs() {
    static constexpr Verb verbs[] = {{"verify", nullptr, in_steps<verify>},
                                     {"repair", nullptr, in_steps<repair>},
                                     {"backup", nullptr, in_steps<backup>},
                                     {"export", nullptr, in_steps<export_group>},
                                     {"import", nullptr, in_steps<import_group>}};
    return verbs;
}

}  // namespace staffroom::api
