#include "app/api/becoming.h"

#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/home.h"

namespace staffroom::api {

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
        if (now < until_) return std::nullopt;
        return Reply(Error{Code::not_found, from_.not_found,
                           "Have both on the same network, see that Staffroom runs there, then try again."});
    }
    if (settle_until_ == 0) settle_until_ = now + settle_ms;
    const auto seen = std::pair(replica.groups().size(), desk.network.received());
    if (seen != seen_ || !is_near(desk) || !desk.network.is_settled()) quiet_since_ = now;
    seen_ = seen;
    const bool complete = now >= quiet_since_ + quiet_ms;
    if (!complete && now < settle_until_) return std::nullopt;
    boost::json::array groups;
    for (const auto& [id, group] : replica.groups()) {
        groups.push_back(boost::json::string(group_name(replica, *group)));
    }
    const auto& identity = desk.home.identity();
    return Reply(Json{{"person", to_text(identity.person())},
                      {"device", to_text(identity.device())},
                      {"name", desk.home.name()},
                      {"groups", std::move(groups)},
                      {"complete", complete}});
}

bool Becoming::is_near(Desk& desk) const {
    const auto near = desk.network.neighbours();
    return std::any_of(near.begin(), near.end(), [&](const auto& each) { return each.device == from_.device; });
}

}  // namespace staffroom::api
