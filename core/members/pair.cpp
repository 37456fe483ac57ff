#include "core/members/pair.h"

#include <algorithm>

namespace staffroom {

std::optional<PairOp> make_pair_op(const Membership& members, const PersonId& me, const PersonId& with,
                                   const SymmetricKey& group_key) {
    PairOp op{with, {}};
    bool met = false;
    for (const auto& device : members.readers()) {
        const auto person = members.person_of(device.device);
        if (person != me && person != with) continue;
        auto box = seal_box(device.box, group_key.view());
        if (!box) continue;
        met |= person == with;
        if (op.boxes.size() < 2 * limits::devices_count) op.boxes.push_back({device.device, std::move(*box)});
    }
    if (!met || me == with) return std::nullopt;
    std::sort(op.boxes.begin(), op.boxes.end());
    return op;
}

std::vector<PairOffer> pair_offers(const KeyFact& fact, const PersonId& me, const DeviceId& device,
                                   const BoxPair& mine) {
    std::vector<PairOffer> offers;
    for (const auto& each : fact.ops) {
        const auto* op = std::get_if<PairOp>(&each);
        if (op == nullptr || op->with == fact.author || (op->with != me && fact.author != me)) continue;
        const auto& other = op->with == me ? fact.author : op->with;
        PairOffer offer{id_of(make_pair_genesis(me, other)), other, std::nullopt, fact.device, fact.depth, fact.id};
        for (const auto& box : op->boxes) {
            const auto plain = box.device == device ? open_box(mine, box.box) : std::nullopt;
            if (plain) offer.key = SymmetricKey::from(*plain);
        }
        offers.push_back(std::move(offer));
    }
    return offers;
}

}  // namespace staffroom
