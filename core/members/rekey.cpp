#include "core/members/rekey.h"

#include <algorithm>

namespace staffroom {
namespace {

std::vector<KeyBox> boxes_for(const std::vector<DeviceRecord>& devices, const SymmetricKey& key) {
    std::vector<KeyBox> boxes;
    for (const auto& device : devices) {
        if (auto box = seal_box(device.box, key.view())) boxes.push_back({device.device, std::move(*box)});
    }
    std::sort(boxes.begin(), boxes.end());
    return boxes;
}

// Moves items into `part` while what it encodes to stays within the bound; at least one, so that it ends.
template <class Item>
std::size_t fill(std::vector<Item>& part, const std::vector<Item>& all, std::size_t next, std::size_t& room,
                 std::size_t most) {
    for (; next < all.size() && part.size() < most; ++next) {
        const auto size = encode(all[next]).size();
        if (size > room) break;
        room -= size;
        part.push_back(all[next]);
    }
    return next;
}

}  // namespace

NewEpoch make_rekey(const GroupId& group, const std::vector<DeviceRecord>& readers, const EpochKeys& wrap) {
    NewEpoch made;
    made.key = random_secret<SymmetricKey>();
    made.epoch = epoch_id(group, made.key);
    const auto boxes = boxes_for(readers, made.key);
    std::vector<WrappedKey> wrapped;
    for (const auto& [epoch, key] : wrap) {
        const auto nonce = random_id<Nonce24>();
        wrapped.push_back({epoch, nonce, seal(made.key, nonce, epoch.view(), key.view())});
    }
    std::size_t next_box = 0;
    std::size_t next_wrapped = 0;
    do {
        RekeyOp op{made.epoch, {}, {}};
        auto room = key_ops_bytes;
        next_box = fill(op.boxes, boxes, next_box, room, key_op_items_count);
        next_wrapped = fill(op.wrapped, wrapped, next_wrapped, room, key_op_items_count);
        made.commits.push_back(std::move(op));
    } while (next_box < boxes.size() || next_wrapped < wrapped.size());
    return made;
}

std::vector<ShareOp> make_shares(const EpochId& epoch, const SymmetricKey& key,
                                 const std::vector<DeviceRecord>& devices) {
    std::vector<ShareOp> ops;
    const auto boxes = boxes_for(devices, key);
    for (std::size_t next = 0; next < boxes.size();) {
        ShareOp op{epoch, {}};
        auto room = key_ops_bytes;
        next = fill(op.boxes, boxes, next, room, key_op_items_count);
        ops.push_back(std::move(op));
    }
    return ops;
}

std::optional<SymmetricKey> open_epoch_box(const GroupId& group, const EpochId& epoch, const BoxPair& mine,
                                           ByteView box) {
    const auto plain = open_box(mine, box);
    if (!plain) return std::nullopt;
    const auto key = SymmetricKey::from(*plain);
    return key && epoch_id(group, *key) == epoch ? key : std::nullopt;
}

}  // namespace staffroom
