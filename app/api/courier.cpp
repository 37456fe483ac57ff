// A stick, or any folder, between those who share no network: fill it, empty it, see what is still on its way.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/steps.h"
#include "app/api/verbs.h"
#include "app/courier/carry.h"
#include "app/courier/unload.h"
#include "app/home.h"
#include "app/network.h"

namespace staffroom::api {
namespace {

using namespace courier;

struct Trip {
    std::unique_ptr<Stick> stick;
    bool is_on_own_disk = false;  // then it is none that anybody could take out
};

template <class Work>
Steps<Json> make_trip(Desk& desk, std::unique_ptr<Work> work, bool is_on_own_disk,
                      Json (*tell)(Desk& desk, const Work& work)) {
    for (;;) {
        const auto over = work->step();
        if (!over) co_return over.error();
        if (*over) {
            auto reply = tell(desk, *work);
            if (is_on_own_disk) reply["on_this_computer"] = true;
            co_return reply;
        }
        const auto way = work->way();
        co_yield Progress{"bytes", way.done, way.total};
    }
}

Json tell_carried(Desk& desk, const Carry& carry) {
    const auto& done = carry.done();
    Json reply{{"commits", done.commits},   {"chunks", done.chunks},       {"bytes", done.bytes},
               {"skipped", done.skipped},   {"passed_on", done.passed_on}, {"removed", done.removed},
               {"receipts", done.receipts}, {"left_out", done.left_out},   {"damaged", done.damaged},
               {"safe_to_unplug", true}};
    std::vector<std::string> missing;
    if (done.left_out > 0)
        missing.emplace_back("There was no room for everything. Take this along, then carry once more.");
    if (done.damaged > 0) {
        missing.emplace_back("A piece of a file is damaged on this disk.");
        desk.network.files_changed();
    }
    if (!missing.empty()) reply["missing"] = as_list(missing);
    if (!done.strange.empty()) reply["refused"] = as_list(done.strange);
    return reply;
}

Json tell_unloaded(Desk& desk, const Unload& unload) {
    const auto& done = unload.done();
    if (done.chunks > 0) desk.network.files_changed();
    Json reply{{"commits", done.commits},   {"chunks", done.chunks},         {"bytes", done.bytes},
               {"skipped", done.skipped},   {"waiting", done.waiting},       {"declined", done.declined},
               {"damaged", done.damaged},   {"for_others", done.for_others}, {"left_behind", done.left_behind},
               {"receipts", done.receipts}, {"no_room", done.no_room},       {"left_receipt", done.left_receipt},
               {"safe_to_unplug", true}};
    std::vector<std::string> missing;
    if (done.damaged > 0)
        missing.emplace_back("Something on the stick is damaged. What is good was taken; carry the rest once more.");
    if (done.no_room > 0) missing.emplace_back("Disk full.");
    if (!missing.empty()) reply["missing"] = as_list(missing);
    if (!done.strange.empty()) reply["refused"] = as_list(done.strange);
    return reply;
}

// Who or what it is for: a group's name or id, else a member's.
Result<CarryOptions> options_from(Desk& desk, const Json& args) {
    const auto& replica = desk.home.replica();
    CarryOptions options;
    for (const auto& each : list_arg(args, "groups")) {
        const auto group = find_group(replica, each);
        if (!group) return group.error();
        options.groups.push_back((*group)->id);
    }
    const auto most = bounded_arg(args, "max-mb", options.bytes_max >> 20, bounds::megabytes);
    if (!most) return most.error();
    options.bytes_max = *most << 20;
    const auto whom = text_arg(args, "for");
    if (whom.empty()) return options;
    if (const auto group = find_group(replica, whom)) {
        options.groups.push_back((*group)->id);
        return options;
    }
    std::vector<NamedPerson> people;
    std::map<PersonId, std::vector<GroupId>> groups_of;
    for (const auto& [id, group] : replica.groups()) {
        for (const auto& member : group->members.members()) {
            if (groups_of[member.person].empty()) people.push_back({member.person, member.name});
            groups_of[member.person].push_back(id);
        }
    }
    const auto person = find_person(people, whom, "group or member");
    if (!person) return person.error();
    options.person = *person;
    if (options.groups.empty()) options.groups = groups_of[*person];
    return options;
}

Result<Trip> trip_from(const Desk& desk, const Json& args, Make make) {
    const auto folder = path_arg(args, "folder");
    if (!folder) return folder.error();
    const auto read_back = read_back_of(*folder, desk.home.folder());
    auto stick = open_stick(*folder, make, read_back);
    if (!stick) return stick.error();
    return Trip{std::move(*stick), read_back == ReadBack::from_system};
}

Steps<Json> carry(Desk& desk, Json args) {
    auto options = options_from(desk, args);
    if (!options) co_return options.error();
    auto trip = trip_from(desk, args, Make::yes);
    if (!trip) co_return trip.error();
    auto bag = open_bag(desk.home.folder());
    if (!bag) co_return bag.error();
    auto work = std::make_unique<Carry>(desk.home, std::move(trip->stick), std::move(*bag), std::move(*options));
    co_return co_await make_trip(desk, std::move(work), trip->is_on_own_disk, &tell_carried);
}

Steps<Json> unload(Desk& desk, Json args) {
    auto trip = trip_from(desk, args, Make::no);
    if (!trip) co_return trip.error();
    auto bag = open_bag(desk.home.folder());
    if (!bag) co_return bag.error();
    auto work = std::make_unique<Unload>(desk.home, desk.network, std::move(trip->stick), std::move(*bag));
    co_return co_await make_trip(desk, std::move(work), trip->is_on_own_disk, &tell_unloaded);
}

// What is still on its way: parts for others in the bag, and what each colleague's computer lacks as far as its newest
// receipt tells.
Reply courier_list(Desk& desk, const Json&) {
    const auto bag = open_bag(desk.home.folder());
    if (!bag) return bag.error();
    std::vector<std::string> strange;
    const auto packets = packets_in(**bag, strange);
    if (!packets) return packets.error();
    boost::json::array parts, colleagues;
    std::uint64_t bytes = 0, commits = 0, chunks = 0, receipts = 0;
    for (const auto& [name, packet] : *packets) {
        bytes += packet.size;
        parts.push_back(Json{{"part", name},
                             {"bytes", packet.size},
                             {"receipt", packet.header.kind == net::courier::PartKind::receipt}});
    }
    const auto& replica = desk.home.replica();
    for (const auto& [id, group] : replica.groups()) {
        const auto haves = replica.newest_haves(id);
        const auto all = destinations(desk.home, id, std::nullopt);
        commits += commits_lacked(desk.home, id, all, {}).size();
        for (const auto& device : all) {
            const auto said = haves.find(device);
            const auto* newest = said == haves.end() ? nullptr : &said->second;
            if (newest != nullptr) ++receipts;
            const auto lacked = commits_lacked(desk.home, id, {device}, {}).size();
            chunks += newest != nullptr ? newest->wanted_chunks : 0;
            colleagues.push_back(Json{{"name", group->members.record_of(device)->name},
                                      {"device", to_text(device)},
                                      {"group", group->genesis.name},
                                      {"heard_of", newest != nullptr},
                                      {"lacks", lacked},
                                      {"wants_chunks", newest != nullptr ? newest->wanted_chunks : 0},
                                      {"up_to_date", newest != nullptr && lacked == 0 && newest->wanted_chunks == 0 &&
                                                         newest->wanted_parts == 0}});
        }
    }
    return Json{{"commits", commits},   {"chunks", chunks},          {"bytes", bytes},
                {"receipts", receipts}, {"parts", std::move(parts)}, {"colleagues", std::move(colleagues)}};
}

}  // namespace

std::span<const Verb> courier_verbs() {
    static constexpr Verb verbs[] = {{"carry", nullptr, in_steps<carry>},
                                     {"unload", nullptr, in_steps<unload>},
                                     {"courier list", courier_list, nullptr}};
    return verbs;
}

}  // namespace staffroom::api
