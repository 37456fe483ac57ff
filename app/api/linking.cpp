// A second computer for the same person: the older one shows a code, the new one is given it.
#include <boost/json.hpp>

#include "app/api/args.h"
#include "app/api/becoming.h"
#include "app/api/errands.h"
#include "app/home.h"
#include "net/curve_link.h"
#include "net/lobby.h"

namespace staffroom::api {
namespace {

constexpr std::uint64_t minutes_default = 10;

Reply show_offer(Desk& desk, const Json& args) {
    const auto& identity = desk.home.identity();
    const auto minutes = bounded_arg(args, "minutes", minutes_default, bounds::invite_minutes);
    if (!minutes) return minutes.error();
    LinkOffer offer;
    offer.path = next_path(identity.card, identity.device());
    if (offer.path.empty() || prove(identity.card).devices.size() >= limits::devices_count) {
        return Error{Code::refused, "No further computer can be linked with this one.",
                     "Link it with one of your older computers."};
    }
    const auto seed = new_signing_seed();
    offer.seed = *Hash::from(seed.view());
    offer.person = identity.person();
    offer.device = identity.device();
    offer.link = identity.record.link;
    offer.addresses = desk.network.own_addresses();
    if (auto kept = desk.network.offer_link(SigningKey(seed).public_key<InviteKey>(), *minutes); !kept) {
        return kept.error();
    }
    Json reply{{"offer", text_of(offer)}, {"minutes", *minutes}};
    if (flag_arg(args, "qr")) reply["qr"] = true;
    return reply;
}

Error no_longer_taken() {
    return {Code::refused, "Your other computer does not take this code, or takes it no more.",
            "Show a new one there: staffroom device link"};
}

}  // namespace

std::unique_ptr<Errand> device_link(Desk& desk, const Json& args) {
    const auto text = text_arg(args, "offer");
    if (text.empty()) return std::make_unique<Answered>(show_offer(desk, args));
    const auto offer = link_offer_from(text);
    if (!offer) return std::make_unique<Answered>(offer.error());
    const auto& identity = desk.home.identity();
    if (offer->device == identity.device()) {
        return std::make_unique<Answered>(
            Error{Code::refused, "This is the code of this very computer.", "Type it on the new one."});
    }
    if (identity.person() != offer->person && !desk.home.replica().groups().empty()) {
        return std::make_unique<Answered>(Error{Code::refused, "This profile is in groups of its own already.",
                                                "Give the new one a folder of its own: --home FOLDER"});
    }
    if (const auto opened = open_network(desk, args); !opened) return std::make_unique<Answered>(opened.error());
    const bool again = identity.person() == offer->person;
    if (!again) desk.network.link(*offer);
    return std::make_unique<Becoming>(
        Becoming::From{offer->device, again, no_longer_taken(), "Your other computer was not found."},
        net::uptime_ms());
}

}  // namespace staffroom::api
