#include "app/api/becoming.h"

#include <algorithm>
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/home.h"
#include "core/members/devices.h"
#include "storage/own_card.h"

namespace staffroom::api {
namespace {

// Let in, able to read what is here, and another computer says that it has the same. Keys come after what they open. A
// group whose newcomers do not read what was before keeps some of it closed for ever.
bool is_whole(const Replica& replica, const Group& group) {
    if (group.members.role_of(replica.identity().device()) < Role::reader) return false;
    if (group.genesis.newcomers == NewcomersRead::all && replica.unreadable_parts(group.id) != 0) return false;
    const auto haves = replica.log().haves(group.id);
    return std::any_of(haves.begin(), haves.end(), [&](const Have& have) { return replica.has_the_same(have); });
}

// The groups come one by one, and the line is quiet before the first.
bool is_all_whole(const Replica& replica) {
    const auto& groups = replica.groups();
    return !groups.empty() && std::all_of(groups.begin(), groups.end(),
                                          [&](const auto& entry) { return is_whole(replica, *entry.second); });
}

}  // namespace

std::optional<Reply> Becoming::poll(Desk& desk, std::uint64_t now) {
    next_ = now + look_ms;
    const auto& replica = desk.home.replica();
    const auto answer = desk.network.join_answer(GroupId{});
    const bool accepted = answer && answer->outcome == net::Outcome::welcome;
    if (!from_.already && !accepted) {
        if (answer && answer->outcome == net::Outcome::version) {
            return Reply(
                Error{Code::refused, "The other computer has another version.", "Update both, then try again."});
        }
        if (answer && answer->over) return Reply(from_.refused);
        const bool asked = answer && answer->outcome == net::Outcome::asked;
        if (from_.request && (asked || now >= until_)) return Reply(*from_.request);
        if (now < until_) return std::nullopt;
        return Reply(Error{Code::not_found, from_.not_found,
                           "Have both on the same network, see that Staffroom runs there, then try again."});
    }
    if (settle_until_ == 0) settle_until_ = now + settle_ms;
    const auto seen = std::pair(replica.groups().size(), desk.network.received());
    const bool moves = seen != seen_ || !is_near(desk) || !desk.network.is_settled();
    if (moves || !is_all_whole(replica)) quiet_since_ = now;
    seen_ = seen;
    const bool complete = now >= quiet_since_ + quiet_ms;
    if (!complete && now < settle_until_) return std::nullopt;
    if (complete && from_.recovery && !others_out_) {
        if (auto shut_out = shut_out_others(desk); !shut_out) return Reply(shut_out.error());
        others_out_ = true;
        quiet_since_ = now;  // until the colleague has heard it
        return std::nullopt;
    }
    boost::json::array groups;
    for (const auto& [id, group] : replica.groups()) {
        groups.push_back(boost::json::string(group_name(replica, *group)));
    }
    const auto& identity = desk.home.identity();
    Json reply{{"person", to_text(identity.person())},
               {"device", to_text(identity.device())},
               {"name", desk.home.name()},
               {"groups", std::move(groups)},
               {"complete", complete}};
    if (from_.recovery) reply["others_gone"] = others_out_;
    return Reply(std::move(reply));
}

Result<> Becoming::shut_out_others(Desk& desk) const {
    const auto& identity = desk.home.identity();
    auto card = identity.card;
    for (const auto& record : devices_on(identity.card)) {
        if (record.device == identity.device()) continue;
        card.statements.push_back(
            make_recovery_revocation(identity.person(), SigningKey(*from_.recovery), record.device));
    }
    if (auto kept = desk.home.keep_card(card); !kept) return kept;
    const auto carried = carry_own_card(desk.home.replica());
    if (!carried) return carried.error();
    for (const auto& change : *carried) desk.network.wrote(change.group, change.done);
    desk.network.groups_changed();
    return Done{};
}

bool Becoming::is_near(Desk& desk) const {
    const auto near = desk.network.neighbours();
    return std::any_of(near.begin(), near.end(), [&](const auto& each) { return each.device == from_.device; });
}

}  // namespace staffroom::api
