// Groups that show themselves to strangers nearby, and asking to join one.
#include <boost/json.hpp>
#include <map>

#include "app/announced_groups.h"
#include "app/api/args.h"
#include "app/api/errands.h"
#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/records/input.h"
#include "core/text_rules.h"
#include "net/curve_link.h"

namespace staffroom::api {
namespace {

Reply group_announce(Desk& desk, const Json& args) {
    const auto found = group_to_let_into(desk, args);
    if (!found) return found.error();
    const auto purpose = text_arg(args, "purpose");
    if (!purpose.empty()) {
        if (const auto fits = check_title("What the group is for", purpose); !fits) return fits.error();
    }
    if (auto shown = AnnouncedGroups(desk.home.profile().store()).show((*found)->id, purpose); !shown)
        return shown.error();
    desk.network.groups_changed();
    return Json{{"group", to_text((*found)->id)}, {"purpose", purpose}};
}

Reply group_hide(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    if (auto hidden = AnnouncedGroups(desk.home.profile().store()).hide((*found)->id); !hidden) return hidden.error();
    desk.network.groups_changed();
    return Json{{"group", to_text((*found)->id)}};
}

// Those that this computer is not in yet; one that several colleagues show is one, shown `by` them all.
struct Found {
    const NearbyGroup* first = nullptr;
    boost::json::array by;
};

std::map<GroupId, Found> found_nearby(Desk& desk) {
    std::map<GroupId, Found> found;
    for (const auto& each : desk.network.nearby_groups()) {
        const auto* group = desk.home.replica().group(each.group.id);
        const bool inside = group != nullptr && group->members.role_of(desk.home.identity().device()) >= Role::reader;
        if (inside) continue;
        auto& entry = found[each.group.id];
        if (entry.first == nullptr) entry.first = &each;
        entry.by.push_back(boost::json::string(shown_name(each.group.by)));
    }
    return found;
}

Reply nearby(Desk& desk) {
    boost::json::array groups;
    for (auto& [id, found] : found_nearby(desk)) {
        const auto answer = desk.network.join_answer(id);
        groups.push_back(Json{{"id", to_text(id)},
                              {"name", shown_name(found.first->group.name)},
                              {"purpose", shown_name(found.first->group.purpose, limits::title_scalars)},
                              {"by", std::move(found.by)},
                              {"asked", answer && !answer->over}});
    }
    return Json{{"groups", std::move(groups)}};
}

Error refusal_of_asking(const Error& error) {
    if (error.code != Code::refused) return error;
    return {Code::refused, "You were not let in.", "Speak with a colleague who is in the group."};
}

// Looks around until everybody nearby has answered; with a group to ask for, until that is found, and then waits for the
// answer.
class LookAround final : public Errand {
  public:
    static constexpr std::uint64_t least_ms = 1'500, patience_ms = 5'000, patience_to_ask_ms = 30'000;

    LookAround(std::string group, bool runs_on, std::uint64_t now)
        : group_(std::move(group)), runs_on_(runs_on), began_(now) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        if (joining_) {
            auto reply = joining_->poll(desk, now);
            next_ = joining_->deadline();
            if (reply && !*reply) return Reply(refusal_of_asking(reply->error()));
            return reply;
        }
        next_ = now + look_ms;
        desk.network.look_around();
        const bool all_answered = desk.network.has_looked() && now >= began_ + least_ms;
        const auto patience = group_.empty() ? patience_ms : patience_to_ask_ms;
        if (group_.empty()) {
            return all_answered || now >= began_ + patience ? std::optional(nearby(desk)) : std::nullopt;
        }
        const auto found = found_nearby(desk);
        std::vector<NamedGroup> choices;
        for (const auto& [id, each] : found) choices.push_back({id, each.first->group.name});
        const auto chosen = find_group(choices, group_);
        if (!chosen) {
            // A second group of that name may make it ambiguous, and nobody else can make it clear again.
            const bool over = chosen.error().code != Code::not_found || now >= began_ + patience;
            return over ? std::optional<Reply>(chosen.error()) : std::nullopt;
        }
        if (!all_answered && now < began_ + patience_ms) return std::nullopt;
        desk.network.ask_to_join(*found.at(*chosen).first);
        joining_ = wait_to_be_in(*chosen, runs_on_);
        return std::nullopt;
    }
    std::uint64_t deadline() const override { return next_; }

  private:
    std::string group_;
    bool runs_on_;
    std::unique_ptr<Errand> joining_;
    std::uint64_t began_, next_ = 0;
};

std::unique_ptr<Errand> look(Desk& desk, const Json& args, std::string group) {
    const auto options = network_options(args, 0);
    if (!options) return std::make_unique<Answered>(options.error());
    const bool runs_on = desk.network.is_open();
    if (const auto opened = desk.network.open(*options); !opened) return std::make_unique<Answered>(opened.error());
    desk.network.look_anew();
    return std::make_unique<LookAround>(std::move(group), runs_on, net::uptime_ms());
}

std::unique_ptr<Errand> group_nearby(Desk& desk, const Json& args) { return look(desk, args, ""); }

std::unique_ptr<Errand> group_ask(Desk& desk, const Json& args) {
    if (const auto may = desk.home.replica().must_be_linked(); !may) return std::make_unique<Answered>(may.error());
    return look(desk, args, text_arg(args, "group"));
}

}  // namespace

std::span<const Verb> asking_verbs() {
    static constexpr Verb verbs[] = {{"group announce", group_announce},
                                     {"group hide", group_hide},
                                     {"group nearby", nullptr, group_nearby},
                                     {"group ask", nullptr, group_ask}};
    return verbs;
}

}  // namespace staffroom::api
