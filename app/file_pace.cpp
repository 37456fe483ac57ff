#include "app/file_pace.h"

#include "core/wire.h"

namespace staffroom {
namespace {

// In `profile`, beside the device's own rows.
struct PaceRow {
    net::Pace pace;
    template <class A>
    void serialize(A& ar) {
        ar(pace.in, pace.out, pace.paused);
    }
};

Bytes pace_key() { return copy_of(view_of("files pace")); }

}  // namespace

net::Pace FilePace::read() const {
    net::Pace pace;
    (void)store_.read([&](ReadTxn& txn) -> Result<> {
        const auto bytes = txn.get(Table::profile, pace_key());
        const auto row = bytes ? decode<PaceRow>(*bytes) : Result<PaceRow>(Code::not_found, "");
        if (row) pace = row->pace;
        return Done{};
    });
    return pace;
}

Result<> FilePace::set(const net::Pace& pace) {
    return store_.write([&](WriteTxn& txn) -> Result<> {
        txn.put(Table::profile, pace_key(), encode(PaceRow{pace}));
        return Done{};
    });
}

}  // namespace staffroom
