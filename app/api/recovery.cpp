// When every computer of somebody is lost: the sheet that brings them back, printed before, and its use; or colleagues who
// vouch for the new one.
#include <algorithm>
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/becoming.h"
#include "app/api/verbs.h"
#include "app/home.h"
#include "core/members/changes.h"
#include "core/words.h"
#include "net/curve_link.h"

namespace staffroom::api {
namespace {

Error in_groups_already() {
    return {Code::refused, "This profile is in groups already.", "Recover into a folder of its own: --home FOLDER"};
}

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

// A colleague's computer shows who it was that lost everything, and where it can be asked.
Reply recovery_begin(Desk& desk, const Json& args) {
    const auto group = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!group) return group.error();
    const auto who = find_person(**group, text_arg(args, "who"));
    if (!who) return who.error();
    const auto& identity = desk.home.identity();
    if (*who == identity.person()) {
        return Error{Code::refused, "You cannot vouch for yourself.",
                     "Link the new computer with this one: staffroom device link"};
    }
    const RecoveryOffer offer{*who, identity.device(), identity.record.link, desk.network.own_addresses()};
    Json reply{{"offer", text_of(offer)}, {"person", to_text(*who)}};
    if (flag_arg(args, "qr")) reply["qr"] = true;
    return reply;
}

// An organiser says that this computer is that colleague's, whom they have in front of them.
Reply recovery_vouch(Desk& desk, const Json& args) {
    const auto found = find_group(desk.home.replica(), text_arg(args, "group"));
    if (!found) return found.error();
    const auto id = (*found)->id;
    const auto request = recovery_request_from(text_arg(args, "request"));
    if (!request) return request.error();
    const auto change = decide_vouch((*found)->members, desk.home.identity().device(), *request);
    if (!change) return change.error();
    const auto written = desk.home.replica().write_control(id, change->ops);
    if (!written) return written.error();
    desk.network.wrote(id, *written);
    desk.network.groups_changed();
    const auto& members = desk.home.replica().group(id)->members;
    const auto vouched = members.vouched_for(request->person);
    const bool enough = std::any_of(vouched.begin(), vouched.end(), [&](const auto& each) {
        return each.request.record.device == request->record.device && each.enough;
    });
    const auto rows = members.members();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const MemberRow& each) { return each.person == request->person; });
    return Json{{"person", to_text(request->person)},
                {"name", row == rows.end() ? std::string() : row->name},
                {"device", to_text(request->record.device)},
                {"enough", enough},
                {"warning", change->warning}};
}

std::unique_ptr<Errand> recovery_with_colleagues(Desk& desk, const Json& args) {
    const auto refuse = [](Error error) { return std::make_unique<Answered>(std::move(error)); };
    const auto offer = recovery_offer_from(text_arg(args, "invite"));
    if (!offer) return refuse(offer.error());
    const auto& identity = desk.home.identity();
    if (offer->device == identity.device()) {
        return refuse({Code::refused, "This is the code of this very computer.", "Type it on the new one."});
    }
    if (identity.person() != offer->person && !desk.home.replica().groups().empty()) {
        return refuse(in_groups_already());
    }
    if (const auto opened = open_network(desk, args); !opened) return refuse(opened.error());
    const auto request = make_recovery_request(offer->person, identity.record, SigningKey(identity.secrets.signing));
    desk.network.ask_to_vouch(*offer, request);
    Json shown{{"request", text_of(request)}, {"complete", false}};
    if (flag_arg(args, "qr")) shown["qr"] = true;
    return std::make_unique<Becoming>(
        Becoming::From{offer->device,
                       false,
                       {Code::refused, "Your colleague's computer does not know you in any group.",
                        "Ask a colleague who is in a group with you: staffroom recovery begin"},
                       "",
                       std::nullopt,
                       std::move(shown)},
        net::uptime_ms());
}

std::unique_ptr<Errand> recovery_help(Desk& desk, const Json& args) {
    if (!maybe_text_arg(args, "sheet")) return recovery_with_colleagues(desk, args);
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
        return refuse(in_groups_already());
    }
    if (const auto opened = open_network(desk, args); !opened) return refuse(opened.error());
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
    static constexpr Verb verbs[] = {{"recovery sheet", recovery_sheet},
                                     {"recovery begin", recovery_begin},
                                     {"recovery vouch", recovery_vouch},
                                     {"recovery help", nullptr, recovery_help}};
    return verbs;
}

}  // namespace staffroom::api
