// When every computer of somebody is lost: the sheet that brings them back, printed before, and its use.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/becoming.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/words.h"
#include "net/curve_link.h"

namespace staffroom::api {
namespace {

// The words for as long as they are here: printed as often as it takes, and forgotten when they are on paper, since
// whoever finds them is this person.
Reply recovery_sheet(Desk& desk, const Json& args) {
    const auto sheet = desk.home.sheet();
    if (!sheet) {
        const auto& genesis = desk.home.identity().card.genesis;
        if (!genesis.recovery) {
            return Error{Code::not_found, "Your profile was made before there were recovery sheets.",
                         "Link a second computer, so that one is left: staffroom device link"};
        }
        return Error{Code::not_found, "The words of your sheet are not on this computer: they are on paper.",
                     "If the paper is lost, link a second computer, so that one is left: staffroom device link"};
    }
    if (flag_arg(args, "on-paper")) {
        if (auto forgotten = desk.home.forget_sheet(); !forgotten) return forgotten.error();
        return Json{{"on_paper", true}};
    }
    return Json{{"words", sheet_of(*sheet)}, {"name", desk.home.name()}, {"on_paper", false}};
}

std::unique_ptr<Errand> recovery_help(Desk& desk, const Json& args) {
    const auto refuse = [](Error error) { return std::make_unique<Answered>(std::move(error)); };
    const auto secret = secret_from_sheet(text_arg(args, "sheet"));
    if (!secret) return refuse(secret.error());
    const auto colleague = invitation_from(text_arg(args, "invite"));
    if (!colleague) return refuse(colleague.error());
    const auto seed = recovery_seed(*secret);
    const auto& identity = desk.home.identity();
    const bool again = identity.card.genesis.recovery == SigningKey(seed).public_key<Hash>() &&
                       identity.card.first.device != identity.device();
    if (!again && !desk.home.replica().groups().empty()) {
        return refuse(
            {Code::refused, "This profile is in groups already.", "Recover into a folder of its own: --home FOLDER"});
    }
    const auto options = network_options(args, 0);
    if (!options) return refuse(options.error());
    if (const auto opened = desk.network.open(*options); !opened) return refuse(opened.error());
    desk.network.rescue({seed, *colleague});
    return std::make_unique<Becoming>(
        Becoming::From{colleague->device,
                       false,
                       {Code::refused, "Your colleague's computer knows nobody with this sheet.",
                        "Find a colleague who is in a group with you, and ask them for an invitation."},
                       "Your colleague's computer was not found.",
                       flag_arg(args, "others-gone") ? std::optional(seed) : std::nullopt},
        net::uptime_ms());
}

}  // namespace

std::span<const Verb> recovery_verbs() {
    static constexpr Verb verbs[] = {{"recovery sheet", recovery_sheet}, {"recovery help", nullptr, recovery_help}};
    return verbs;
}

}  // namespace staffroom::api
