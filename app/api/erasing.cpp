// Erasing a record for ever, and how far that is.
#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"

namespace staffroom::api {
namespace {

struct Erased {
    GroupId group;
    RecordId record;
};

// What is erased already has no title any more: by its id, or the beginning of it.
std::optional<Erased> erased_before(const Replica& replica, const std::string& named) {
    constexpr std::size_t least_characters = 6;
    std::optional<Erased> found;
    for (const auto& [id, group] : replica.groups()) {
        for (const auto& record : replica.erased_records(id)) {
            const auto text = to_text(record);
            if (named.size() < least_characters || !text.starts_with(named)) continue;
            if (found && found->record != record) return std::nullopt;
            found = {id, record};
        }
    }
    return found;
}

// Of a computer whose latest word is about the same content the number of erasures tells whether it has carried out
// all. Of any other it does not, and it is not counted.
std::uint64_t removed_on(const Replica& replica, const GroupId& id, const Replica::Erased& erased) {
    std::set<DeviceId> done;
    if (erased.here) done.insert(replica.identity().device());
    for (const auto& have : replica.log().haves(id)) {
        if (have.content.root == replica.root(id, CommitKind::content) && have.erasures >= erased.known) {
            done.insert(have.device);
        }
    }
    const auto known = replica.group(id)->members.readers();
    return static_cast<std::uint64_t>(std::count_if(
        known.begin(), known.end(), [&](const DeviceRecord& device) { return done.contains(device.device); }));
}

Json reported(const Replica& replica, const Erased& what, const Replica::Erased& erased) {
    return Json{{"record", to_text(what.record)},
                {"removed_on", removed_on(replica, what.group, erased)},
                {"known_devices", replica.group(what.group)->members.readers().size()},
                {"here", erased.here},
                {"why", erased.why}};
}

Reply report(const Replica& replica, const Erased& what) {
    const auto erased = replica.erased(what.group, what.record);
    if (!erased) return Error{Code::refused, "It was not erased: you have no right to it.", "Ask an organiser."};
    return reported(replica, what, *erased);
}

// Of that name there may be several: one after the other, or two that were put in at the same time.
Reply erase_file(Desk& desk, const FoundRecord& found, const std::string& name, const std::string& why) {
    const auto& replica = desk.home.replica();
    const Erased what{found.group, found.state.id};
    auto files = replica.files_of(found.group, found.state.id);
    std::erase_if(files, [&](const FileRef& file) { return file.name != name; });
    if (!files.empty()) {
        const auto op = decide_erase_files(found.state, actor_in(desk, found.group), files, why);
        if (!op) return op.error();
        if (const auto written = write(desk, found.group, {{RecordId{}, {*op}}}); !written) return written.error();
    }
    std::optional<Replica::Erased> all;
    for (auto& each : replica.erased_files(found.group, found.state.id)) {
        if (each.name != name) continue;
        if (!all) all = each.erased;
        all->here = all->here && each.erased.here;
    }
    if (!all) {
        return Error{Code::not_found, "There is no file " + in_quotes(name) + " in it.",
                     "See its files with: staffroom resource show"};
    }
    auto reply = reported(replica, what, *all);
    reply["file"] = name;
    return reply;
}

Reply erase(Desk& desk, const Json& args) {
    auto& replica = desk.home.replica();
    const auto named = text_arg(args, "record"), file = text_arg(args, "file"), why = text_arg(args, "why");
    const auto found = find_record(replica, named);
    if (!found) {
        const auto before = erased_before(replica, named);
        return before ? report(replica, *before) : Reply(found.error());
    }
    if (!file.empty()) return erase_file(desk, *found, file, why);
    const Erased what{found->group, found->state.id};
    const auto op = decide_erase(found->state, actor_in(desk, found->group), why);
    if (!op) return op.error();
    if (const auto written = write(desk, what.group, {{RecordId{}, {*op}}}); !written) return written.error();
    const auto listed = replica.list_gone(what.group);
    if (!listed) return listed.error();
    if (*listed) desk.network.wrote(what.group, **listed);
    return report(replica, what);
}

}  // namespace

std::span<const Verb> erasing_verbs() {
    static constexpr Verb verbs[] = {{"erase", erase}};
    return verbs;
}

}  // namespace staffroom::api
