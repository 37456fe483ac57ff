// Meeting colleagues: join with an invitation, sync once, see who is near. Errands: they end when the network has
// answered.
#include <algorithm>
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/colleagues.h"
#include "app/api/errands.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "net/curve_link.h"
#include "net/lobby.h"

namespace staffroom::api {
namespace {

Error refusal_of(net::Outcome outcome) {
    if (outcome == net::Outcome::version) {
        return {Code::refused, "Your colleague's computer has another version.", "Update both, then join again."};
    }
    return refusal_of(net::refusal_in(outcome).value_or(Admission::unknown), "");
}

class Join final : public Errand {
  public:
    // Long enough for a lobby, a busy organiser and the first sync on a slow Wi-Fi.
    static constexpr std::uint64_t patience_ms = 60'000, settle_ms = 20'000;
    // Of a program that runs on: the rest comes while the group is looked at already.
    static constexpr std::uint64_t settle_running_ms = 1'500;

    Join(const GroupId& group, bool runs_on, std::uint64_t now)
        : group_(group), settle_ms_(runs_on ? settle_running_ms : settle_ms), until_(now + patience_ms) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        const auto* group = desk.home.replica().group(group_);
        // Whoever was here before may have been shut out, and has to hear of that first.
        if (next_ == 0 && group != nullptr) settle_ms_ = settle_ms;
        next_ = now + look_ms;
        const bool member = group != nullptr && group->members.role_of(desk.home.identity().device()) >= Role::reader;
        const auto answer = desk.network.join_answer(group_);
        const bool refused = answer && answer->over && answer->outcome != net::Outcome::welcome;
        if (!member && refused) return Reply(refusal_of(answer->outcome));
        if (group == nullptr) {
            if (now < until_) return std::nullopt;
            if (answer && answer->outcome == net::Outcome::asked) {
                return Reply(Json{{"group", to_text(group_)}, {"asked", true}});
            }
            return Reply(Error{Code::not_found, "The colleague who invited you was not found.",
                               "Be on the same network, check that Staffroom runs there, then join again."});
        }
        // Let in: wait until what the group has is here too, so that the first look is not an empty one.
        if (settle_until_ == 0) settle_until_ = now + settle_ms_;
        if (member && desk.network.is_settled() && quiet_ == 0) quiet_ = now + 200;
        if (!member || !desk.network.is_settled()) quiet_ = 0;
        if (now < settle_until_ && (quiet_ == 0 || now < quiet_)) return std::nullopt;
        return Reply(Json{
            {"group", to_text(group_)}, {"name", group_name(desk.home.replica(), *group)}, {"complete", quiet_ != 0}});
    }
    std::uint64_t deadline() const override { return next_; }

  private:
    GroupId group_;
    std::uint64_t settle_ms_, until_, settle_until_ = 0, quiet_ = 0, next_ = 0;
};

std::unique_ptr<Errand> join(Desk& desk, const Json& args) {
    const auto invitation = invitation_from(text_arg(args, "invite"));
    if (!invitation) return std::make_unique<Answered>(invitation.error());
    if (invitation->device == desk.home.identity().device()) {
        return std::make_unique<Answered>(
            Error{Code::refused, "This is your own invitation.", "Give it to a colleague."});
    }
    if (const auto may = desk.home.replica().must_be_linked(); !may) return std::make_unique<Answered>(may.error());
    const bool runs_on = desk.network.is_open();
    if (const auto opened = open_network(desk, args); !opened) return std::make_unique<Answered>(opened.error());
    return join_with(desk, *invitation, runs_on);
}

bool is_safe_to_leave(const Replica& replica) {
    for (const auto& [id, group] : replica.groups()) {
        if (replica.full_copies(id).empty()) return false;
    }
    return replica.chunks().wanted(1).empty();
}

class Sync final : public Errand {
  public:
    // Discovery needs a beacon or two; a quiet moment means that nothing more is coming.
    // Who was named is asked for longer: their computer may just be waking up.
    static constexpr std::uint64_t discovery_ms = 3'000, named_ms = 15'000, quiet_ms = 300, stuck_ms = 3'000;
    static constexpr std::uint64_t measure_every_ms = 500;

    Sync(Desk& desk, std::vector<net::Address> peers, std::uint64_t seconds, std::uint64_t now)
        : peers_(std::move(peers)),
          received_(desk.network.received()),
          sent_(desk.network.sent()),
          began_(now),
          until_(now + seconds * 1000) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        next_ = now + look_ms;
        std::vector<net::Address> missed;
        std::copy_if(peers_.begin(), peers_.end(), std::back_inserter(missed),
                     [&](const net::Address& peer) { return !desk.network.has_met(peer); });
        const bool expecting =
            peers_.empty() ? now < began_ + discovery_ms : !missed.empty() && now < began_ + named_ms;
        const auto lacking = desk.home.replica().chunks().wanted(64).size();
        if (now >= measure_ms_) measure(desk, now);
        if (!desk.network.is_settled() || expecting || desk.network.received() != seen_ || lacking != lacking_) {
            quiet_since_ = now;
            seen_ = desk.network.received();
            lacking_ = lacking;
        }
        const auto patience = lacking == 0 ? quiet_ms : stuck_ms;
        if (now < until_ && now < quiet_since_ + patience) return std::nullopt;
        std::uint64_t waiting = 0;
        for (const auto& [id, group] : desk.home.replica().groups()) {
            waiting += desk.home.replica().log().waiting(id, limits::waiting_commits).size();
        }
        boost::json::array met;
        for (const auto& name : desk.network.met()) met.push_back(boost::json::string(name));
        Json reply{{"met", std::move(met)},
                   {"missed", listed(missed)},
                   {"received", desk.network.received() - received_},
                   {"sent", desk.network.sent() - std::min(sent_, desk.network.sent())},
                   {"waiting", waiting},
                   {"files_missing", lacking},
                   {"safe_to_leave", is_safe_to_leave(desk.home.replica())}};
        const bool full = lacks_room(desk);
        reply["disk_full"] = full;
        reply["colleagues_full"] = who_lacks_room(desk);
        // What print.cpp turns into "partly done".
        if (lacking > 0 && full) reply["missing"] = as_list({"Disk full."});
        if (missed.empty() || missed.size() < peers_.size()) return Reply(std::move(reply));
        return with_trouble(std::move(reply),
                            Trouble{"failed", "Nobody of your groups was met at the address you gave.",
                                    "Check the address with: staffroom status, on their computer. Staffroom "
                                    "must be running there."});
    }
    std::uint64_t deadline() const override { return next_; }
    Progress progress() const override { return progress_; }

  private:
    void measure(Desk& desk, std::uint64_t now) {
        measure_ms_ = now + measure_every_ms;
        auto lacking = bytes_to_come(desk);
        // What finds no room is not waited for.
        lacking -= std::min(lacking, desk.home.replica().chunks().fit().lacking);
        const auto most = std::max(progress_.total, lacking);
        progress_ = {"bytes", most - lacking, most};
    }
    static boost::json::array listed(const std::vector<net::Address>& addresses) {
        boost::json::array list;
        for (const auto& address : addresses) list.push_back(boost::json::string(net::address_text(address)));
        return list;
    }

    std::vector<net::Address> peers_;
    std::size_t lacking_ = 0;
    Progress progress_;
    std::uint64_t measure_ms_ = 0;
    std::uint64_t received_, sent_, began_, until_, next_ = 0, quiet_since_ = 0, seen_ = 0;
};

std::unique_ptr<Errand> sync(Desk& desk, const Json& args) {
    const auto options = network_options(args, 0);
    if (!options) return std::make_unique<Answered>(options.error());
    const auto seconds = bounded_arg(args, "seconds", options->peers.empty() ? 20 : 60, bounds::sync_seconds);
    if (!seconds) return std::make_unique<Answered>(seconds.error());
    if (const auto opened = desk.network.open(*options); !opened) return std::make_unique<Answered>(opened.error());
    return std::make_unique<Sync>(desk, options->peers, *seconds, net::uptime_ms());
}

// Where no daemon runs, this program looks for them itself, as long as a beacon or two take.
class Colleagues final : public Errand {
  public:
    Colleagues(bool looking, std::uint64_t now) : until_(looking ? now + Sync::discovery_ms : 0) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        next_ = now + look_ms;
        if (now < until_ || (until_ != 0 && now < until_ + Sync::stuck_ms && !desk.network.is_settled())) {
            return std::nullopt;
        }
        return Reply(
            Json{{"colleagues", colleagues_rows(desk)}, {"safe_to_leave", is_safe_to_leave(desk.home.replica())}});
    }
    std::uint64_t deadline() const override { return next_; }

  private:
    std::uint64_t until_, next_ = 0;
};

std::unique_ptr<Errand> colleagues(Desk& desk, const Json&) {
    const bool looking = !desk.network.is_open() && !desk.home.replica().groups().empty();
    if (looking) {
        if (const auto opened = desk.network.open({}); !opened) return std::make_unique<Answered>(opened.error());
    }
    return std::make_unique<Colleagues>(looking, net::uptime_ms());
}

}  // namespace

Result<> open_network(Desk& desk, const Json& args) {
    const auto options = network_options(args, 0);
    return options ? desk.network.open(*options) : Result<>(options.error());
}

std::unique_ptr<Errand> join_with(Desk& desk, const Invitation& invitation, bool runs_on) {
    const auto* group = desk.home.replica().group(invitation.group);
    const bool inside = group != nullptr && group->members.role_of(desk.home.identity().device()) >= Role::reader;
    if (!inside) desk.network.join(invitation);
    return wait_to_be_in(invitation.group, runs_on);
}

std::unique_ptr<Errand> wait_to_be_in(const GroupId& group, bool runs_on) {
    return std::make_unique<Join>(group, runs_on, net::uptime_ms());
}

std::span<const Verb> meeting_verbs() {
    static constexpr Verb verbs[] = {{"join", nullptr, join},
                                     {"sync", nullptr, sync},
                                     {.name = "colleagues", .begin = colleagues, .is_glance = true}};
    return verbs;
}

}  // namespace staffroom::api
