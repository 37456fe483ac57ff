// What is kept: check it, mend it, write it out as plain files and read those back.
#include <boost/json.hpp>

#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/backup.h"
#include "app/home.h"
#include "app/interop/markdown.h"
#include "app/network.h"
#include "net/curve_link.h"
#include "storage/doctor.h"
#include "storage/pages.h"

namespace staffroom::api {
namespace {

// Everything that is kept is read and compared with its id or seal.
Reply verify(Desk& desk, const Json&) {
    auto& profile = desk.home.profile();
    const auto pages = pages::walk(profile.layout().store_file, [](std::string_view, ByteView, ByteView) {});
    if (!pages) return pages.error();
    Scrub scrub(profile.store(), profile.chunks());
    const auto health = scrub.finish();
    if (!health) return health.error();
    const auto bad = pages->bad_pages + pages->entries_missing + pages->entries_misplaced + health->bad();
    Json found{{"good", health->values - std::min(health->values, health->bad())},
               {"bad", bad},
               {"repaired", 0},
               {"commits", health->commits},
               {"parts", health->parts},
               {"chunks", health->chunks},
               {"locked", health->values_locked}};
    if (bad == 0) return found;
    return with_trouble(std::move(found), {name_of(Code::io), "Something that is kept here is damaged.",
                                           "Run: staffroom stop, then: staffroom repair"});
}

// While it runs nothing is mended beneath it, so without damage there is only to fold everything again.
Reply repair(Desk& desk, const Json& args) {
    auto found = verify(desk, args);
    if (trouble_in(found) || !flag_arg(args, "rebuild")) return found;
    const auto rebuilt = desk.home.replica().rebuild();
    if (!rebuilt) return rebuilt.error();
    (*found)["rebuilt"] = desk.home.replica().groups().size();
    return found;
}

// A slice at a time, so that colleagues are served meanwhile.
class Backup final : public Errand {
  public:
    static constexpr std::uint64_t slice_ms = 50;

    explicit Backup(Result<std::unique_ptr<BackupWriter>> writer) : writer_(std::move(writer)) {}

    std::optional<Reply> poll(Desk&, std::uint64_t) override {
        if (!writer_) return Reply(writer_.error());
        const auto end = net::uptime_ms() + slice_ms;
        do {
            const auto more = (*writer_)->step();
            if (!more) return Reply(more.error());
            if (!*more) return finish();
        } while (net::uptime_ms() < end);
        return std::nullopt;
    }
    std::uint64_t deadline() const override { return 0; }

  private:
    Reply finish() {
        const auto bytes = (*writer_)->finish();
        if (!bytes) return bytes.error();
        return Json{{"good", (*writer_)->files()}, {"bad", 0}, {"repaired", 0}, {"bytes", *bytes}};
    }
    Result<std::unique_ptr<BackupWriter>> writer_;
};

std::unique_ptr<Errand> backup(Desk& desk, const Json& args) {
    const auto file = path_arg(args, "file");
    return std::make_unique<Backup>(file ? BackupWriter::begin(desk.home, *file) : file.error());
}

Result<const Group*> group_for_markdown(Desk& desk, const Json& args) {
    const auto as = maybe_text_arg(args, "as").value_or("markdown");
    if (as != "markdown") {
        return Error{Code::malformed, "Plain files are written and read as markdown.",
                     "Leave out --as, or give --as markdown."};
    }
    return find_group(desk.home.replica(), text_arg(args, "group"));
}

Reply export_group(Desk& desk, const Json& args) {
    const auto group = group_for_markdown(desk, args);
    if (!group) return group.error();
    const auto folder = path_arg(args, "folder");
    if (!folder) return folder.error();
    const auto written = export_markdown(desk, (*group)->id, *folder);
    if (!written) return written.error();
    return Json{{"notes", written->notes},
                {"records", written->records},
                {"files", written->files},
                {"missing", written->missing}};
}

Reply import_group(Desk& desk, const Json& args) {
    const auto group = group_for_markdown(desk, args);
    if (!group) return group.error();
    const auto folder = path_arg(args, "folder");
    if (!folder) return folder.error();
    const auto read = import_markdown(desk, (*group)->id, *folder);
    if (!read) return read.error();
    return Json{{"notes", read->notes}, {"changed", read->changed}, {"files", read->files}};
}

}  // namespace

std::span<const Verb> storage_verbs() {
    static constexpr Verb verbs[] = {{"verify", verify},
                                     {"repair", repair},
                                     {"backup", nullptr, backup},
                                     {"export", export_group},
                                     {"import", import_group}};
    return verbs;
}

}  // namespace staffroom::api
