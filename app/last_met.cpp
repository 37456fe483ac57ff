#include "app/last_met.h"

#include "core/wire.h"

namespace staffroom {
namespace {

constexpr std::uint64_t near_enough_ms = 60'000;

// In `profile`, beside the device's own rows.
struct MetRow {
    std::uint64_t wall_ms = 0;
    template <class A>
    void serialize(A& ar) {
        ar(wall_ms);
    }
};

Bytes key_of(const DeviceId& device) {
    Bytes key = copy_of(view_of("met"));
    append(key, device.view());
    return key;
}

}  // namespace

Result<> LastMet::note(const DeviceId& device, std::uint64_t wall_ms) {
    const auto before = of(device);
    if (before && wall_ms >= *before && wall_ms < *before + near_enough_ms) return Done{};
    return store_.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::profile, key_of(device), encode(MetRow{wall_ms}));
        return Done{};
    });
}

std::optional<std::uint64_t> LastMet::of(const DeviceId& device) const {
    std::optional<std::uint64_t> when;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        const auto bytes = txn.get(Table::profile, key_of(device));
        const auto row = bytes ? decode<MetRow>(*bytes) : Result<MetRow>(Code::not_found, "");
        if (row) when = row->wall_ms;
        return Done{};
    });
    return when;
}

}  // namespace staffroom
