// Meeting colleagues: join with an invitation, sync once, see who is near. Errands: they end when the network has
// answered.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "app/network.h"
#include "net/curve_link.h"
#include "net/lobby.h"

namespace staffroom::api {
namespace {

Result<NetworkOptions> options_from(const Json& args) {
    NetworkOptions options;
    options.discovery = !flag_arg(args, "no-discovery");
    options.port = static_cast<std::uint16_t>(number_arg(args, "port", 0));
    for (const auto& typed : list_arg(args, "peers")) {
        auto address = net::address_from_text(typed);
        if (!address) {
            return Error{Code::malformed, in_quotes(typed) + " is no address.", "Write it like 192.168.1.7:47710."};
        }
        options.peers.push_back(*address);
    }
    return options;
}

constexpr std::uint64_t look_ms = 50;  // between two looks at what the network has come to

// An errand that cannot even begin.
class Refusal final : public Errand {
  public:
    explicit Refusal(Error error) : error_(std::move(error)) {}
    std::optional<Reply> poll(Desk&, std::uint64_t) override { return Reply(error_); }
    std::uint64_t deadline() const override { return 0; }

  private:
    Error error_;
};

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

    Join(const Invitation& invitation, std::uint64_t now) : group_(invitation.group), until_(now + patience_ms) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        next_ = now + look_ms;
        const auto* group = desk.home.replica().group(group_);
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
        if (settle_until_ == 0) settle_until_ = now + settle_ms;
        if (member && desk.network.is_settled() && quiet_ == 0) quiet_ = now + 200;
        if (!member || !desk.network.is_settled()) quiet_ = 0;
        if (now < settle_until_ && (quiet_ == 0 || now < quiet_)) return std::nullopt;
        return Reply(Json{{"group", to_text(group_)}, {"name", group->genesis.name}, {"complete", quiet_ != 0}});
    }
    std::uint64_t deadline() const override { return next_; }

  private:
    GroupId group_;
    std::uint64_t until_, settle_until_ = 0, quiet_ = 0, next_ = 0;
};

std::unique_ptr<Errand> join(Desk& desk, const Json& args) {
    const auto invitation = invitation_from(text_arg(args, "invite"));
    if (!invitation) return std::make_unique<Refusal>(invitation.error());
    if (invitation->device == desk.home.identity().device()) {
        return std::make_unique<Refusal>(
            Error{Code::refused, "This is your own invitation.", "Give it to a colleague."});
    }
    auto options = options_from(args);
    if (!options) return std::make_unique<Refusal>(options.error());
    if (const auto opened = desk.network.open(*options); !opened) return std::make_unique<Refusal>(opened.error());
    const auto* group = desk.home.replica().group(invitation->group);
    const bool inside = group != nullptr && group->members.role_of(desk.home.identity().device()) >= Role::reader;
    if (!inside) desk.network.join(*invitation);
    return std::make_unique<Join>(*invitation, net::uptime_ms());
}

// Another device has said that it has exactly what is here, and lacks nothing of it.
bool is_covered(const Replica& replica, const GroupId& group) {
    for (const auto& have : replica.log().haves(group)) {
        bool equal = have.wanted_parts == 0 && have.wanted_chunks == 0;
        for (const auto kind : all_kinds) equal = equal && have.set(kind).root == replica.root(group, kind);
        if (equal) return true;
    }
    return false;
}

bool is_safe_to_leave(const Replica& replica) {
    for (const auto& [id, group] : replica.groups()) {
        if (!is_covered(replica, id)) return false;
    }
    return replica.chunks().wanted(1).empty();
}

class Sync final : public Errand {
  public:
    // Discovery needs a beacon or two; a quiet moment means that nothing more is coming.
    static constexpr std::uint64_t discovery_ms = 3'000, quiet_ms = 300, stuck_ms = 3'000;

    Sync(Desk& desk, std::size_t peers, std::uint64_t seconds, std::uint64_t now)
        : peers_(peers),
          received_(desk.network.received()),
          sent_(desk.network.sent()),
          began_(now),
          until_(now + seconds * 1000) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        next_ = now + look_ms;
        const auto neighbours = desk.network.neighbours().size();
        most_ = std::max(most_, neighbours);
        const bool expecting = peers_ > 0 ? most_ < peers_ : now < began_ + discovery_ms;
        const auto lacking = desk.home.replica().chunks().wanted(64).size();
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
        return Reply(Json{{"met", std::move(met)},
                          {"received", desk.network.received() - received_},
                          {"sent", desk.network.sent() - std::min(sent_, desk.network.sent())},
                          {"waiting", waiting},
                          {"files_missing", lacking},
                          {"safe_to_leave", is_safe_to_leave(desk.home.replica())}});
    }
    std::uint64_t deadline() const override { return next_; }

  private:
    std::size_t peers_, most_ = 0, lacking_ = 0;
    std::uint64_t received_, sent_, began_, until_, next_ = 0, quiet_since_ = 0, seen_ = 0;
};

std::unique_ptr<Errand> sync(Desk& desk, const Json& args) {
    auto options = options_from(args);
    if (!options) return std::make_unique<Refusal>(options.error());
    if (const auto opened = desk.network.open(*options); !opened) return std::make_unique<Refusal>(opened.error());
    const auto peers = options->peers.size();
    const auto seconds = number_arg(args, "seconds", peers > 0 ? 60 : 20);
    return std::make_unique<Sync>(desk, peers, seconds, net::uptime_ms());
}

// What a teacher should know of the pace at which the two give each other changes; empty as a rule.
std::string notice_about(const net::Neighbour& neighbour) {
    if (neighbour.too_fast > 0) {
        return "This computer sends more changes than anybody can write; the rest is taken bit by bit. If it goes on, "
               "ask its owner what runs there.";
    }
    if (neighbour.held) return "You have many changes to give; this colleague takes them bit by bit.";
    return "";
}

Reply colleagues(Desk& desk, const Json&) {
    boost::json::array rows;
    for (const auto& neighbour : desk.network.neighbours()) {
        rows.push_back(Json{{"name", neighbour.name},
                            {"device", to_text(neighbour.device)},
                            {"near", true},
                            {"groups", neighbour.groups},
                            {"up_to_date", neighbour.settled},
                            {"given", neighbour.given},
                            {"taken", neighbour.taken},
                            {"declined", neighbour.too_fast},
                            {"notice", notice_about(neighbour)}});
    }
    return Json{{"colleagues", std::move(rows)}, {"safe_to_leave", is_safe_to_leave(desk.home.replica())}};
}

constexpr Verb verbs[] = {{"join", nullptr, join}, {"sync", nullptr, sync}, {"colleagues", colleagues, nullptr}};

}  // namespace

std::span<const Verb> meeting_verbs() { return verbs; }

}  // namespace staffroom::api
