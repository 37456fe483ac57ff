// Groups that show themselves to strangers nearby, and asking to join one.
#include <algorithm>
#include <boost/json.hpp>

#include "app/announced_groups.h"
#include "app/api/args.h"
#include "app/api/errands.h"
#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/members/changes.h"
#include "core/records/input.h"
#include "core/text_rules.h"
#include "net/curve_link.h"

namespace staffroom::api {
namespace {

Reply group_announce(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    if ((*found)->genesis.kind == GroupKind::pair) {
        return Error{Code::refused, "This is between the two of you: nobody else can be let in.",
                     "Found a group for three or more: staffroom group new"};
    }
    if (const auto may = may_write(desk, (*found)->id); !may) return may.error();
    if (auto may = may_organise((*found)->members, desk.home.identity().device()); !may) return may.error();
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

const NearbyGroup* find_nearby(const std::vector<NearbyGroup>& nearby, const std::string& named) {
    const auto found = std::find_if(nearby.begin(), nearby.end(), [&](const NearbyGroup& each) {
        const auto id = to_text(each.group.id);
        return each.group.name == named || (named.size() >= prefix_characters && id.starts_with(named));
    });
    return found == nearby.end() ? nullptr : &*found;
}

// Looks around for some seconds; with a group to ask for, until it is found.
class LookAround final : public Errand {
  public:
    static constexpr std::uint64_t patience_ms = 5'000, patience_to_ask_ms = 30'000;

    LookAround(std::string group, std::uint64_t now)
        : group_(std::move(group)), until_(now + (group_.empty() ? patience_ms : patience_to_ask_ms)) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        next_ = now + look_ms;
        if (joining_) {
            auto reply = joining_->poll(desk, now);
            next_ = joining_->deadline();
            return reply;
        }
        const auto& nearby = desk.network.nearby_groups();
        if (const auto* found = group_.empty() ? nullptr : find_nearby(nearby, group_)) {
            desk.network.ask_to_join(*found);
            joining_ = wait_to_be_in(found->group.id);
            return std::nullopt;
        }
        if (now < until_) return desk.network.look_around(), std::nullopt;
        if (!group_.empty()) {
            return Reply(Error{Code::not_found, "No group of this name shows itself nearby.",
                               "See those that do: staffroom group nearby"});
        }
        boost::json::array groups;
        for (const auto& each : nearby) {
            groups.push_back(Json{{"name", shown_name(each.group.name)},
                                  {"purpose", shown_text(each.group.purpose)},
                                  {"id", to_text(each.group.id)}});
        }
        return Reply(Json{{"groups", std::move(groups)}});
    }
    std::uint64_t deadline() const override { return next_; }

  private:
    std::string group_;
    std::unique_ptr<Errand> joining_;
    std::uint64_t until_, next_ = 0;
};

std::unique_ptr<Errand> look(Desk& desk, const Json& args, std::string group) {
    const auto options = network_options(args, 0);
    if (!options) return std::make_unique<Answered>(options.error());
    if (const auto opened = desk.network.open(*options); !opened) return std::make_unique<Answered>(opened.error());
    desk.network.look_anew();
    return std::make_unique<LookAround>(std::move(group), net::uptime_ms());
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
