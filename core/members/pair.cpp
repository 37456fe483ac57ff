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
        for (const auto& box : op->boxes) {
            if (box.device != device) continue;
            const auto plain = open_box(mine, box.box);
            const auto key = plain ? SymmetricKey::from(*plain) : std::nullopt;
            if (!key) continue;
            offers.push_back({id_of(make_pair_genesis(me, other)), other, *key, fact.depth, fact.id});
        }
    }
    return offers;
}

}  // namespace staffroom
