// Letting somebody in without a code: both computers show six words, and both teachers say whether they are the same.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/errands.h"
#include "app/api/records.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/text_rules.h"
#include "core/words.h"
#include "net/curve_link.h"

namespace staffroom::api {
namespace {

constexpr std::uint64_t minutes_default = 5;

Error nothing_compared() {
    return {Code::not_found, "No words are shown just now.",
            "To let somebody in: staffroom compare open GROUP. To come in: staffroom compare find"};
}

Reply compare_open(Desk& desk, const Json& args) {
    const auto found = group_to_let_into(desk, args);
    if (!found) return found.error();
    const auto minutes = bounded_arg(args, "minutes", minutes_default, bounds::compare_minutes);
    if (!minutes) return minutes.error();
    if (auto opened = desk.network.open_window((*found)->id, *minutes); !opened) return opened.error();
    return Json{{"group", to_text((*found)->id)}, {"minutes", *minutes}};
}

// The words, once there are some: looked for by who wants to come in, waited for by who lets in.
class Comparing final : public Errand {
  public:
    // After the first window was found others are waited for: until everybody has answered, but not for who does not.
    static constexpr std::uint64_t patience_ms = 60'000, least_ms = 500, most_ms = 4'000;

    Comparing(bool seeks, std::string with, std::uint64_t now)
        : seeks_(seeks), with_(std::move(with)), until_(now + patience_ms) {}

    std::optional<Reply> poll(Desk& desk, std::uint64_t now) override {
        next_ = now + look_ms;
        if (const auto& shown = desk.network.comparison()) {
            return Reply(Json{{"words", compared_words(shown->agreed)},
                              {"with", shown_name(shown->other.name)},
                              {"lets_in", shown->hosting}});
        }
        if (now >= until_) {
            if (!seeks_) return Reply(nothing_compared());
            return Reply(Error{Code::not_found, "Nobody nearby lets anybody in by words just now.",
                               "Ask a colleague to type there: staffroom compare open GROUP"});
        }
        return seeks_ ? choose(desk, now) : std::nullopt;
    }
    std::uint64_t deadline() const override { return next_; }

  private:
    // One window, or the one that was named: its words come with the next look.
    std::optional<Reply> choose(Desk& desk, std::uint64_t now) {
        desk.network.seek_window();
        const auto& found = desk.network.windows_found();
        if (found.empty()) return std::nullopt;
        if (found_ms_ == 0) found_ms_ = now;
        std::string names;
        boost::json::array near;
        const net::Compared* chosen = nullptr;
        std::size_t fitting = 0;
        for (const auto& each : found) {
            const auto name = shown_name(each.other.name);
            near.push_back(boost::json::string(name));
            names += (names.empty() ? "" : ", ") + in_quotes(name);
            if (!with_.empty() && name != with_) continue;
            chosen = &each;
            ++fitting;
        }
        const bool all = now >= found_ms_ + (desk.network.has_sought() ? least_ms : most_ms);
        if (!all || fitting == 0) return std::nullopt;
        if (fitting > 1) {
            return with_trouble(
                Json{{"near", std::move(near)}},
                Trouble{"refused", "Several colleagues near you let somebody in by words: " + names + ".",
                        "Say whose words you want to compare: staffroom compare find --with NAME"});
        }
        desk.network.compare_with(net::Compared(*chosen));
        return std::nullopt;
    }

    bool seeks_;
    std::string with_;
    std::uint64_t until_, found_ms_ = 0, next_ = 0;
};

std::unique_ptr<Errand> compare_find(Desk& desk, const Json& args) {
    if (const auto may = desk.home.replica().must_be_linked(); !may) return std::make_unique<Answered>(may.error());
    if (const auto opened = open_network(desk, args); !opened) return std::make_unique<Answered>(opened.error());
    // Who is asked whose has found them all, and has shown each of them.
    const auto with = text_arg(args, "with");
    if (with.empty() || desk.network.comparison()) desk.network.forget_comparison(false);
    return std::make_unique<Comparing>(true, with, net::uptime_ms());
}

std::unique_ptr<Errand> compare_words(Desk&, const Json&) {
    return std::make_unique<Comparing>(false, "", net::uptime_ms());
}

// Who lets in writes an invitation that only the two computers know, for some minutes; who comes in comes with it.
std::unique_ptr<Errand> compare_same(Desk& desk, const Json&) {
    const auto shown = desk.network.comparison();
    if (!shown) return std::make_unique<Answered>(nothing_compared());
    Invitation invitation;
    invitation.seed = shown->seed;
    invitation.group = shown->group;
    invitation.device = shown->other.device;
    invitation.link = shown->host;
    if (!shown->hosting) {
        desk.network.forget_comparison(true);
        return join_with(desk, invitation, true);
    }
    InviteOp op;
    op.invite = invitation.key().public_key<InviteKey>();
    op.role = Role::member;
    op.uses = 1;
    const auto written = desk.home.replica().write_control(shown->group, {make_op(op)});
    if (!written) return std::make_unique<Answered>(written.error());
    desk.network.wrote(shown->group, *written);
    desk.network.forget_comparison(true);
    if (auto kept = desk.network.close_later(shown->group, op.invite, minutes_default); !kept) {
        return std::make_unique<Answered>(kept.error());
    }
    return std::make_unique<Answered>(
        Reply(Json{{"group", to_text(shown->group)}, {"with", shown_name(shown->other.name)}}));
}

Reply compare_different(Desk& desk, const Json&) {
    if (!desk.network.comparison()) return nothing_compared();
    desk.network.forget_comparison(false);
    return Json{{"forgotten", true}};
}

}  // namespace

std::span<const Verb> compare_verbs() {
    static constexpr Verb verbs[] = {{"compare open", compare_open},
                                     {"compare find", nullptr, compare_find},
                                     {"compare words", nullptr, compare_words},
                                     {"compare same", nullptr, compare_same},
                                     {"compare different", compare_different}};
    return verbs;
}

}  // namespace staffroom::api
