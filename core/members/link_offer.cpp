#include "core/members/link_offer.h"

#include "core/checked_text.h"

namespace staffroom {
namespace {

constexpr CheckedText offer_text = {"staffroom-link-", "code", 1, limits::invitation_bytes};
constexpr CheckedText recovery_text = {"staffroom-lost-", "code", 1, limits::invitation_bytes};
constexpr CheckedText request_text = {"staffroom-recover-", "request", 1, 1024};

}  // namespace

std::string text_of(LinkOffer offer) {
    if (offer.addresses.size() > 4) offer.addresses.resize(4);
    return to_checked_text(offer_text, encode(offer));
}

Result<LinkOffer> link_offer_from(std::string_view text) {
    const auto body = from_checked_text(offer_text, text);
    if (!body) return body.error();
    auto offer = decode<LinkOffer>(*body);
    if (!offer || offer->path.empty()) return damaged(offer_text);
    return offer;
}

std::string text_of(RecoveryOffer offer) {
    if (offer.addresses.size() > 4) offer.addresses.resize(4);
    return to_checked_text(recovery_text, encode(offer));
}

Result<RecoveryOffer> recovery_offer_from(std::string_view text) {
    const auto body = from_checked_text(recovery_text, text);
    if (!body) return body.error();
    auto offer = decode<RecoveryOffer>(*body);
    return offer ? std::move(offer) : Result<RecoveryOffer>(damaged(recovery_text));
}

std::string text_of(const RecoveryRequest& request) { return to_checked_text(request_text, encode(request)); }

Result<RecoveryRequest> recovery_request_from(std::string_view text) {
    const auto body = from_checked_text(request_text, text);
    if (!body) return body.error();
    auto request = decode<RecoveryRequest>(*body);
    if (!request || !is_valid(*request)) return damaged(request_text);
    return request;
}

}  // namespace staffroom
